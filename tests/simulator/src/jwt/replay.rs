//! The identifiers (`jti`) that were used: each token counts once.

use std::{collections::HashMap, time::SystemTime};

#[derive(Debug, Default)]
pub(crate) struct SeenIds(HashMap<(String, String), SystemTime>);

impl SeenIds {
    /// Notes the identifier of an issuer's token, which need be remembered until the token ends.
    pub(crate) fn note(
        &mut self,
        issuer: &str,
        jti: Option<String>,
        ends: SystemTime,
        now: SystemTime,
    ) -> Result<(), &'static str> {
        let jti = jti.filter(|jti| !jti.is_empty()).ok_or("jti is missing")?;
        self.0.retain(|_, ends| now < *ends);
        match self.0.insert((issuer.to_owned(), jti), ends) {
            None => Ok(()),
            Some(_) => Err("jti was used before"),
        }
    }
}
