//! JSON Web Tokens: parsed, verified and checked; and made, by the simulated identity provider.

mod der;
mod key;
mod replay;
mod signature;
mod signer;
mod token;

pub(crate) use key::ParsedKey;
pub use key::{InvalidKey, VerifierKey};
pub(crate) use replay::SeenIds;
pub(crate) use signer::JwtSigner;
pub(crate) use token::Jwt;
