//! `session`.

use super::{refusal, token_endpoint, token_response};
use snow_token_core::{
    Secret, Session,
    session::{self, Action, Failure, Flight, Renewal, Settings, StopReason, TokenNumber, Unkept},
    token_endpoint::TokenEndpointError,
};
use zeroize::Zeroize;

use crate::{
    Call,
    opaque::{any, debug, perhaps, text, used},
};

type Memory = heapless::String<128>;
type FixedSession = Session<Memory>;

pub(super) const CALLS: &[Call] = &[
    settings_default,
    backoff_ms,
    renewal_new,
    renewal_hear,
    renewal_next,
    renewal_token_received,
    renewal_failed,
    renewal_api_unauthorized,
    renewal_retry,
    renewal_reset,
    renewal_stopped,
    new,
    hear,
    next,
    token_received,
    failed,
    api_unauthorized,
    authorization,
    bearer,
    keep_refresh_token,
    refresh_token,
    retry,
    reset,
    stopped,
    unkept_zeroize,
    unkept_as_ref,
    unkept_from,
    failure_from,
    show,
    show_session,
];

/// In any state.
fn renewal() -> Renewal {
    any(Renewal::new(any(Settings::DEFAULT), any(0)))
}

/// In any state.
fn with_session(use_it: impl FnOnce(&mut FixedSession)) {
    let mut session = FixedSession::new(any(Settings::DEFAULT), any(0));
    use_it(any(&mut session));
}

fn failure() -> Failure {
    any(Failure::Refused(refusal::cause()))
}

fn settings_default(_: &mut [u8]) {
    used(<Settings as Default>::default());
}

fn backoff_ms(_: &mut [u8]) {
    used(session::backoff_ms(any(0), any(0), any(0)));
}

fn renewal_new(_: &mut [u8]) {
    used(Renewal::new(any(Settings::DEFAULT), any(0)));
}

fn renewal_hear(_: &mut [u8]) {
    let mut renewal = renewal();
    Renewal::hear(&mut renewal, any(0));
    used(renewal);
}

fn renewal_next(_: &mut [u8]) {
    let mut renewal = renewal();
    used(Renewal::next(&mut renewal, any(0)));
    used(renewal);
}

fn renewal_token_received(_: &mut [u8]) {
    let mut renewal = renewal();
    if let Some(flight) = perhaps() {
        let lifetime = any(Some(0));
        used(Renewal::token_received(
            &mut renewal,
            flight,
            any(0),
            lifetime,
            any(false),
        ));
    }
    used(renewal);
}

fn renewal_failed(_: &mut [u8]) {
    let mut renewal = renewal();
    if let Some(flight) = perhaps() {
        Renewal::failed(&mut renewal, flight, any(0), failure(), any(0));
    }
    used(renewal);
}

fn renewal_api_unauthorized(_: &mut [u8]) {
    let mut renewal = renewal();
    if let Some(number) = perhaps() {
        Renewal::api_unauthorized(&mut renewal, number, any(0), any(0));
    }
    used(renewal);
}

fn renewal_retry(_: &mut [u8]) {
    let mut renewal = renewal();
    Renewal::retry(&mut renewal);
    used(renewal);
}

fn renewal_reset(_: &mut [u8]) {
    let mut renewal = renewal();
    Renewal::reset(&mut renewal, any(0));
    used(renewal);
}

fn renewal_stopped(_: &mut [u8]) {
    used(Renewal::stopped(&renewal()));
}

fn new(_: &mut [u8]) {
    used(Session::<Memory>::new(any(Settings::DEFAULT), any(0)));
}

fn hear(_: &mut [u8]) {
    with_session(|session| Session::hear(session, any(0)));
}

fn next(_: &mut [u8]) {
    with_session(|session| used(Session::next(session, any(0))));
}

fn token_received(_: &mut [u8]) {
    let (Some(flight), Some(response)) = (perhaps(), token_response::response()) else {
        return;
    };
    with_session(|session| {
        used(Session::token_received(session, flight, any(0), &response));
    });
}

fn failed(_: &mut [u8]) {
    if let Some(flight) = perhaps() {
        with_session(|session| Session::failed(session, flight, any(0), failure(), any(0)));
    }
}

fn api_unauthorized(_: &mut [u8]) {
    if let Some(number) = perhaps() {
        with_session(|session| Session::api_unauthorized(session, number, any(0), any(0)));
    }
}

fn authorization(buf: &mut [u8]) {
    if let Some(number) = perhaps() {
        with_session(|session| used(Session::authorization(session, number, any(0), buf)));
    }
}

fn bearer(_: &mut [u8]) {
    if let Some(number) = perhaps() {
        with_session(|session| used(Session::bearer(session, number, any(0))));
    }
}

fn keep_refresh_token(_: &mut [u8]) {
    with_session(|session| used(Session::keep_refresh_token(session, Secret::new(text()))));
}

fn refresh_token(_: &mut [u8]) {
    with_session(|session| used(Session::refresh_token(session)));
}

fn retry(_: &mut [u8]) {
    with_session(Session::retry);
}

fn reset(_: &mut [u8]) {
    with_session(|session| Session::reset(session, any(0)));
}

fn stopped(_: &mut [u8]) {
    with_session(|session| used(Session::stopped(session)));
}

fn unkept_zeroize(_: &mut [u8]) {
    <Unkept as Zeroize>::zeroize(&mut any(Unkept));
}

fn unkept_as_ref(_: &mut [u8]) {
    used(<Unkept as AsRef<str>>::as_ref(&any(Unkept)));
}

fn unkept_from(_: &mut [u8]) {
    used(<Unkept as From<&str>>::from(text()));
}

fn failure_from(_: &mut [u8]) {
    let error = token_endpoint::error();
    used(<Failure as From<TokenEndpointError<'_>>>::from(error));
}

fn show(_: &mut [u8]) {
    debug::<Settings>(&any(Settings::DEFAULT));
    if let Some(action) = perhaps() {
        debug::<Action>(&action);
    }
    debug::<StopReason>(&any(StopReason::Malformed));
    debug::<Failure>(&failure());
    debug::<Unkept>(&any(Unkept));
    if let Some(flight) = perhaps() {
        debug::<Flight>(&flight);
    }
    if let Some(number) = perhaps() {
        debug::<TokenNumber>(&number);
    }
    debug::<Renewal>(&renewal());
}

fn show_session(_: &mut [u8]) {
    with_session(|session| debug::<Session<Memory>>(session));
}
