//! JWT bearer: assertions, and the clock that they are signed by.

use snow_token_core::{
    Cause, Grant, Secret,
    assertion::{AssertionError, Jti},
    http_date::ClockOffset,
};
use zeroize::Zeroizing;

use super::endpoint::{Granted, TokenEndpoint};
use crate::{
    clock::{CLOCK_TOLERANCE_SECS, unix_now},
    error::Error,
    settings::{Assertion, OAuthClient, Settings},
};

/// Trades a fresh assertion for a token. Where it is refused and the clock that it was signed by turns
/// out to be wrong, another one is signed by the instance's.
pub(super) fn redeem(
    endpoint: &TokenEndpoint,
    settings: &Settings,
    client: &OAuthClient,
    assertion: &Assertion,
) -> Result<Granted, Error> {
    let attempt = |offset: ClockOffset| {
        let jws = signed(assertion, &client.id, offset.correct(unix_now()))?;
        let assertion = Secret::new(&jws);
        endpoint.request(settings, client, Grant::JwtBearer { assertion })
    };
    let known = endpoint.clock_offset();
    let refused = match attempt(known) {
        Err(error)
            if matches!(
                error.cause(),
                Some(Cause::AccessDenied | Cause::InvalidGrant)
            ) =>
        {
            error
        }
        outcome => return outcome,
    };
    let learnt = endpoint.clock_offset();
    if learnt.secs().abs_diff(known.secs()) <= CLOCK_TOLERANCE_SECS {
        return Err(refused);
    }
    let (secs, side) = match learnt.secs() {
        secs @ 0.. => (secs, "behind"),
        secs => (secs.saturating_neg(), "ahead of"),
    };
    tracing::warn!(
        "this machine's clock is {secs} s {side} the instance's: assertions are signed by the \
         instance's clock"
    );
    attempt(learnt)
}

/// The signed assertion, with a fresh name.
pub(crate) fn signed(
    assertion: &Assertion,
    client_id: &str,
    now_unix: u64,
) -> Result<Zeroizing<String>, Error> {
    let mut random = [0; 16];
    getrandom::fill(&mut random)
        .map_err(|error| Error::configuration(format!("no random bytes: {error}")))?;
    let jti = Jti::from_random(&random);
    let mut jwt = snow_token_core::assertion::Assertion::new(client_id, &assertion.subject)
        .with_lifetime_secs(assertion.lifetime_secs);
    if let Some(key_id) = &assertion.key_id {
        jwt = jwt.with_key_id(key_id);
    }
    if let Some(audience) = &assertion.audience {
        jwt = jwt.with_audience(audience);
    }
    if let Some(issuer) = &assertion.issuer {
        jwt = jwt.with_issuer(issuer);
    }
    let signer = assertion.key.signer();
    let failed = |error: AssertionError| {
        Error::configuration(format!("the assertion could not be made: {error}"))
    };
    let len = jwt.len(now_unix, jti.as_str(), signer).map_err(failed)?;
    let mut buf = Zeroizing::new(vec![0; len]);
    jwt.sign(now_unix, jti.as_str(), signer, &mut buf)
        .map_err(failed)?;
    // The buffer is as long as the assertion, so it becomes the text where it is.
    let Ok(jws) = String::from_utf8(core::mem::take(&mut *buf)) else {
        unreachable!("an assertion is ASCII");
    };
    Ok(Zeroizing::new(jws))
}
