//! The fault layer between TLS and HTTP: it passes bytes on, and breaks an answer when told to.

use core::sync::atomic::{AtomicBool, Ordering};
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
    /// These bytes go out instead of the next answer; then the connection is closed properly.
    Raw(Vec<u8>),
}

impl Fault {
    fn is_before_tls(&self) -> bool {
        matches!(self, Self::CloseBeforeTls | Self::SilentBeforeTls)
    }
}

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
            to_http.write_all(&buf[..len]).await?;
        }
    };
    let answers = async {
        let mut buf = vec![0; 16 * 1024];
        loop {
            let len = from_http.read(&mut buf).await?;
            if len == 0 {
                return to_client.shutdown().await;
            }
            // The first bytes after a request begin an answer.
            let begins = request_seen.swap(false, Ordering::Relaxed);
            let fault = if begins { faults.for_answer() } else { None };
            let bytes = &buf[..len];
            match fault {
                Some(Fault::Raw(raw)) => {
                    to_client.write_all(&raw).await?;
                    return to_client.shutdown().await;
                }
                Some(Fault::CutAfter(most)) => {
                    to_client.write_all(&bytes[..most.min(len)]).await?;
                    return to_client.flush().await;
                }
                Some(Fault::StallAfter(most)) => {
                    to_client.write_all(&bytes[..most.min(len)]).await?;
                    to_client.flush().await?;
                    return core::future::pending().await;
                }
                _ => {
                    to_client.write_all(bytes).await?;
                    to_client.flush().await?;
                }
            }
        }
    };
    tokio::select! {
        // A client that closes has no use for an answer.
        outcome = requests => outcome,
        outcome = answers => outcome,
    }
}
