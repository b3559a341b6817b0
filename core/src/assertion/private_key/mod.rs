//! Private keys from files: PKCS#8 (RFC 5958), SEC1 (RFC 5915) and PKCS#1 (RFC 8017 §A.1.2), as
//! DER and as PEM (RFC 7468).

mod base64;
mod der;
#[cfg(any(feature = "es256", feature = "es384", feature = "es512"))]
pub(super) mod ec;
mod key_error;
mod pem;
mod pkcs8;
#[cfg(any(feature = "rs256", feature = "rs384", feature = "rs512"))]
pub(super) mod rsa;

pub use self::key_error::KeyError;
