//! Keys of every kind that signs assertions, fresh from AWS-LC, and its verdict on signatures.
//!
//! Neither core nor the command signs by AWS-LC: what it verifies, somebody else verifies.

mod key;

pub use key::{Key, Kind};
