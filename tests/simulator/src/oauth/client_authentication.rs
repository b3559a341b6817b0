//! Which client asks at the token endpoint: by parameters in the body, or by HTTP Basic where that
//! is taken.

use http::{HeaderMap, header};

use crate::{
    answers::{self, Answer},
    basic,
    oauth::{
        form::Form,
        registry::{RegisteredClient, Registry},
    },
};

/// The client that has shown its secret, or has none and shows none.
pub(crate) fn authenticate<'r>(
    registry: &'r Registry,
    form: &Form,
    headers: &HeaderMap,
    basic_is_taken: bool,
) -> Result<&'r RegisteredClient, Answer> {
    let in_header = form_encoded_basic(headers).filter(|_| basic_is_taken);
    let (client_id, client_secret) = match (form.get("client_id"), in_header) {
        (Some(id), None) => {
            let secret = form.get("client_secret").unwrap_or_default();
            (id.to_owned(), secret.to_owned())
        }
        (None, Some(credentials)) => credentials,
        _ => return Err(answers::access_denied()),
    };
    // A public client has an empty secret, and so must show none.
    let client = registry.by_id(&client_id);
    client
        .filter(|client| client.client_secret == client_secret)
        .ok_or_else(answers::access_denied)
}

/// RFC 6749 §2.3.1: name and secret are form-encoded before base64.
fn form_encoded_basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (id, secret) = basic::credentials(value)?;
    Some((form_decode(&id), form_decode(&secret)))
}

fn form_decode(text: &str) -> String {
    let name = form_urlencoded::parse(text.as_bytes()).next();
    name.map(|(name, _)| name.into_owned()).unwrap_or_default()
}
