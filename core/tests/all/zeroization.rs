//! What held a secret is zeroed; of the keys that sign, the tests of assertions say so.

use core::cell::RefCell;

use snow_token_core::{
    Secret, Session, TokenResponse,
    authorization::State,
    session::{Action, Settings},
};
use zeroize::{Zeroize, ZeroizeOnDrop};

thread_local! {
    /// What was zeroed, in the order in which it was.
    static ZEROED: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Memory for a token that tells when it is zeroed.
struct Watched(String);

impl AsRef<str> for Watched {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Watched {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl Zeroize for Watched {
    fn zeroize(&mut self) {
        ZEROED.with_borrow_mut(|zeroed| zeroed.push(core::mem::take(&mut self.0)));
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        assert_eq!(self.0, "", "dropped without being zeroed");
    }
}

fn receive(session: &mut Session<Watched>, now: u32, token: &str, refresh_token: &str) {
    let body = format!(
        r#"{{"access_token":"{token}","refresh_token":"{refresh_token}","token_type":"Bearer","expires_in":10}}"#
    );
    let mut buf = [0; 128];
    let response = TokenResponse::read(body.as_bytes(), &mut buf).unwrap();
    let (Action::Request { flight } | Action::RequestWhileUsing { flight, .. }) = session.next(now)
    else {
        panic!()
    };
    session.token_received(flight, now, &response).unwrap();
}

fn session() -> Session<Watched> {
    let mut session = Session::new(Settings::DEFAULT, 0);
    receive(&mut session, 0, "first", "refresh-1");
    assert!(ZEROED.take().is_empty());
    session
}

#[test]
fn a_session_zeroes_its_tokens_when_it_is_dropped() {
    drop(session());
    assert_eq!(ZEROED.take(), ["first", "refresh-1"]);
}

#[test]
fn a_session_zeroes_its_tokens_when_it_begins_anew() {
    let mut session = session();
    session.reset(0);
    assert_eq!(ZEROED.take(), ["first", "refresh-1"]);
}

#[test]
fn a_token_that_has_a_successor_is_zeroed() {
    let mut session = session();
    receive(&mut session, 5_000, "second", "refresh-2");
    assert_eq!(ZEROED.take(), ["refresh-1", "first"]);
    let text = Secret::new("refresh-3");
    session.keep_refresh_token(text).unwrap();
    assert_eq!(ZEROED.take(), ["refresh-2"]);
}

fn is_zeroed_on_drop<T: ZeroizeOnDrop>() {
    assert!(core::mem::needs_drop::<T>());
}

#[test]
fn a_state_is_zeroed_on_drop() {
    is_zeroed_on_drop::<State>();
}

#[cfg(feature = "pkce")]
#[test]
fn a_code_verifier_is_zeroed_on_drop() {
    is_zeroed_on_drop::<snow_token_core::authorization::CodeVerifier>();
}

/// The token endpoint's answer has a token in it.
#[cfg(feature = "http1")]
#[test]
fn an_exchange_that_is_given_up_zeroes_the_buffer() {
    use snow_token_core::http1::{Exchange, Method};
    let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ns3cr3t";
    for end in 0..=answer.len() {
        let mut buf = [0xaa; 64];
        let mut exchange = Exchange::new(Method::Post, &mut buf);
        exchange.feed(&answer[..end]).unwrap();
        drop(exchange);
        assert_eq!(buf, [0; 64], "after {end} bytes");
    }
}
