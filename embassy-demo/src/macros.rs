//! What a line of the log is written with.

/// Writes a line of the log through `log`, through `defmt`, or through neither, as the features say.
///
/// `{}` stands for what has both `Display` and `defmt::Format`, `{:?}` for the rest.
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
