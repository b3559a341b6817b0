//! The gateway's loop: what there is to do, on which connection, and what comes of it.
//!
//! ```text
//!        next_job: network up? time known? what do session and queue say?
//!            |  a token to ask for, a reading to look up or to send
//!            v
//!        connect: DNS, TCP, TLS with one cipher suite or the other
//!            v
//!        serve: the job, and those after it, as long as the connection lasts
//! ```
//! What to do, when, and what an answer means is decided by the session and the outbox of
//! `snow-token-core`; here is only what carries it out.

mod job;
mod serve;
mod time;

use core::{fmt, net::SocketAddrV4, pin::pin};

use embassy_time::{Duration, Instant, with_timeout};
use embedded_io_async::Error as _;
use heapless::String;
use rand_core::CryptoRngCore;
use snow_token_core::{
    BufferTooSmall, Session,
    outbox::Storage,
    session::{self, Unkept},
};

use self::job::Job;
use crate::{
    apart::Apart,
    clock::Clock,
    config::Config,
    indicator::{Indicator, State},
    login::{Requester, Unusable},
    memory::{HttpMemory, MAX_TOKEN_LEN, Memory},
    network::Network,
    now_ms,
    readings::Readings,
    tls::{self, Buffers, RootError, Suite, TlsError, TlsStream, Trust},
};

/// A gateway: it keeps a token good and brings the readings of a queue into the instance.
///
/// # Examples
/// See [the crate](crate).
pub struct Gateway<'g, N: Network, R, I, S: Storage> {
    network: &'g N,
    trust: Trust<'g>,
    buffers: Buffers<'g>,
    /// The cipher suite that the server took the last time.
    suite: Suite,
    uplink: Uplink<'g, N, R, I, S>,
}

/// All but the connection.
struct Uplink<'g, N, R, I, S: Storage> {
    network: &'g N,
    rng: R,
    indicator: I,
    shown: Option<State>,
    config: &'g Config<'g>,
    readings: &'g Readings<S>,
    http: &'g mut HttpMemory,
    requester: Requester<'g>,
    // Neither way to a token has a use for a refresh token: 1 KB less.
    session: Session<String<MAX_TOKEN_LEN>, Unkept>,
    clock: Clock,
    /// Attempts in a row to learn the time that failed.
    time_failures: u8,
    /// When a session that is stopped asks again.
    retry_at: Option<Instant>,
}

impl<N: Network, R, I, S: Storage> fmt::Debug for Gateway<'_, N, R, I, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

