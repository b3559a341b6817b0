//! Signatures against published vectors, and against another library.

mod hmac;
mod key;
mod signatures;
