//! TLS servers to test clients with: honest ones with any certificates, and hostile ones that break
//! the protocol.

mod certificates;
mod honest;
mod hostile;
mod key_schedule;
mod session;

use core::time::Duration;
use std::sync::{Arc, Condvar, Mutex};

pub use certificates::{Chain, Keys, LeafFlaw, Order};
pub use honest::{HonestServer, Speaks};
pub use hostile::{Flaw, HostileServer, Stage};
pub use session::Session;

/// The data of applications that a server received. As long as there is none, no secret has left.
#[derive(Debug, Clone, Default)]
pub struct Received(Arc<(Mutex<Log>, Condvar)>);

#[derive(Debug, Default)]
struct Log {
    data: Vec<u8>,
    connections: usize,
}

impl Received {
    /// What came in connections, of which this many are over. It waits until they are, so that what
    /// is not in it did not come.
    ///
    /// # Panics
    /// If they take longer than a minute.
    pub fn after(&self, connections: usize) -> Vec<u8> {
        let (log, changed) = &*self.0;
        let (log, timeout) = changed
            .wait_timeout_while(log.lock().unwrap(), Duration::from_secs(60), |log| {
                log.connections < connections
            })
            .unwrap();
        assert!(!timeout.timed_out(), "a connection that does not end");
        log.data.clone()
    }

    fn add(&self, data: &[u8]) {
        self.0.0.lock().unwrap().data.extend_from_slice(data);
    }

    fn connection_is_over(&self) {
        self.0.0.lock().unwrap().connections += 1;
        self.0.1.notify_all();
    }
}

/// A cipher suite of TLS 1.3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suite {
    /// TLS_AES_128_GCM_SHA256.
    Aes128GcmSha256,
    /// TLS_AES_256_GCM_SHA384.
    Aes256GcmSha384,
}

/// Whether this is a request of HTTP with its body, or else a line.
fn is_whole(request: &[u8]) -> bool {
    let request = String::from_utf8_lossy(request);
    let Some((head, body)) = request.split_once("\r\n\r\n") else {
        return request.ends_with('\n') && !request.contains(" HTTP/1.");
    };
    let body_len = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().unwrap_or(0))
    });
    body.len() >= body_len.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn requests() {
        assert!(is_whole(b"a line\n"));
        assert!(!is_whole(b"a li"));
        assert!(is_whole(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n"));
        assert!(!is_whole(b"GET / HTTP/1.1\r\nhost: a\r\n"));
        let post = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\na=b&";
        assert!(is_whole(post));
        assert!(!is_whole(&post[..post.len() - 1]));
    }
}
