//! Tokens that are kept: how long they are good, and what is left of them afterwards.

use core::cell::RefCell;

use proptest::prelude::*;
use snow_token_core::{
    AccessToken, AccessTokenError, BufferTooSmall, Expiry, FixedAccessToken, TokenResponse,
};
use zeroize::Zeroize;

const BODY: &[u8] = br#"{"access_token":"abc123","token_type":"Bearer","expires_in":1800}"#;

fn with_response<T>(use_it: impl FnOnce(&TokenResponse<'_>) -> T) -> T {
    let mut buf = [0; 64];
    use_it(&TokenResponse::read(BODY, &mut buf).unwrap())
}

fn token(expiry: Expiry) -> FixedAccessToken<16> {
    with_response(|response| FixedAccessToken::new(response, expiry).unwrap())
}

#[test]
fn an_expired_token_cannot_be_turned_into_a_header() {
    let token = token(Expiry::new(100, 1800, 60));
    let mut buf = [0; 32];
    assert_eq!(token.authorization(100, &mut buf), Ok("Bearer abc123"));
    assert_eq!(token.authorization(1899, &mut buf), Ok("Bearer abc123"));
    assert_eq!(
        token.authorization(1900, &mut buf),
        Err(AccessTokenError::Expired)
    );
}

#[test]
fn memory_that_is_too_small_is_refused_with_the_size_that_would_do() {
    let expiry = Expiry::new(0, 1800, 60);
    let kept = with_response(|response| FixedAccessToken::<5>::new(response, expiry).map(|_| ()));
    assert_eq!(kept, Err(BufferTooSmall { needed: 6 }));

    let token = token(expiry);
    let mut buf = [0xaa; 12];
    assert_eq!(
        token.authorization(0, &mut buf),
        Err(AccessTokenError::BufferTooSmall(BufferTooSmall {
            needed: 13
        }))
    );
    assert_eq!(buf, [0; 12]);
    assert_eq!(token.authorization_len(), 13);
}

#[test]
fn a_token_does_not_show_itself() {
    assert!(!format!("{:?}", token(Expiry::new(0, 1800, 60))).contains("abc123"));
}

#[test]
fn a_token_is_zeroed_when_it_is_dropped() {
    thread_local! {
        static AFTER_DROP: RefCell<Option<String>> = const { RefCell::new(None) };
    }
    /// Reports what its text is once it was told to zero it.
    struct Watched(String);
    impl AsRef<str> for Watched {
        fn as_ref(&self) -> &str {
            &self.0
        }
    }
    impl TryFrom<&str> for Watched {
        type Error = ();
        fn try_from(text: &str) -> Result<Self, ()> {
            Ok(Self(text.to_owned()))
        }
    }
    impl Zeroize for Watched {
        fn zeroize(&mut self) {
            self.0.zeroize();
            AFTER_DROP.with_borrow_mut(|text| *text = Some(self.0.clone()));
        }
    }
    let token: AccessToken<Watched> =
        with_response(|response| AccessToken::new(response, Expiry::new(0, 1, 0)).unwrap());
    assert_eq!(token.secret().expose(), "abc123");
    drop(token);
    AFTER_DROP.with_borrow(|text| {
        let text = text
            .as_ref()
            .expect("the token was not told to zero its text");
        assert!(text.bytes().all(|byte| byte == 0));
    });
}

#[test]
fn a_successor_is_due_a_margin_ahead_but_never_before_half_of_the_lifetime() {
    for (lifetime, margin, due_at) in [
        (1800, 60, 1740),
        (1800, 0, 1800),
        (100, 60, 50),
        (100, u32::MAX, 50),
        (3, 60, 2),
        (1, 60, 1),
        (0, 60, 0),
    ] {
        let expiry = Expiry::new(0, lifetime, margin);
        assert!(
            due_at == 0 || !expiry.is_due(due_at - 1),
            "{lifetime} {margin}"
        );
        assert!(expiry.is_due(due_at), "{lifetime} {margin}");
        assert!(expiry.is_over(lifetime.into()));
    }
}

#[test]
fn asking_ahead_for_a_token_that_stays_the_same_does_not_become_a_loop() {
    // The instance gives the same token and what is left of its lifetime.
    let mut now = 0;
    let mut requests = 0;
    while now < 1800 {
        let expiry = Expiry::new(now, 1800 - u32::try_from(now).unwrap(), 60);
        requests += 1;
        while !expiry.is_due(now) {
            now += 1;
        }
    }
    assert!(requests <= 8, "{requests} requests in one lifetime");
}

#[test]
fn a_renewal_that_failed_is_put_off_and_the_token_stays_good() {
    let expiry = Expiry::new(0, 1800, 60).postponed(1740);
    assert!(!expiry.is_due(1769) && expiry.is_due(1770));
    assert!(!expiry.is_over(1799) && expiry.is_over(1800));
}

proptest! {
    #[test]
    fn a_token_that_is_over_is_due_at_any_time(
        requested_at: u64, lifetime: u32, margin: u32, now: u64, later: u64,
    ) {
        for expiry in [
            Expiry::new(requested_at, lifetime, margin),
            Expiry::new(requested_at, lifetime, margin).postponed(later),
        ] {
            prop_assert!(!expiry.is_over(now) || expiry.is_due(now));
            prop_assert_eq!(expiry.is_over(now), expiry.remaining_secs(now) == 0);
        }
    }
}
