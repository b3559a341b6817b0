//! One TCP connection of the device, relayed byte for byte to a real one of this machine.

use core::{
    net::{SocketAddr, SocketAddrV4},
    time::Duration,
};
use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::Arc,
};

use smoltcp::{
    iface::SocketHandle,
    socket::tcp::{Socket, SocketBuffer, State},
};

use super::failure::{Direction, Failure, Happening};

const BUFFER_LEN: usize = 64 * 1024;
const PIECE_LEN: usize = 16 * 1024;
/// To a port of this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Both ends as the device sees them: its own, and the one that it has connected to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) device: SocketAddrV4,
    pub(super) remote: SocketAddrV4,
}

/// What a relay waits for at the side of this machine.
pub(super) struct Wait {
    pub(super) host: Arc<TcpStream>,
    pub(super) readable: bool,
    pub(super) writable: bool,
}

#[derive(Debug)]
pub(super) struct Relay {
    pub(super) ends: Ends,
    pub(super) socket: SocketHandle,
    /// Until it is closed or reset.
    host: Option<Arc<TcpStream>>,
    failure: Option<Failure>,
    frozen: bool,
    device_has_finished: bool,
    host_has_finished: bool,
    waits_to_write: bool,
    /// Bytes since they were last [taken](Self::take_counts): from the device, to the device.
    counts: (u64, u64),
}

/// A socket that takes the device's connection to `remote`.
pub(super) fn listening(remote: SocketAddrV4) -> Socket<'static> {
    let buffer = || SocketBuffer::new(vec![0; BUFFER_LEN]);
    let mut socket = Socket::new(buffer(), buffer());
    socket.set_nagle_enabled(false);
    socket.set_ack_delay(None);
    let listens = socket.listen((*remote.ip(), remote.port()));
    listens.expect("a new socket, and a port that is not 0");
    socket
}

/// The real connection behind one of the device's.
pub(super) fn connect(host: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect_timeout(&host, CONNECT_TIMEOUT)?;
    stream.set_nodelay(true)?;
    stream.set_nonblocking(true)?;
    Ok(stream)
}

impl Relay {
    pub(super) fn new(
        ends: Ends,
        socket: SocketHandle,
        host: TcpStream,
        failure: Option<Failure>,
    ) -> Self {
        Self {
            ends,
            socket,
            host: Some(Arc::new(host)),
            failure,
            frozen: false,
            device_has_finished: false,
            host_has_finished: false,
            waits_to_write: false,
            counts: (0, 0),
        }
    }

    /// Carries what there is to carry.
    pub(super) fn pump(&mut self, socket: &mut Socket<'_>) {
        if self.host.is_none() {
            return;
        }
        // Without a goodbye.
        if socket.state() == State::Closed {
            return self.reset_host();
        }
        if !self.frozen {
            self.carry_to_host(socket);
        }
        if !self.frozen && self.host.is_some() {
            self.carry_to_device(socket);
        }
        if self.device_has_finished && self.host_has_finished {
            self.host = None;
        }
    }

    fn carry_to_host(&mut self, socket: &mut Socket<'_>) {
        self.waits_to_write = false;
        while !self.strikes(socket) && socket.can_recv() {
            let Some(host) = self.host.clone() else {
                return;
            };
            let most = self.room(Direction::FromDevice);
            let written = socket.recv(|waiting| {
                let most = waiting.len().min(most);
                match (&*host).write(&waiting[..most]) {
                    Ok(len) => (len, Ok(len)),
                    Err(error) => (0, Err(error)),
                }
            });
            match written {
                Ok(Ok(len)) => self.count(Direction::FromDevice, len),
                Ok(Err(error)) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.waits_to_write = true;
                    return;
                }
                Ok(Err(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                Ok(Err(_)) | Err(_) => return self.reset(socket),
            }
        }
        let finished = !socket.may_recv() && socket.state() != State::SynReceived;
        if let (true, false, Some(host)) = (finished, self.device_has_finished, &self.host) {
            self.device_has_finished = true;
            // It may have gone by itself.
            let _ = host.shutdown(Shutdown::Write);
        }
    }

    fn carry_to_device(&mut self, socket: &mut Socket<'_>) {
        let mut piece = [0; PIECE_LEN];
        while !self.strikes(socket) && !self.host_has_finished && socket.can_send() {
            let Some(host) = self.host.clone() else {
                return;
            };
            let free = socket.send_capacity() - socket.send_queue();
            let most = free.min(PIECE_LEN).min(self.room(Direction::ToDevice));
            match (&*host).read(&mut piece[..most]) {
                Ok(0) => {
                    self.host_has_finished = true;
                    socket.close();
                }
                Ok(len) => {
                    let sent = socket.send_slice(&piece[..len]);
                    debug_assert_eq!(sent, Ok(len), "there was room");
                    self.count(Direction::ToDevice, len);
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return self.reset(socket),
            }
        }
    }

    /// Lets a failure strike whose time has come; whether it has.
    fn strikes(&mut self, socket: &mut Socket<'_>) -> bool {
        let Some(failure) = self.failure.filter(|failure| failure.after_bytes == 0) else {
            return self.frozen || self.host.is_none();
        };
        if is_attempt(socket) {
            return false;
        }
        self.failure = None;
        self.happen(failure.happening, socket);
        true
    }

    pub(super) fn happen(&mut self, happening: Happening, socket: &mut Socket<'_>) {
        match happening {
            // A failure of a connection, not of the attempt to make one.
            _ if is_attempt(socket) => self.failure = Some(Failure::at_once(happening)),
            Happening::Reset => self.reset(socket),
            Happening::Freeze => self.frozen = true,
            Happening::Close => {
                socket.close();
                self.host = None;
            }
        }
    }

    /// Ends it at both sides without a goodbye.
    fn reset(&mut self, socket: &mut Socket<'_>) {
        socket.abort();
        self.reset_host();
    }

    fn reset_host(&mut self) {
        if let Some(host) = self.host.take() {
            // Closed with nothing left to send, it ends in an RST.
            let _ = rustix::net::sockopt::set_socket_linger(&*host, Some(Duration::ZERO));
        }
    }

    /// How many bytes may pass before the failure strikes.
    fn room(&self, direction: Direction) -> usize {
        match self.failure {
            Some(failure) if failure.direction == direction => {
                usize::try_from(failure.after_bytes).unwrap_or(usize::MAX)
            }
            _ => usize::MAX,
        }
    }

    fn count(&mut self, direction: Direction, len: usize) {
        let len = len as u64;
        match direction {
            Direction::FromDevice => self.counts.0 += len,
            Direction::ToDevice => self.counts.1 += len,
        }
        if let Some(failure) = &mut self.failure
            && failure.direction == direction
        {
            failure.after_bytes -= len;
        }
    }

    pub(super) fn take_counts(&mut self) -> (u64, u64) {
        core::mem::take(&mut self.counts)
    }

    /// Whether it still joins two ends.
    pub(super) fn is_open(&self) -> bool {
        self.host.is_some()
    }

    pub(super) fn waits_for(&self, socket: &Socket<'_>) -> Option<Wait> {
        let host = self.host.as_ref().filter(|_| !self.frozen)?;
        let wait = Wait {
            host: Arc::clone(host),
            readable: !self.host_has_finished && socket.can_send(),
            writable: self.waits_to_write,
        };
        (wait.readable || wait.writable).then_some(wait)
    }
}

fn is_attempt(socket: &Socket<'_>) -> bool {
    matches!(socket.state(), State::Listen | State::SynReceived)
}
