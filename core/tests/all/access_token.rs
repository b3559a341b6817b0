//! Tokens that are kept: how long they are good, and what is left of them afterwards.

use proptest::prelude::*;
use snow_token_core::{
    AccessToken, AccessTokenError, BufferTooSmall, Expiry, FixedAccessToken, Secret, TokenResponse,
};
use zeroize::Zeroize;

const BODY: &[u8] = br#"{"access_token":"abc123","token_type":"Bearer","expires_in":1800}"#;

fn with_response<T>(use_it: impl FnOnce(&TokenResponse<'_>) -> T) -> T {
    let mut buf = [0; 64];
    use_it(&TokenResponse::read(BODY, &mut buf).unwrap())
}

/// Asked for at 100, good until 1900.
fn token() -> FixedAccessToken<16> {
    with_response(|response| FixedAccessToken::new(response, 100, 60).unwrap())
}

#[test]
fn an_expired_token_cannot_be_turned_into_a_header() {
    let token = token();
    let mut buf = [0; 32];
    assert_eq!(token.authorization(100, &mut buf), Ok("Bearer abc123"));
    assert_eq!(token.authorization(1899, &mut buf), Ok("Bearer abc123"));
    let expired = Err(AccessTokenError::Expired);
    assert_eq!(token.authorization(1900, &mut buf), expired);
    assert_eq!(buf, [0; 32], "an older header was left");
}

#[test]
fn a_token_without_a_lifetime_is_used_until_it_is_refused() {
    let mut buf = [0; 64];
    let body = br#"{"access_token":"abc123","token_type":"Bearer"}"#;
    let response = TokenResponse::read(body, &mut buf).unwrap();
    let token = FixedAccessToken::<16>::new(&response, 100, 60).unwrap();
    assert!(!token.expiry().is_due(u64::MAX - 1));
    assert!(token.authorization(u64::MAX - 1, &mut [0; 32]).is_ok());
}

#[test]
fn memory_that_is_too_small_is_refused_with_the_size_that_would_do() {
    let kept = with_response(|response| FixedAccessToken::<5>::new(response, 0, 60).map(|_| ()));
    assert_eq!(kept, Err(BufferTooSmall { needed: 6 }));

    let token = token();
    let mut buf = [0xaa; 12];
    let too_small = BufferTooSmall { needed: 13 };
    assert_eq!(
        token.authorization(100, &mut buf),
        Err(AccessTokenError::BufferTooSmall(too_small))
    );
    assert_eq!(buf, [0; 12]);
    assert_eq!(token.authorization_len(), 13);
}

#[test]
fn a_token_does_not_show_itself() {
    assert!(!format!("{:?}", token()).contains("abc123"));
}

#[test]
fn secrets_are_equal_only_if_all_of_them_is() {
    let secret = Secret::new("abc123");
    assert_eq!(secret, Secret::new("abc123"));
    for other in ["", "abc12", "abc1234", "abc124", "Abc123"] {
        assert_ne!(secret, Secret::new(other));
    }
}

#[test]
fn a_token_tells_its_memory_to_zero_itself_when_it_is_dropped() {
    use core::sync::atomic::{AtomicUsize, Ordering};
    static ZEROED: AtomicUsize = AtomicUsize::new(0);
    struct Watched(heapless::String<16>);
    impl AsRef<str> for Watched {
        fn as_ref(&self) -> &str {
            &self.0
        }
    }
    impl TryFrom<&str> for Watched {
        type Error = heapless::CapacityError;
        fn try_from(text: &str) -> Result<Self, Self::Error> {
            text.try_into().map(Self)
        }
    }
    impl Zeroize for Watched {
        fn zeroize(&mut self) {
            assert_eq!(self.0.as_str(), "abc123");
            self.0.zeroize();
            assert_eq!(self.0.as_str(), "");
            ZEROED.fetch_add(1, Ordering::Relaxed);
        }
    }
    let token = with_response(|response| AccessToken::<Watched>::new(response, 0, 0).unwrap());
    assert_eq!(ZEROED.load(Ordering::Relaxed), 0);
    drop(token);
    assert_eq!(ZEROED.load(Ordering::Relaxed), 1);
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
    const END: u64 = 1800;
    for latency in [0, 1, 2, 5] {
        // The instance gives the same token and what is left of its lifetime; a client keeps a
        // second between an answer and the next request.
        let (mut now, mut requests) = (0, 0);
        while now < END {
            let rest = u32::try_from(END - now).unwrap();
            let expiry = Expiry::new(now, rest, 60);
            requests += 1;
            now += latency + 1;
            while !expiry.is_due(now) {
                now += 1;
            }
        }
        assert!(requests <= 8, "{requests} requests in one lifetime");
    }
}

#[test]
fn a_renewal_that_failed_is_put_off_and_the_token_stays_good() {
    let mut token = token();
    token.postpone_renewal(1840);
    let expiry = token.expiry();
    assert!(!expiry.is_due(1869) && expiry.is_due(1870));
    assert!(!expiry.is_over(1899) && expiry.is_over(1900));
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
