//! Which texts can stand in a request's head without breaking out of their place.

/// A name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
pub(super) fn is_host(host: &str) -> bool {
    let is_allowed = |byte: u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b':' | b'[' | b']')
    };
    !host.is_empty() && host.bytes().all(is_allowed)
}

/// A path that begins with `/`, with a query or without.
pub(super) fn is_path(path: &str) -> bool {
    path.starts_with('/')
        && path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
}

/// The name of a table, or a `sys_id`.
pub(super) fn is_identifier(name: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    !name.is_empty() && name.bytes().all(is_allowed)
}

/// The headers that a request sets itself, and those that change where a message ends or what
/// becomes of the connection.
const OWN_HEADERS: [&str; 12] = [
    "Accept",
    "Authorization",
    "Connection",
    "Content-Length",
    "Content-Type",
    "Expect",
    "Host",
    "Keep-Alive",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
];

/// A token (RFC 9110 §5.6.2) that is none of the request's own headers.
pub(super) fn is_free_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty()
        && name.bytes().all(is_token)
        && !OWN_HEADERS.iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// RFC 9110 §5.5, without the bytes beyond ASCII: visible characters, and white space between them.
pub(super) fn is_value(value: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() || matches!(byte, b' ' | b'\t');
    value.bytes().all(is_allowed) && value.trim_ascii().len() == value.len()
}
