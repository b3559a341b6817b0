//! What a redacted format is written with.

/// `defmt::Format` for a type that shows its name and nothing else.
macro_rules! redacted_format {
    ($name:ident) => {
        #[cfg(feature = "defmt")]
        impl defmt::Format for $name {
            fn format(&self, f: defmt::Formatter<'_>) {
                defmt::write!(f, "{=str}([redacted])", stringify!($name));
            }
        }
    };
}
