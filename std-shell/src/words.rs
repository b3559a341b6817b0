//! A server's words, fit to be shown.

use snow_token_core::{Refusal, form};
use zeroize::Zeroizing;

/// The words of a refusal, unless one of the secrets of the request stands in them, as it is or
/// form-encoded: a server that repeats the request must not bring it into a log.
pub(crate) fn words_without<'s>(
    refusal: &Refusal<'_>,
    secrets: impl IntoIterator<Item = &'s str>,
) -> String {
    let texts = [refusal.error, refusal.description].into_iter().flatten();
    let texts: Zeroizing<Vec<String>> =
        Zeroizing::new(texts.map(|text| text.chars().collect()).collect());
    for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
        let mut buf = Zeroizing::new(vec![0; form::encoded_len([("", secret)])]);
        let encoded = form::encode([("", secret)], &mut buf).unwrap_or_default();
        let encoded = core::str::from_utf8(encoded).unwrap_or_default();
        let encoded = encoded.trim_start_matches('=');
        let repeats = |text: &String| text.contains(secret) || text.contains(encoded);
        if texts.iter().any(repeats) {
            return format!("HTTP {}, in words that repeat a secret", refusal.status);
        }
    }
    refusal.to_string()
}
