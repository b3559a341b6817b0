//! The time, from an SNTP server.

use core::net::SocketAddr;

use embassy_time::{Duration, Timer, with_timeout};
use rand_core::CryptoRngCore;
use snow_token_core::{outbox::Storage, session, timestamp::Timestamp};

use super::{Uplink, step};
use crate::{clock::BeforeBuild, indicator::Indicator, network::Network};

/// One packet is sent, which may be lost.
const TIMEOUT: Duration = Duration::from_secs(5);

impl<N: Network, R: CryptoRngCore, I: Indicator, S: Storage> Uplink<'_, N, R, I, S> {
    /// Asks for the time; after a failure it waits. May be dropped at any time.
    pub(super) async fn ask_for_the_time(&mut self) {
        let server = self.config.time_server;
        let answer = match self.resolve(server).await {
            None => None,
            Some(address) => {
                let address = SocketAddr::V4(address);
                let timeout = step(self.config).min(TIMEOUT);
                let answer = with_timeout(timeout, self.network.unix_time_ms(address));
                answer.await.ok().flatten()
            }
        };
        let why = match answer.map(|ms| self.clock.set(ms / 1_000)) {
            Some(Ok(())) => {
                self.time_failures = 0;
                let unix = self.clock.unix().unwrap_or_default();
                log_line!(info, "time {} GMT", Timestamp::from_unix(unix).as_str());
                return;
            }
            Some(Err(BeforeBuild)) => "it is before this firmware was built",
            None => "the time server does not answer",
        };
        self.time_failures = self.time_failures.saturating_add(1);
        let cap_ms = u64::from(self.config.backoff_cap_secs).saturating_mul(1_000);
        let random = self.rng.next_u32();
        let ms = session::backoff_ms(self.time_failures, cap_ms, random);
        match self.clock.unix() {
            None => log_line!(
                warn,
                "clock not set, {}: no TLS without the time; asked again in {} ms",
                why,
                ms
            ),
            Some(_) => log_line!(warn, "clock in doubt, {}; asked again in {} ms", why, ms),
        }
        Timer::after_millis(ms).await;
        // With a clock in doubt the next attempt goes by the time that there is: it may be the server's
        // certificate that was wrong, and mended since.
        self.clock.believe();
    }
}
