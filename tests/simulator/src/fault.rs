//! The fault layer between TLS and HTTP: it passes bytes on, and breaks an answer when told to.

use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, DuplexStream, split};

/// How one answer, or one connection, breaks. Each fault that is set strikes once, in the order
/// in which they were set.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The next connection is closed before TLS begins.
    CloseBeforeTls,
    /// The next connection is taken and then nothing is ever said on it.
    SilentBeforeTls,
    /// The next answer ends after so many bytes, and the connection with it, without TLS's
    /// goodbye.
    CutAfter(usize),
    /// The next answer stops after so many bytes and the connection stays open.
    StallAfter(usize),
    /// The next answer begins so much later.
    Delay(Duration),
    /// The next answer goes out in pieces.
    Trickle {
        /// How many bytes a piece has, at least one.
        bytes: usize,
        /// How long it takes until the next one.
        pause: Duration,
    },
    /// These bytes go out instead of the next answer; then the connection is closed properly.
    Raw(Vec<u8>),
    /// Bytes go out instead of the next answer, and then others again and again, for as long as
    /// somebody takes them.
    Endless {
        /// What comes first.
        begin: Vec<u8>,
        /// What comes again and again.
        again: Vec<u8>,
    },
}

impl Fault {
    /// A good answer whose body comes in chunks of a few bytes, with trailers behind it.
    pub fn chunked_with_trailers(body: &str) -> Self {
        let mut raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\
            Transfer-Encoding: chunked\r\nTrailer: X-Checksum\r\n\r\n"
            .to_vec();
        for chunk in body.as_bytes().chunks(7) {
            raw.extend_from_slice(format!("{:x};name=value\r\n", chunk.len()).as_bytes());
            raw.extend_from_slice(chunk);
            raw.extend_from_slice(b"\r\n");
        }
        raw.extend_from_slice(b"0\r\nX-Checksum: none\r\n\r\n");
        Self::Raw(raw)
    }

    /// A token response with so many bytes of a member that nobody asked for.
    pub fn oversized(bytes: usize) -> Self {
        let body = format!(
            r#"{{"access_token":"a","token_type":"Bearer","expires_in":1799,"filling":"{}"}}"#,
            "x".repeat(bytes)
        );
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        Self::Raw((head + &body).into_bytes())
    }

    fn is_before_tls(&self) -> bool {
        matches!(self, Self::CloseBeforeTls | Self::SilentBeforeTls)
    }

    /// How many bytes of the real answer pass.
    fn lets_through(&self) -> usize {
        match self {
            Self::CutAfter(most) | Self::StallAfter(most) => *most,
            Self::Delay(_) | Self::Trickle { .. } => usize::MAX,
            Self::CloseBeforeTls | Self::SilentBeforeTls | Self::Raw(_) | Self::Endless { .. } => 0,
        }
    }
}

/// About as many bytes go out at once of what has no end.
const ENDLESS_PIECE: usize = 8 * 1024;

/// The faults that are still to strike.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults(Arc<Mutex<VecDeque<Fault>>>);

impl Faults {
    pub(crate) fn push(&self, fault: Fault) {
        self.queue().push_back(fault);
    }

    /// The next fault, if it is one of a connection.
    pub(crate) fn for_connection(&self) -> Option<Fault> {
        self.take_if(Fault::is_before_tls)
    }

    /// The next fault, if it is one of an answer.
    fn for_answer(&self) -> Option<Fault> {
        self.take_if(|fault| !fault.is_before_tls())
    }

    fn take_if(&self, strikes_now: impl FnOnce(&Fault) -> bool) -> Option<Fault> {
        let mut queue = self.queue();
        if strikes_now(queue.front()?) {
            queue.pop_front()
        } else {
            None
        }
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, VecDeque<Fault>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Carries bytes between a client and the HTTP library until either is done or a fault strikes.
pub(crate) async fn relay(
    client: impl AsyncRead + AsyncWrite,
    http: DuplexStream,
    faults: Faults,
) -> io::Result<()> {
    let (mut from_client, mut to_client) = split(client);
    let (mut from_http, mut to_http) = split(http);
    let request_seen = AtomicBool::new(false);

    let requests = async {
        let mut buf = vec![0; 16 * 1024];
        loop {
            let len = from_client.read(&mut buf).await?;
            if len == 0 {
                return to_http.shutdown().await;
            }
            request_seen.store(true, Ordering::Relaxed);
            if to_http.write_all(&buf[..len]).await.is_err() {
                // The library has had enough of the request; its answer is still on its way.
                return core::future::pending().await;
            }
        }
    };
    let answers = async {
        let mut buf = vec![0; 16 * 1024];
        // What the fault that struck lets through of the answer, and what it does then.
        let mut fault: Option<(usize, Fault)> = None;
        loop {
            let len = from_http.read(&mut buf).await?;
            if len == 0 {
                return to_client.shutdown().await;
            }
            // The first bytes after a request begin an answer.
            if request_seen.swap(false, Ordering::Relaxed) {
                fault = faults
                    .for_answer()
                    .map(|fault| (fault.lets_through(), fault));
            }
            if let Some((_, Fault::Delay(delay))) = fault {
                tokio::time::sleep(delay).await;
                fault = None;
            }
            if let Some((_, Fault::Trickle { bytes, pause })) = fault {
                for piece in buf[..len].chunks(bytes.max(1)) {
                    to_client.write_all(piece).await?;
                    to_client.flush().await?;
                    tokio::time::sleep(pause).await;
                }
                continue;
            }
            let most = fault.as_ref().map_or(len, |(left, _)| len.min(*left));
            to_client.write_all(&buf[..most]).await?;
            to_client.flush().await?;
            let Some((left, fault)) = &mut fault else {
                continue;
            };
            *left -= most;
            match fault {
                _ if most == len => {}
                Fault::StallAfter(_) => return core::future::pending().await,
                Fault::Raw(raw) => {
                    to_client.write_all(raw).await?;
                    return to_client.shutdown().await;
                }
                Fault::Endless { begin, again } => {
                    to_client.write_all(begin).await?;
                    let again = again.repeat(ENDLESS_PIECE / again.len().max(1));
                    loop {
                        to_client.write_all(&again).await?;
                    }
                }
                _ => return Ok(()),
            }
        }
    };
    tokio::select! {
        // A client that closes has no use for an answer.
        outcome = requests => outcome,
        outcome = answers => outcome,
    }
}
