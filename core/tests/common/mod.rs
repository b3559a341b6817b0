//! What the tests of keys share.

pub(crate) mod openssl;
