//! Assertions by themselves, for other programs that ask for tokens with them.

use secrecy::SecretString;

use crate::{
    clock::unix_now,
    error::Error,
    grant::signed,
    settings::{Assertion, Sources, keys::CLIENT_ID},
};

impl Assertion {
    /// Signs an assertion of the client `client_id` (RFC 7523 §2.1) by this machine's clock, with a
    /// `jti` of its own: it is good for one request.
    ///
    /// Who has it can ask for a token until it ends.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), where this machine's clock was
    /// never set.
    ///
    /// # Examples
    /// ```
    /// use snow_token::{ExposeSecret, Jwt, JwtKey, settings::Assertion};
    ///
    /// let key = JwtKey::load(b"a shared secret of at least thirty-two bytes", None)?;
    /// let assertion = Assertion::new(key, "sensor@example.com").sign("my-client-id")?;
    /// let jwt: Jwt = assertion.expose_secret().parse()?;
    /// assert_eq!(jwt.claims["aud"], "my-client-id");
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn sign(&self, client_id: &str) -> Result<SecretString, Error> {
        let mut jws = signed(self, client_id, unix_now())?;
        Ok(SecretString::from(core::mem::take(&mut *jws)))
    }

    /// Signs an assertion as the settings say, whatever method is set.
    ///
    /// # Errors
    /// [`ErrorKind::Configuration`](crate::ErrorKind::Configuration), naming the setting.
    pub fn sign_as_set(sources: &Sources) -> Result<SecretString, Error> {
        let client_id = sources.require(CLIENT_ID)?.line()?;
        Self::resolve(sources)?.sign(&client_id)
    }
}
