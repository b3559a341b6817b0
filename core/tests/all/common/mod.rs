//! What tests share: keys, and models of what lives long.

pub(crate) mod changed_keys;
pub(crate) mod der;
pub(crate) mod openssl;
#[cfg(feature = "outbox")]
pub(crate) mod outbox_model;
pub(crate) mod session_model;
