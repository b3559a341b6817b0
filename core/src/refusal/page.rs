//! The words by which a page is known, wherever in it they stand.

use core::fmt;

const HIBERNATING: &[u8] = b"instance is hibernating";
const CERTIFICATE_ERROR: &[u8] = b"SSL certificate error";

/// Looks for the words that tell what a page means, while it passes by in pieces of any size. It
/// keeps nothing of the page, and takes two bytes itself.
///
/// # Examples
/// ```
/// use snow_token_core::refusal::PageSearch;
///
/// let mut page = PageSearch::new();
/// page.feed(b"<h1>Your instance is hiber");
/// assert!(!page.is_hibernating());
/// page.feed(b"nating</h1>");
/// assert!(page.is_hibernating());
/// ```
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct PageSearch {
    // How many bytes of the words stand at the end of what went past; all, once they were there.
    hibernating: u8,
    certificate_error: u8,
}

impl PageSearch {
    /// Nothing has passed by yet.
    pub const fn new() -> Self {
        Self {
            hibernating: 0,
            certificate_error: 0,
        }
    }

    /// Takes the next piece.
    pub fn feed(&mut self, piece: &[u8]) {
        for byte in piece {
            self.hibernating = step(HIBERNATING, self.hibernating, *byte);
            self.certificate_error = step(CERTIFICATE_ERROR, self.certificate_error, *byte);
        }
    }

    /// Whether the page says that the instance is hibernating.
    pub fn is_hibernating(&self) -> bool {
        usize::from(self.hibernating) == HIBERNATING.len()
    }

    /// Whether the page says that the client certificate was refused.
    pub fn is_certificate_error(&self) -> bool {
        usize::from(self.certificate_error) == CERTIFICATE_ERROR.len()
    }
}

impl fmt::Debug for PageSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageSearch")
            .field("is_hibernating", &self.is_hibernating())
            .field("is_certificate_error", &self.is_certificate_error())
            .finish()
    }
}

/// How much of `words` has passed by after one more byte.
fn step(words: &[u8], passed: u8, byte: u8) -> u8 {
    let mut passed = passed;
    loop {
        let (before, after) = words
            .split_at_checked(usize::from(passed))
            .unwrap_or((words, &[]));
        match after.first() {
            // They were there already.
            None => return passed,
            Some(due) if *due == byte => return passed.saturating_add(1),
            Some(_) if passed == 0 => return 0,
            // What has passed by may end with a shorter beginning of the words.
            Some(_) => passed = border_len(before),
        }
    }
}

/// The length of the longest beginning of `text`, short of the whole, with which it ends as well.
fn border_len(text: &[u8]) -> u8 {
    let is_border = |len: &usize| text.get(..*len).is_some_and(|start| text.ends_with(start));
    let longest = (0..text.len()).rev().find(is_border);
    longest.and_then(|len| u8::try_from(len).ok()).unwrap_or(0)
}
