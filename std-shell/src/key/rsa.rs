//! New RSA keys.
//!
//! Through the crate `rsa`, for this alone: ring cannot make RSA keys, and aws-lc, which can, would
//! bring a C build. What signs is ring, so that the timing leak of the crate's private operations
//! (RUSTSEC-2023-0071) has nothing to leak from.

use getrandom::SysRng;
use rsa::{PrivateKey, pkcs8::EncodePrivateKey};
use zeroize::Zeroizing;

use crate::error::Error;

/// The PKCS#8 of a new key, in DER.
pub(super) fn generate(bits: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    let failed = |error: &dyn core::fmt::Display| {
        Error::configuration(format!("the RSA key could not be made: {error}"))
    };
    let key = PrivateKey::new(&mut SysRng, bits).map_err(|error| failed(&error))?;
    let der = key.to_pkcs8_der().map_err(|error| failed(&error))?;
    Ok(Zeroizing::new(der.as_bytes().to_vec()))
}
