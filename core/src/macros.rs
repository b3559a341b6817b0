//! What a line of the log and a redacted format are written with.

/// Writes a line of the log through `log`, through `defmt`, through both or through neither, as the
/// features say: `log_line!(info, "token {} received", number)`.
///
/// The text holds for both: `{}` for numbers, `{:?}` for types of this crate, which is `Debug` there
/// and `defmt::Format` here. With neither, nothing of it is linked.
macro_rules! log_line {
    ($level:ident, $text:literal $(, $value:expr)* $(,)?) => {{
        #[cfg(feature = "log")]
        log::$level!($text $(, $value)*);
        #[cfg(feature = "defmt")]
        defmt::$level!($text $(, $value)*);
        // So that what is there for the log alone counts as used.
        #[cfg(not(any(feature = "log", feature = "defmt")))]
        { $(let _ = &$value;)* }
    }};
}

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

/// `Debug` as it is derived, for a struct of more than five fields: derived, it would go through a
/// function of the standard library that counts them, and can panic for all that the compiler knows.
macro_rules! debug_fields {
    ($f:ident, $value:expr, $name:ident { $($field:ident),* $(,)? }) => {{
        let $name { $($field),* } = $value;
        let mut fields = $f.debug_struct(stringify!($name));
        $(fields.field(stringify!($field), $field);)*
        fields.finish()
    }};
}
