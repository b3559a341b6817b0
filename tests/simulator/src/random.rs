//! What is drawn by chance: identifiers, secrets, tokens.

/// `len` characters of `alphabet`, drawn by chance.
pub(crate) fn random_text(alphabet: &str, len: usize) -> String {
    let alphabet: Vec<char> = alphabet.chars().collect();
    let mut bytes = vec![0; len];
    getrandom::fill(&mut bytes).expect("the operating system has random bytes");
    let pick = |byte: &u8| alphabet[usize::from(*byte) % alphabet.len()];
    bytes.iter().map(pick).collect()
}

/// A `sys_id` or a client ID: 32 hexadecimal digits.
pub(crate) fn random_id() -> String {
    random_text("0123456789abcdef", 32)
}

/// An opaque token, a code or a session of so many characters.
pub(crate) fn random_token(len: usize) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    random_text(alphabet, len)
}
