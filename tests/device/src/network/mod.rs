//! The network around the device, which a test controls while it runs: a router, DHCP, DNS, a time
//! server, and TCP to whatever runs on this machine.
//!
//! The device's end of the wire is a UDP socket of QEMU on the loopback interface; an Ethernet
//! frame is a datagram there. Behind it a thread plays the rest of the world:
//!
//! ```text
//! QEMU <- UDP -> VirtualNetwork (thread) -> dhcp, dns, ntp
//!                                        -> relay <- TCP -> the simulated instance
//! ```

mod capture;
mod dhcp;
mod dns;
mod failure;
mod inside;
mod ntp;
mod relay;
mod time_server;
mod wire;

pub use dns::Dns;
pub use failure::{Direction, Failure, Happening, Loss};
pub use ntp::Ntp;
pub use time_server::TimeServer;

use core::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    collections::BTreeMap,
    fmt, io,
    net::UdpSocket,
    path::Path,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use capture::Capture;
use inside::Inside;

/// The router, which is the DHCP server and the one for names too: with smoltcp, to find a second
/// neighbour would take a second more.
pub const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 2);
/// The device's address.
pub const DEVICE: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 15);

/// What becomes of attempts to connect to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tcp {
    /// They reach this address of this machine.
    To(SocketAddr),
    /// They are refused (RST), as all are that there is no rule for.
    Refused,
    /// They are not answered.
    Silent,
}

/// What the network has seen so far.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Messages to the DHCP server, answered or not.
    pub dhcp_messages: u64,
    /// Queries to the DNS server, answered or not.
    pub dns_queries: u64,
    /// Requests to the time server, answered or not.
    pub ntp_queries: u64,
    /// Frames that the device has sent.
    pub frames_from_device: u64,
    /// Frames for the device.
    pub frames_to_device: u64,
    /// Those of both that got lost.
    pub frames_lost: u64,
    /// TCP, by the address that the device has connected to.
    pub remotes: BTreeMap<SocketAddrV4, Remote>,
}

/// What went on with one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Remote {
    /// Connections that were made.
    pub connections: u64,
    /// Attempts that were refused.
    pub refused: u64,
    /// First and repeated attempts that were not answered.
    pub ignored: u64,
    /// Bytes that the device has sent.
    pub bytes_from_device: u64,
    /// Bytes that it was sent.
    pub bytes_to_device: u64,
}

/// A network that runs until this is dropped.
pub struct VirtualNetwork {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    wire: UdpSocket,
    inside: Mutex<Inside>,
    ends: AtomicBool,
}

impl VirtualNetwork {
    /// A network in which DHCP and the time server answer; DNS knows no name and every TCP
    /// connection is refused until the network is told otherwise.
    ///
    /// # Errors
    /// Where there is no socket to be had.
    pub fn start() -> io::Result<Self> {
        let wire = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        wire.set_nonblocking(true)?;
        let address = wire.local_addr()?;
        let shared = Arc::new(Shared {
            wire,
            inside: Mutex::new(Inside::new()),
            ends: AtomicBool::new(false),
        });
        let thread = thread::Builder::new().name("network".to_owned()).spawn({
            let shared = Arc::clone(&shared);
            move || shared.run()
        })?;
        Ok(Self {
            address,
            shared,
            thread: Some(thread),
        })
    }

    /// Where the device's frames are to go, each as a UDP datagram. The device is who sent the last
    /// one.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Whether DHCP answers.
    pub fn set_dhcp(&self, answers: bool) {
        self.change(|inside| inside.controls.dhcp_answers = answers);
    }

    /// How long an address is lent from now on; an hour by default.
    pub fn set_lease(&self, lease_secs: u32) {
        self.change(|inside| inside.controls.lease_secs = lease_secs);
    }

    /// Gives a name an address, another one if it has one.
    pub fn set_host(&self, name: &str, address: Ipv4Addr) {
        let name = name.to_ascii_lowercase();
        self.change(|inside| inside.controls.hosts.insert(name, address));
    }

    /// How DNS behaves from now on.
    pub fn set_dns(&self, dns: Dns) {
        self.change(|inside| inside.controls.dns = dns);
    }

    /// How the time server behaves from now on.
    pub fn set_ntp(&self, ntp: Ntp) {
        self.change(|inside| inside.controls.ntp = ntp);
    }

    /// How far the time server's clock is from the right time.
    pub fn set_ntp_offset(&self, offset_secs: i64) {
        self.change(|inside| inside.controls.ntp_offset_secs = offset_secs);
    }

