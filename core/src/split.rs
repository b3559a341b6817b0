//! Texts that are looked for in others, and what stands on both sides of them.
//!
//! Not by `str::find` and its kin, whose search is large, and can panic for all that the compiler
//! knows.

/// What stands before the first `part`, and behind it. There is none of an empty one.
pub(crate) fn split_once<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let at = find(text.as_bytes(), part)?;
    Some((text.get(..at)?, text.get(at.saturating_add(part.len())..)?))
}

/// Whether `part` occurs in `text`.
pub(crate) fn contains(text: impl AsRef<[u8]>, part: &str) -> bool {
    part.is_empty() || find(text.as_ref(), part).is_some()
}

/// Where the first `part` begins. There is none of an empty one.
fn find(text: &[u8], part: &str) -> Option<usize> {
    let starts = |at: &usize| {
        let rest = text.get(*at..);
        !part.is_empty() && rest.is_some_and(|rest| rest.starts_with(part.as_bytes()))
    };
    (0..text.len()).find(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_split_where_the_standard_library_splits_it() {
        for text in [
            "",
            "a",
            "=",
            "a=b",
            "a==b=",
            "ä=ö=ü",
            "-----BEGIN X-----",
            "----",
        ] {
            for part in ["=", "--", "-----", "ö", "X", "a=b", "nowhere"] {
                assert_eq!(
                    split_once(text, part),
                    text.split_once(part),
                    "{text} {part}"
                );
                assert_eq!(contains(text, part), text.contains(part), "{text} {part}");
            }
        }
        assert!(contains("", ""));
    }
}
