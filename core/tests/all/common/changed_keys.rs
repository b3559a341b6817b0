//! Keys that are cut off, or changed at one place: an error or a key, and never a panic.

/// Every prefix is refused. Then each byte takes each of its 255 other values.
pub(crate) fn change_der<T, E>(der: &[u8], load: impl Fn(&[u8]) -> Result<T, E>) {
    for end in 0..der.len() {
        assert!(load(&der[..end]).is_err(), "{end}");
    }
    let mut changed = der.to_vec();
    for at in 0..der.len() {
        for change in 1..=u8::MAX {
            changed[at] = der[at] ^ change;
            let _ = load(&changed);
        }
        changed[at] = der[at];
    }
}

/// Every prefix is refused. Then each character is taken out, and becomes one of more than one
/// byte, and each of its 127 other values in ASCII where `all_at` says so, elsewhere three that
/// stand for the rest: padding, base64, and what is neither.
pub(crate) fn change_pem<T, E>(
    pem: &str,
    all_at: impl Fn(usize) -> bool,
    load: impl Fn(&str) -> Result<T, E>,
) {
    let whole = pem.trim_end().len();
    for end in 0..whole {
        assert!(load(&pem[..end]).is_err(), "{end}");
    }
    let ascii: Vec<String> = ('\0'..='\x7f').map(String::from).collect();
    let some = ["=", "A", "-"].map(String::from);
    for at in 0..whole {
        let others = if all_at(at) { &ascii[..] } else { &some };
        let others = others.iter().map(String::as_str);
        for other in others.chain(["", "ł"]) {
            let _ = load(&[&pem[..at], other, &pem[at + 1..]].concat());
        }
    }
}
