//! The token request: by client credentials, or by an assertion that is signed here.

use rand_core::CryptoRngCore;
use snow_token_core::{ClientAuthentication, Secret, TokenRequest};
#[cfg(feature = "jwt-bearer")]
use snow_token_core::{
    Grant,
    assertion::{Assertion, Es256, Jti},
};
#[cfg(feature = "jwt-bearer")]
use zeroize::Zeroizing;

use crate::config::Login;

/// How long an assertion can be: header, claims and signature in base64url, for names of the usual
/// lengths.
#[cfg(feature = "jwt-bearer")]
const MAX_ASSERTION_LEN: usize = 768;

/// What requests tokens: the credentials, their key read once.
pub(crate) struct Requester<'a> {
    login: Login<'a>,
    #[cfg(feature = "jwt-bearer")]
    signer: Option<Es256>,
}

/// The credentials cannot be used: a key that is none, or names too long for the assertion's buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unusable;

impl<'a> Requester<'a> {
    /// # Errors
    /// [`Unusable`] where the key is not one of P-256.
    pub(crate) fn new(login: Login<'a>) -> Result<Self, Unusable> {
        Ok(Self {
            login,
            #[cfg(feature = "jwt-bearer")]
            signer: match login {
                Login::JwtBearer { key, .. } => Some(Es256::from_der(key).map_err(|_| Unusable)?),
                Login::ClientCredentials { .. } => None,
            },
        })
    }

    /// Makes a request for a token, each with an assertion of its own, and shows it to `write`.
    ///
    /// # Errors
    /// [`Unusable`], or what `write` says.
    #[cfg_attr(
        not(feature = "jwt-bearer"),
        expect(unused_variables, reason = "they are for an assertion")
    )]
    pub(crate) fn request<T>(
        &self,
        now_unix: u64,
        rng: &mut impl CryptoRngCore,
        write: impl FnOnce(&TokenRequest<'_>) -> Result<T, Unusable>,
    ) -> Result<T, Unusable> {
        match self.login {
            Login::ClientCredentials {
                client_id,
                client_secret,
            } => {
                let client = ClientAuthentication::Body {
                    client_id,
                    client_secret: Secret::new(client_secret),
                };
                write(&TokenRequest::client_credentials(client))
            }
            #[cfg(feature = "jwt-bearer")]
            Login::JwtBearer {
                client_id,
                client_secret,
                subject,
                key_id,
                ..
            } => {
                let mut random = [0; 16];
                rng.fill_bytes(&mut random);
                let jti = Jti::from_random(&random);
                let mut assertion = Assertion::new(client_id, subject);
                if let Some(key_id) = key_id {
                    assertion = assertion.with_key_id(key_id);
                }
                let signer = self.signer.as_ref().ok_or(Unusable)?;
                let mut jws = Zeroizing::new([0; MAX_ASSERTION_LEN]);
                let jws = assertion
                    .sign(now_unix, jti.as_str(), signer, &mut *jws)
                    .map_err(|_| Unusable)?;
                let grant = Grant::JwtBearer {
                    assertion: Secret::new(jws),
                };
                let client = match client_secret {
                    None => ClientAuthentication::None { client_id },
                    Some(secret) => ClientAuthentication::Body {
                        client_id,
                        client_secret: Secret::new(secret),
                    },
                };
                write(&TokenRequest::new(grant, client))
            }
        }
    }
}
