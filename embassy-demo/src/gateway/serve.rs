//! The jobs on one connection: requests, their answers, and what is told to session and queue.

use embassy_futures::select::{Either, select};
use embassy_time::{Timer, with_timeout};
use embedded_io_async::{Read, Write};
use heapless::String;
use rand_core::CryptoRngCore;
use snow_token_core::{
    http1::{
        Exchange, ExchangeError, Method, Request, Response, ResponseError, TableQuery, asynchronous,
    },
    outbox::{Outcome, RecordId, Storage},
    session::{Failure, Flight},
    timestamp::Timestamp,
    token_endpoint,
};

use zeroize::Zeroizing;

use super::{
    Uplink,
    job::{Job, RecordJob},
    step,
};
use crate::{
    config::{MAX_DEVICE_LEN, Target},
    indicator::{Indicator, State},
    login::Unusable,
    memory::{EXCHANGE_LEN, HttpMemory, MAX_TOKEN_LEN},
    network::Network,
    now_ms,
    record::Queued,
};

/// How long a record's name is at most.
const NAME_LEN: usize = MAX_DEVICE_LEN + RecordId::MAX_SUFFIX_LEN;

/// How long a query for a record is at most: a column, and the record's name.
const QUERY_LEN: usize = 160;

/// The texts of a token response: the token, and what stands beside it.
const TEXTS_LEN: usize = MAX_TOKEN_LEN + 512;

/// Whether the connection can be used again.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Connection {
    Good,
    Over,
}