/// Why a gateway cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum StartError {
    /// The key for assertions is not one of P-256, in PKCS#8 or SEC 1.
    Key,
    /// A root certificate is none.
    Root(RootError),
    /// The TLS record buffer is too small.
    Memory(BufferTooSmall),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key => f.write_str("jwt_key is not a P-256 key in PKCS#8 or SEC 1"),
            Self::Root(error) => error.fmt(f),
            Self::Memory(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for StartError {}

impl<'g, N: Network, R: CryptoRngCore, I: Indicator, S: Storage> Gateway<'g, N, R, I, S> {
    /// A gateway that has no token yet.
    ///
    /// # Errors
    /// [`StartError`].
    #[inline(never)]
    pub fn new<const READ: usize>(
        network: &'g N,
        mut rng: R,
        indicator: I,
        config: &'g Config<'g>,
        readings: &'g Readings<S>,
        memory: &'g mut Memory<READ>,
    ) -> Result<Self, StartError> {
        let settings = session::Settings {
            backoff_cap_secs: config.backoff_cap_secs,
            spread_secs: config.spread_secs,
            seed: rng.next_u32(),
            ..session::Settings::DEFAULT
        };
        let mut trust = Trust::built_in();
        for root in &config.roots {
            trust.add(root).map_err(StartError::Root)?;
        }
        let buffers = Buffers::new(&mut memory.tls_read, &mut memory.tls_write);
        Ok(Self {
            network,
            trust,
            buffers: buffers.map_err(StartError::Memory)?,
            suite: Suite::default(),
            uplink: Uplink {
                network,
                rng,
                indicator,
                shown: None,
                config,
                readings,
                http: &mut memory.http,
                requester: Requester::new(config.login).map_err(|Unusable| StartError::Key)?,
                session: Session::new(settings, now_ms()),
                clock: Clock::new(),
                time_failures: 0,
                retry_at: None,
            },
        })
    }

    /// Runs for ever.
    pub async fn run(&mut self) -> ! {
        loop {
            let job = self.uplink.next_job().await;
            let served = self.connect_and_serve(job).await;
            self.buffers.wipe();
            if let Err(job) = served {
                self.uplink.not_sent(job);
            }
        }
    }

    /// # Errors
    /// The job, where there is no connection.
    async fn connect_and_serve(&mut self, job: Job) -> Result<(), Job> {
        let Self {
            network,
            trust,
            buffers,
            suite,
            uplink,
        } = self;
        let config = uplink.config;
        uplink.show(State::Connecting);
        let Some(address) = uplink.resolve(config.instance).await else {
            return Err(job);
        };
        for is_last in [false, true] {
            let Some(now_unix) = uplink.clock.unix() else {
                return Err(job);
            };
            let Some(connection) = connect(*network, address, config).await else {
                return Err(job);
            };
            uplink.show(State::Handshaking);
            let name = config.instance.name;
            // In a block of its own, at whose end it is closed: only one connection can be open, and
            // `drop` would move it, by way of the stack.
            let error = {
                let mut stream = TlsStream::new(connection, *suite, buffers);
                let opened = {
                    let handshake = pin!(stream.open(trust, name, now_unix, &mut uplink.rng));
                    with_timeout(step(config), Apart(handshake)).await
                };
                match opened {
                    Ok(Ok(())) => {
                        log_line!(info, "{}: TLS 1.3, verified", name);
                        Apart(pin!(uplink.serve(&mut stream, job))).await;
                        // Without close_notify: each answer was complete.
                        return Ok(());
                    }
                    Ok(Err(error)) => error,
                    Err(_) => {
                        log_line!(warn, "no TLS: the server does not answer");
                        break;
                    }
                }
            };
            if error.wants_other_suite() && !is_last {
                *suite = suite.other();
                continue;
            }
            let error = match error.wants_other_suite() {
                true if is_too_old(*network, address, config).await => TlsError::OnlyTls12,
                _ => error,
            };
            log_line!(warn, "no TLS: {}", error);
            if let TlsError::Expired { .. } | TlsError::NotYetValid { .. } = error {
                // It may be the clock that is wrong.
                uplink.clock.doubt();
            }
            break;
        }
        Err(job)
    }
}

/// Opens a TCP connection; why there is none stands in the log.
async fn connect<'n, N: Network>(
    network: &'n N,
    address: SocketAddrV4,
    config: &Config<'_>,
) -> Option<N::Connection<'n>> {
    match with_timeout(step(config), network.connect(address)).await {
        Ok(Ok(connection)) => return Some(connection),
        Ok(Err(error)) => log_line!(warn, "no connection to {}: {:?}", address, error.kind()),
        Err(_) => log_line!(warn, "no connection to {}: no answer", address),
    }
    None
}

/// Whether the server, which takes neither cipher suite of TLS 1.3, speaks TLS 1.2.
async fn is_too_old<N: Network>(network: &N, address: SocketAddrV4, config: &Config<'_>) -> bool {
    let Some(connection) = connect(network, address, config).await else {
        return false;
    };
    let probe = tls::speaks_only_tls12(connection);
    matches!(with_timeout(step(config), probe).await, Ok(Ok(true)))
}

fn step(config: &Config<'_>) -> Duration {
    Duration::from_secs(config.timeout_secs.into())
}
