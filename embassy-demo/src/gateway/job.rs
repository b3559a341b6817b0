//! What there is to do, and when.

use core::net::SocketAddrV4;

use embassy_futures::select::select;
use embassy_time::{Duration, Instant, Timer, with_timeout};
use embedded_io_async::Error as _;
use rand_core::CryptoRngCore;
use snow_token_core::{
    outbox::{self, Outcome, RecordId, Storage},
    session::{self, Action, Failure, Flight, StopReason, TokenNumber},
};

use super::{Uplink, step};
use crate::{
    config::Host,
    indicator::{Indicator, State},
    network::Network,
    now_ms,
};

const DAY: Duration = Duration::from_secs(86_400);

/// After a storage failed, in milliseconds.
const STORAGE_PAUSE_MS: u32 = 10_000;

/// What there is to do once there is a connection. Whoever takes it reports the outcome.
pub(super) enum Job {
    Token(Flight),
    Record(RecordJob),
}

pub(super) struct RecordJob {
    pub(super) token: TokenNumber,
    pub(super) id: RecordId,
    pub(super) flight: outbox::Flight,
    /// Looked up, rather than sent.
    pub(super) is_check: bool,
    /// How much of the memory for it the reading takes.
    pub(super) len: usize,
}

impl<N: Network, R: CryptoRngCore, I: Indicator, S: Storage> Uplink<'_, N, R, I, S> {
    /// Waits until there is something to do, and can be done. May be dropped while it waits.
    pub(super) async fn next_job(&mut self) -> Job {
        loop {
            // Both have to, also where there is no network or no token for months.
            self.session.hear(now_ms());
            self.readings.hear();
            if !self.network.is_up() {
                self.show(State::Network);
                let up = self.network.wait_until_up();
                if with_timeout(DAY, up).await.is_err() {
                    continue;
                }
            }
            if self.clock.needs_time() {
                self.show(State::Time);
                self.ask_for_the_time().await;
                continue;
            }
            let ms = match self.session.next(now_ms()) {
                Action::Request { flight } | Action::RequestWhileUsing { flight, .. } => {
                    return Job::Token(flight);
                }
                Action::UseToken { token, again_in_ms } => match self.next_record(token) {
                    Ok(job) => return Job::Record(job),
                    Err(ms) => ms.min(again_in_ms),
                },
                Action::Wait { ms } => {
                    self.show(State::Waiting);
                    ms
                }
                Action::Stop(reason) => match self.stopped_for_ms(reason) {
                    0 => {
                        self.retry_at = None;
                        match reason {
                            // The token may be taken again by now; without a reset it would not be
                            // tried as long as the instance hands it out.
                            StopReason::SameTokenAgain => self.session.reset(now_ms()),
                            _ => self.session.retry(),
                        }
                        continue;
                    }
                    ms => ms,
                },
                // One task sends the requests, this one, and none is out now.
                Action::AwaitOutcome => session::PAUSE_MS as u32,
            };
            self.sleep_or_reading(ms).await;
        }
    }

    /// A reading to look up or to send; or when there will be one, in milliseconds.
    fn next_record(&mut self, token: TokenNumber) -> Result<RecordJob, u32> {
        let (record, is_check) = match self.readings.next(&mut self.http.queued) {
            Ok(outbox::Action::Send(record)) => (record, false),
            Ok(outbox::Action::Check(record)) => (record, true),
            Ok(outbox::Action::Wait { ms }) => {
                self.show(State::Waiting);
                return Err(ms);
            }
            Ok(outbox::Action::Empty | outbox::Action::AwaitOutcome) => {
                self.show(State::Online);
                return Err(session::LONGEST_WAIT_MS);
            }
            Err(_) => {
                log_line!(
                    error,
                    "the queue's storage does not give the oldest reading"
                );
                self.show(State::Waiting);
                return Err(STORAGE_PAUSE_MS);
            }
        };
        Ok(RecordJob {
            token,
            id: record.id,
            flight: record.flight,
            is_check,
            len: record.len,
        })
    }

    /// How long the session stays stopped, in milliseconds; 0 when it is to ask again.
    fn stopped_for_ms(&mut self, reason: StopReason) -> u32 {
        let now = Instant::now();
        let retry_at = *self.retry_at.get_or_insert_with(|| {
            let wait = Duration::from_secs(self.config.retry_stopped_secs.into());
            log_line!(
                error,
                "no more tokens are asked for: {:?}; the readings are kept; asked again in {} s",
                reason,
                wait.as_secs()
            );
            now.saturating_add(wait)
        });
        self.show(State::Stopped);
        let left = retry_at.saturating_duration_since(now).as_millis();
        u32::try_from(left).unwrap_or(session::LONGEST_WAIT_MS)
    }

    /// Sleeps for so long, or until a reading is put into the queue.
    async fn sleep_or_reading(&self, ms: u32) {
        let sleep = Timer::after_millis(ms.into());
        select(sleep, self.readings.wait_for_reading()).await;
    }

    /// Shows the state, where it is another than before.
    pub(super) fn show(&mut self, state: State) {
        if self.shown.replace(state) != Some(state) {
            self.indicator.show(state);
        }
    }

    /// The address of a host; why there is none stands in the log.
    pub(super) async fn resolve(&self, host: Host<'_>) -> Option<SocketAddrV4> {
        if let Ok(address) = host.name.parse() {
            return Some(SocketAddrV4::new(address, host.port));
        }
        match with_timeout(step(self.config), self.network.resolve(host.name)).await {
            Ok(Ok(address)) => return Some(SocketAddrV4::new(address, host.port)),
            Ok(Err(error)) => {
                log_line!(warn, "no address for {}: {:?}", host.name, error.kind());
            }
            Err(_) => log_line!(warn, "no address for {}: no answer", host.name),
        }
        None
    }

    /// There is no connection for this job.
    pub(super) fn not_sent(&mut self, job: Job) {
        self.show(State::Waiting);
        let random = self.rng.next_u32();
        match job {
            Job::Token(flight) => {
                self.session
                    .failed(flight, now_ms(), Failure::Transport, random);
            }
            Job::Record(RecordJob { flight, .. }) => {
                self.readings.settle(flight, Outcome::NotSent, random);
            }
        }
    }
}
