//! Shows the run loop of a session, against an instance that follows a script: a gateway sends a
//! reading every ten minutes while connections break, the instance is busy, a token is revoked and
//! the catch-all comes up. The clock is simulated and wraps on the way, so the five hours pass at
//! once.
//!
//! Start it with `cargo run -p snow-token-core --example session_loop`.

use snow_token_core::{
    FixedSession,
    refusal::Answer,
    session::{Action, Failure, Settings, StopReason},
    token_endpoint,
};
use zeroize::Zeroizing;

/// A device's clock in milliseconds. This one wraps after an hour.
struct Clock {
    started_ms: u32,
    passed_ms: u32,
}

impl Clock {
    fn now_ms(&self) -> u32 {
        self.started_ms.wrapping_add(self.passed_ms)
    }

    fn sleep_ms(&mut self, ms: u32) {
        self.passed_ms += ms;
    }
}

/// Five hours, and a reading every ten minutes.
const END_MS: u32 = 5 * 3_600_000;
const READING_EVERY_MS: u32 = 600_000;

fn main() -> Result<(), StopReason> {
    let mut clock = Clock {
        started_ms: u32::MAX - 3_600_000,
        passed_ms: 0,
    };
    let mut instance = Instance::default();
    let mut random = 0x2545_f491;
    let mut next_reading_ms = 0_u32;
    let mut session = FixedSession::<128>::new(Settings::DEFAULT, clock.now_ms());

    while clock.passed_ms < END_MS {
        let (token, again_in_ms) = match session.next(clock.now_ms()) {
            Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                let answer = instance.token_request();
                clock.sleep_ms(300);
                let mut buf = Zeroizing::new([0; 256]);
                let outcome = match &answer {
                    None => Err(Failure::Transport),
                    Some(answer) => {
                        token_endpoint::read(answer, &mut buf[..]).map_err(Failure::from)
                    }
                };
                match outcome {
                    Ok(response) => {
                        say(&clock, "a token came");
                        let kept = session.token_received(flight, clock.now_ms(), &response);
                        // The session stops by itself if it does not fit.
                        kept.unwrap_or_else(|error| say(&clock, &error.to_string()));
                    }
                    Err(failure) => {
                        say(&clock, &format!("no token came: {failure:?}"));
                        session.failed(flight, clock.now_ms(), failure, next_random(&mut random));
                    }
                }
                continue;
            }
            Action::Wait { ms } => {
                say(&clock, &format!("no good token: waiting for {ms} ms"));
                clock.sleep_ms(ms);
                continue;
            }
            // With one thread, nobody else has a request out.
            Action::AwaitOutcome => unreachable!(),
            Action::Stop(reason) => return Err(reason),
            Action::UseToken { token, again_in_ms } => (token, again_in_ms),
        };

        let too_early_ms = next_reading_ms.saturating_sub(clock.passed_ms);
        if too_early_ms > 0 {
            clock.sleep_ms(too_early_ms.min(again_in_ms));
            continue;
        }
        let mut header = Zeroizing::new([0; 160]);
        let Ok(authorization) = session.authorization(token, clock.now_ms(), &mut header[..])
        else {
            continue;
        };
        let status = instance.api_call(authorization);
        clock.sleep_ms(200);
        say(&clock, &format!("a reading was sent: HTTP {status}"));
        match status {
            // The reading is sent again when the loop comes to a good token.
            401 => session.api_unauthorized(token, clock.now_ms(), next_random(&mut random)),
            // A new token would not be allowed more: 403 is no business of the session.
            _ => next_reading_ms += READING_EVERY_MS,
        }
    }
    say(&clock, &format!("{} token requests", instance.requests));
    Ok(())
}

/// Shows the line with the hours, minutes and seconds that have passed.
fn say(clock: &Clock, line: &str) {
    let secs = clock.passed_ms / 1_000;
    let (hours, minutes, secs) = (secs / 3_600, secs / 60 % 60, secs % 60);
    println!("{hours}:{minutes:02}:{secs:02}  {line}");
}

/// A stand-in for the hardware's random numbers (xorshift).
fn next_random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

/// What the instance does at each token request, and at each call of the API.
#[derive(Default)]
struct Instance {
    requests: usize,
    calls: usize,
    body: String,
}

impl Instance {
    fn token_request(&mut self) -> Option<Answer<'_>> {
        self.requests += 1;
        let mut retry_after = None;
        let (status, body) = match self.requests {
            // The network is not up yet; then the instance is busy.
            1 | 2 => return None,
            3 => {
                retry_after = Some("30");
                (
                    429,
                    r#"{"error":{"message":"Rate limit exceeded"},"status":"failure"}"#,
                )
            }
            // The catch-all, in passing.
            6 | 7 => (
                401,
                r#"{"error":"server_error","error_description":"access_denied"}"#,
            ),
            number => {
                self.body = format!(
                    r#"{{"access_token":"token-{number}","token_type":"Bearer","expires_in":1799}}"#
                );
                (200, self.body.as_str())
            }
        };
        Some(Answer {
            status,
            content_type: Some("application/json"),
            retry_after,
            date: None,
            body: body.as_bytes(),
            cut: None,
        })
    }

    fn api_call(&mut self, authorization: &str) -> u16 {
        assert!(authorization.starts_with("Bearer token-"));
        self.calls += 1;
        match self.calls {
            // Somebody revoked the token.
            4 => 401,
            // An ACL says no.
            9 => 403,
            _ => 201,
        }
    }
}
