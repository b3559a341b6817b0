//! The places in the source that a firmware can name.
//!
//! A panic takes a `core::panic::Location` with it, a constant that is in the firmware as long as its
//! panic can happen. So these tell of panics whose call the compiler has merged with another one.

use object::read::elf::ElfFile32;

use super::{Origin, Unreadable, symbols::Constants};

/// A place in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Whose it is.
    pub origin: Origin,
    /// The line, from 1.
    pub line: u32,
    /// The column, from 1.
    pub column: u32,
}

/// The places that a firmware can name, each once.
///
/// # Errors
/// [`Unreadable`].
pub fn locations(elf: &[u8]) -> Result<Vec<Location>, Unreadable> {
    let file: ElfFile32 = ElfFile32::parse(elf)?;
    let mut constants = Constants::of(&file)?;
    constants.retain(|constants| !constants.is_code);
    let mut found = Vec::new();
    for words in constants.iter().map(Constants::words) {
        for window in words.windows(4) {
            let &[start, len, line, column] = window else {
                continue;
            };
            if let Some(path) = path_at(&constants, start.into(), len) {
                let origin = Origin::of(path);
                found.push(Location {
                    origin,
                    line,
                    column,
                });
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn path_at<'data>(constants: &[Constants<'data>], start: u64, len: u32) -> Option<&'data str> {
    let len = usize::try_from(len).ok()?;
    let mut bytes = constants
        .iter()
        .filter_map(|constants| constants.from(start)?.get(..len));
    let bytes = bytes.next();
    let text = core::str::from_utf8(bytes?).ok()?;
    // Some versions of Rust count the zero behind it.
    let path = text.trim_end_matches('\0');
    (path.ends_with(".rs") && !path.contains(char::is_whitespace)).then_some(path)
}
