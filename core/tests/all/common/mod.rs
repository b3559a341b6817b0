//! What the tests of keys share.

pub(crate) mod changed_keys;
pub(crate) mod der;
pub(crate) mod openssl;