    /// What becomes of attempts to connect to an address from now on.
    pub fn set_tcp(&self, remote: SocketAddrV4, tcp: Tcp) {
        self.change(|inside| inside.controls.routes.insert(remote, tcp));
    }

    /// Lets the next connection fail. Several failures wait in line, one for each connection.
    pub fn fail_next(&self, failure: Failure) {
        self.change(|inside| inside.controls.failures.push_back(failure));
    }

    /// Takes back the failures that wait for a connection.
    pub fn fail_none(&self) {
        self.change(|inside| inside.controls.failures.clear());
    }

    /// Lets something happen to all connections that stand.
    pub fn happen(&self, happening: Happening) {
        self.change(|inside| inside.happen(happening));
    }

    /// Which frames get lost in a direction from now on.
    pub fn lose(&self, direction: Direction, loss: Loss) {
        self.change(|inside| match direction {
            Direction::FromDevice => inside.controls.lost_from_device.set(loss),
            Direction::ToDevice => inside.controls.lost_to_device.set(loss),
        });
    }

    /// Writes all frames from now on into a pcap file.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn capture(&self, path: &Path) -> io::Result<()> {
        let capture = Capture::create(path)?;
        self.change(|inside| inside.controls.capture = Some(capture));
        Ok(())
    }

    /// What the network has seen so far.
    pub fn statistics(&self) -> Statistics {
        self.shared.inside().statistics.clone()
    }

    /// What went on with one address so far.
    pub fn remote(&self, remote: SocketAddrV4) -> Remote {
        let inside = self.shared.inside();
        let remotes = &inside.statistics.remotes;
        remotes.get(&remote).copied().unwrap_or_default()
    }

    /// How many TCP connections join two ends now.
    pub fn open_connections(&self) -> usize {
        self.shared.inside().open_connections()
    }

    fn change<T>(&self, change: impl FnOnce(&mut Inside) -> T) {
        change(&mut self.shared.inside());
        self.wake();
    }

    /// No frame is as short as that.
    fn wake(&self) {
        // A full buffer wakes the thread up as well.
        let _ = self.shared.wire.send_to(&[], self.address);
    }
}

impl Drop for VirtualNetwork {
    fn drop(&mut self) {
        self.shared.ends.store(true, Ordering::Relaxed);
        self.wake();
        if let Some(thread) = self.thread.take() {
            // If it has panicked, the test has failed for that reason.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for VirtualNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("VirtualNetwork");
        shown.field("address", &self.address);
        shown.field("statistics", &self.statistics());
        shown.finish_non_exhaustive()
    }
}

/// Longer than any frame.
const DATAGRAM_LEN: usize = 2048;
/// How long the thread sleeps at most, should nobody wake it.
const LONGEST_SLEEP: Duration = Duration::from_millis(500);

impl Shared {
    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut device = None;
        while !self.ends.load(Ordering::Relaxed) {
            let (waits, idle) = {
                let mut inside = self.inside();
                self.receive(&mut inside, &mut device);
                inside.run();
                while let Some(frame) = inside.give() {
                    if let Some(device) = device {
                        // What does not fit is lost, as on any network; TCP repeats it.
                        let _ = self.wire.send_to(&frame, device);
                    }
                }
                (inside.waits_for(), inside.idle_for())
            };
            let mut fds = vec![PollFd::new(&self.wire, PollFlags::IN)];
            fds.extend(waits.iter().map(|wait| {
                let mut events = PollFlags::empty();
                events.set(PollFlags::IN, wait.readable);
                events.set(PollFlags::OUT, wait.writable);
                PollFd::new(&*wait.host, events)
            }));
            let longest = idle.unwrap_or(LONGEST_SLEEP).min(LONGEST_SLEEP);
            let longest = Timespec::try_from(longest).expect("half a second");
            // An interrupted sleep is a short one.
            let _ = poll(&mut fds, Some(&longest));
        }
    }

    fn receive(&self, inside: &mut Inside, device: &mut Option<SocketAddr>) {
        let mut frame = [0; DATAGRAM_LEN];
        loop {
            match self.wire.recv_from(&mut frame) {
                Ok((0, _)) => {}
                Ok((len, from)) => {
                    *device = Some(from);
                    inside.take(&frame[..len]);
                }
                // A device that has ended is told of here, too.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => return,
            }
        }
    }
}