impl<N: Network, R: CryptoRngCore, I: Indicator, S: Storage> Uplink<'_, N, R, I, S> {
    /// Does the job and those after it, until the connection is over or was idle for too long.
    pub(super) async fn serve<T: Read + Write>(&mut self, stream: &mut T, mut job: Job) {
        loop {
            let connection = match job {
                Job::Token(flight) => self.ask_for_a_token(stream, flight).await,
                Job::Record(record) => self.deliver(stream, record).await,
            };
            self.http.wipe();
            if connection == Connection::Over {
                return;
            }
            let idle = Timer::after_secs(self.config.keep_alive_secs.into());
            match select(self.next_job(), idle).await {
                Either::First(next) => job = next,
                Either::Second(()) => {
                    log_line!(debug, "idle connection closed");
                    return;
                }
            }
        }
    }

    async fn ask_for_a_token<T: Read + Write>(
        &mut self,
        stream: &mut T,
        flight: Flight,
    ) -> Connection {
        self.show(State::Authenticating);
        let host = self.config.instance.authority;
        let sent_at_unix = self.clock.unix().unwrap_or_default();
        let (head, body) = HttpMemory::request(&mut self.http.exchange);
        let request = self
            .requester
            .request(sent_at_unix, &mut self.rng, |request| {
                let head = Request::token(host, request).head(head);
                let body = request.body(body);
                Ok(Written {
                    head_len: head.map_err(|_| Unusable)?.len(),
                    body_len: body.map_err(|_| Unusable)?.len(),
                })
            });
        let Ok(request) = request else {
            log_line!(error, "the credentials are too long for a token request");
            self.session
                .failed(flight, now_ms(), Failure::BufferTooSmall, 0);
            return Connection::Good;
        };
        let exchange = exchange(stream, request, &mut self.http.exchange);
        let response = match with_timeout(step(self.config), exchange).await {
            Ok(Ok(response)) => response,
            outcome => {
                let failure = outcome.map_or(Failure::Transport, |outcome| match outcome {
                    Err(ExchangeError::Response(error)) => failure_of(error),
                    _ => Failure::Transport,
                });
                let random = self.rng.next_u32();
                self.session.failed(flight, now_ms(), failure, random);
                return Connection::Over;
            }
        };
        self.clock.correct(sent_at_unix, response.date);
        let connection = after(&response);
        let mut texts = Zeroizing::new([0; TEXTS_LEN]);
        match token_endpoint::read(&response.answer(), &mut *texts) {
            // A token that is too long is told to the session, which stops.
            Ok(token) => _ = self.session.token_received(flight, now_ms(), &token),
            Err(error) => {
                // The server's words could repeat the secret.
                log_line!(warn, "no token: HTTP {}", response.status);
                let random = self.rng.next_u32();
                self.session.failed(flight, now_ms(), error.into(), random);
            }
        }
        connection
    }

    async fn deliver<T: Read + Write>(&mut self, stream: &mut T, job: RecordJob) -> Connection {
        self.show(State::Online);
        let sent_at_unix = self.clock.unix().unwrap_or_default();
        let mut name = [0; NAME_LEN];
        let name = job
            .id
            .name(self.config.device, &mut name)
            .unwrap_or_default();
        let (outcome, connection) = match self.write_record(&job, name) {
            None => (Outcome::NotSent, Connection::Good),
            Some(request) => {
                let exchange = exchange(stream, request, &mut self.http.exchange);
                match with_timeout(step(self.config), exchange).await {
                    Ok(Ok(response)) => {
                        self.clock.correct(sent_at_unix, response.date);
                        let answer = response.answer();
                        let outcome = match self.config.target {
                            Target::Table { name_column, .. } if job.is_check => {
                                Outcome::of_lookup(&answer, name_column, name)
                            }
                            _ => Outcome::of_record(&answer),
                        };
                        if outcome != Outcome::Stored {
                            log_line!(info, "{}: HTTP {}", name, response.status);
                        }
                        (outcome, after(&response))
                    }
                    _ => {
                        let retry_after_secs = 0;
                        (Outcome::Lost { retry_after_secs }, Connection::Over)
                    }
                }
            }
        };
        let random = self.rng.next_u32();
        match outcome {
            Outcome::Stored => log_line!(info, "{} is in the instance", name),
            Outcome::Unauthorized => self.session.api_unauthorized(job.token, now_ms(), random),
            _ => {}
        }
        self.readings.settle(job.flight, outcome, random);
        connection
    }

    /// Writes the request that brings a reading into the instance, or looks it up. `None` where the
    /// token was over before it could be used.
    fn write_record(&mut self, job: &RecordJob, record_name: &str) -> Option<Written> {
        let config = self.config;
        let host = config.instance.authority;
        let HttpMemory { exchange, queued } = &mut *self.http;
        let (head, body) = HttpMemory::request(exchange);
        let authorization = self.session.bearer(job.token, now_ms()).ok()?;
        let mut query = String::<QUERY_LEN>::new();
        let (request, body_len) = match config.target {
            Target::Table { name, name_column } if job.is_check => {
                for part in [name_column, "=", record_name] {
                    query.push_str(part).ok()?;
                }
                let query = TableQuery {
                    query: Some(&query),
                    fields: Some(name_column),
                    limit: Some(1),
                };
                (Request::query_records(host, name, query), 0)
            }
            target => {
                let queued = Queued::read(queued.get(..job.len)?)?;
                let taken_at = self.clock.unix_of(queued.taken_at_ms);
                let time = taken_at.filter(|_| job.id.series == self.readings.series());
                let time = time.map(Timestamp::from_unix);
                let len = queued.body(config, record_name, time, body)?.len();
                let request = match target {
                    Target::Table { name, .. } => {
                        Request::create_record(host, name, len).without_response_body()
                    }
                    Target::ImportSet { name, .. } => Request::import(host, name, len),
                    Target::Events { by_mid: false } => Request::events(host, len),
                    Target::Events { by_mid: true } => Request::events_by_mid(host, len),
                };
                (request, len)
            }
        };
        let request = request.with_authorization(authorization);
        Some(Written {
            head_len: request.head(head).ok()?.len(),
            body_len,
        })
    }
}

/// A request in the memory for it.
#[derive(Clone, Copy)]
struct Written {
    head_len: usize,
    body_len: usize,
}

/// Sends the request that was written into `buf`, and reads the answer into the same place.
async fn exchange<'b, T: Read + Write>(
    stream: &mut T,
    request: Written,
    buf: &'b mut [u8; EXCHANGE_LEN],
) -> Result<Response<'b>, ExchangeError<T::Error>> {
    let (head, body) = HttpMemory::request(buf);
    let parts = [head.get(..request.head_len), body.get(..request.body_len)];
    for part in parts.into_iter().flatten() {
        stream
            .write_all(part)
            .await
            .map_err(ExchangeError::Transport)?;
    }
    // None of the requests is one whose answer has no body by its method.
    let exchange = Exchange::new(Method::Post, buf).keeping_what_fits();
    asynchronous::exchange_with(stream, &[], &[], exchange).await
}

fn after(response: &Response<'_>) -> Connection {
    match response.keep_alive {
        true => Connection::Good,
        false => Connection::Over,
    }
}

fn failure_of(error: ResponseError) -> Failure {
    match error {
        ResponseError::NoAnswer | ResponseError::Truncated => Failure::Transport,
        ResponseError::BufferTooSmall { .. } => Failure::BufferTooSmall,
        _ => Failure::Malformed,
    }
}
