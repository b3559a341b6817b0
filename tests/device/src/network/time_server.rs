//! A time server on this machine's loopback interface, for a program that is not in QEMU.

use core::{
    net::{Ipv4Addr, SocketAddr},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    io,
    net::UdpSocket,
    sync::Arc,
    thread::{self, JoinHandle},
};

use super::ntp::{self, Ntp};

/// How long the thread waits for a request before it looks whether it should end.
const LONGEST_WAIT: Duration = Duration::from_millis(50);

/// A time server that runs until this is dropped.
#[derive(Debug)]
pub struct TimeServer {
    address: SocketAddr,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl TimeServer {
    /// A server that tells the right time, on a port that is free.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub fn start() -> io::Result<Self> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        socket.set_read_timeout(Some(LONGEST_WAIT))?;
        let address = socket.local_addr()?;
        let ends = Arc::new(AtomicBool::new(false));
        let thread = thread::Builder::new().name("time".to_owned()).spawn({
            let ends = Arc::clone(&ends);
            move || {
                while !ends.load(Ordering::Relaxed) {
                    answer_one(&socket);
                }
            }
        })?;
        Ok(Self {
            address,
            ends,
            thread: Some(thread),
        })
    }

    /// Where it is to be asked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for TimeServer {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It has nothing to tell.
            let _ = thread.join();
        }
    }
}

fn answer_one(socket: &UdpSocket) {
    let mut request = [0; 512];
    // No request came in time, or the one before could not be answered.
    let Ok((len, from)) = socket.recv_from(&mut request) else {
        return;
    };
    if let Some(answer) = ntp::answer(&request[..len], Ntp::Answers, 0) {
        // Who asks asks again.
        let _ = socket.send_to(&answer, from);
    }
}
