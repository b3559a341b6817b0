//! [`Network`] over `embassy-net`: one TCP connection at a time, in memory of the caller.

use core::cell::{RefCell, RefMut};
use core::fmt;
use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use embassy_net::dns::{DnsQueryType, Error as DnsError};
use embassy_net::tcp::{ConnectError, Error as TcpError, TcpSocket};
use embassy_net::udp::{PacketMetadata, UdpSocket};
use embassy_net::{Config, IpAddress, Ipv4Cidr, Stack, StackResources, StaticConfigV4};
use embassy_time::{Duration, Instant, with_timeout};
use embedded_io_async::{ErrorKind, ErrorType, Read, Write};
use sha2::{Digest, Sha256};
use sntpc::{NtpContext, NtpTimestampGenerator};
use sntpc_net_embassy::UdpSocketWrapper;

use crate::config::Address;
use crate::network::Network;

/// What is still unread of a server's flight while a P-384 chain is being verified, and the window
/// that the server sees: two full segments, so that the first is acknowledged while the second is on
/// its way. What is longer waits with the server.
pub const TCP_RX_BYTES: usize = 2920;
/// A full segment, for its retransmission. A request is rarely longer; the rest of it waits in the
/// buffer of TLS for the acknowledgement.
pub const TCP_TX_BYTES: usize = 1460;
/// Sockets of the stack: DHCP, DNS, TCP and the UDP of SNTP.
pub const SOCKETS: usize = 4;

/// An idle connection is probed this often, so that a firewall does not forget it.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// A peer that has acknowledged nothing for so long, two probes included, is gone.
const DEAD_PEER: Duration = Duration::from_secs(40);
/// How long the goodbye of the last connection may hold up the next one.
const GOODBYE: Duration = Duration::from_millis(100);

/// An SNTP packet with room for the authenticator that some servers append.
const SNTP_BYTES: usize = 80;
/// 2026-01-01: no answer is from before this program, and eras of NTP are told apart by it.
const SNTP_PIVOT_UNIX_SECS: u64 = 1_767_225_600;
const FIRST_DYNAMIC_PORT: u16 = 49152;

/// Memory of the network stack and of its one TCP connection: place it in a `static`.
pub struct NetworkMemory {
    /// For [`embassy_net::new`].
    pub stack: StackResources<SOCKETS>,
    /// For [`EmbassyNetwork::new`].
    pub connection: ConnectionMemory,
}

impl NetworkMemory {
    /// All zeros, so that it takes no flash.
    pub const fn new() -> Self {
        Self {
            stack: StackResources::new(),
            connection: ConnectionMemory::new(),
        }
    }
}

impl Default for NetworkMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for NetworkMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetworkMemory").finish_non_exhaustive()
    }
}

/// Buffers of the TCP connection.
pub struct ConnectionMemory {
    rx: [u8; TCP_RX_BYTES],
    tx: [u8; TCP_TX_BYTES],
}

impl ConnectionMemory {
    /// All zeros, so that it takes no flash.
    pub const fn new() -> Self {
        Self {
            rx: [0; TCP_RX_BYTES],
            tx: [0; TCP_TX_BYTES],
        }
    }
}

impl Default for ConnectionMemory {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for ConnectionMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionMemory").finish_non_exhaustive()
    }
}

/// How the stack gets its address.
pub fn stack_config(address: Address) -> Config {
    match address {
        Address::Dhcp => Config::dhcpv4(embassy_net::DhcpConfig::default()),
        Address::Static {
            address,
            prefix_len,
            gateway,
            dns,
        } => Config::ipv4_static(StaticConfigV4 {
            address: Ipv4Cidr::new(address, prefix_len.min(32)),
            gateway: Some(gateway),
            dns_servers: [dns].into_iter().collect(),
        }),
    }
}

/// Logs the address whenever there is one, and when there is none any more.
pub async fn tell_address(stack: Stack<'_>) -> ! {
    loop {
        stack.wait_config_up().await;
        if let Some(config) = stack.config_v4() {
            log_line!(info, "address {}", config.address);
        }
        stack.wait_config_down().await;
        log_line!(info, "no address");
    }
}

/// Why something did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum NetworkError {
    /// The host's name is none that DNS could know.
    InvalidName,
    /// DNS has no IPv4 address for the host, or does not answer.
    NotResolved,
    /// Nothing leads to the address: no link, no address of the board's own, no gateway.
    NoRoute,
    /// The host refused the connection, or did not answer.
    NotConnected,
    /// The connection broke off: reset by the peer, or the peer is gone.
    Reset,
    /// There is one connection at a time, and it is in use.
    Busy,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InvalidName => "the host's name is not valid",
            Self::NotResolved => "DNS has no address for the host",
            Self::NoRoute => "no route to the host",
            Self::NotConnected => "the host refused the connection, or did not answer",
            Self::Reset => "the connection broke off",
            Self::Busy => "the connection is in use",
        })
    }
}

impl core::error::Error for NetworkError {}

impl embedded_io_async::Error for NetworkError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidName => ErrorKind::InvalidInput,
            Self::NotResolved => ErrorKind::NotFound,
            Self::NoRoute => ErrorKind::AddrNotAvailable,
            Self::NotConnected => ErrorKind::ConnectionRefused,
            Self::Reset => ErrorKind::ConnectionReset,
            Self::Busy => ErrorKind::AddrInUse,
        }
    }
}

impl From<TcpError> for NetworkError {
    fn from(error: TcpError) -> Self {
        match error {
            TcpError::ConnectionReset => Self::Reset,
        }
    }
}

impl From<ConnectError> for NetworkError {
    fn from(error: ConnectError) -> Self {
        match error {
            ConnectError::NoRoute => Self::NoRoute,
            ConnectError::InvalidState => Self::Busy,
            ConnectError::ConnectionReset | ConnectError::TimedOut => Self::NotConnected,
        }
    }
}

impl From<DnsError> for NetworkError {
    fn from(error: DnsError) -> Self {
        match error {
            DnsError::InvalidName | DnsError::NameTooLong => Self::InvalidName,
            DnsError::Failed => Self::NotResolved,
        }
    }
}

/// The network of a board, over the stack that the board's driver runs.
pub struct EmbassyNetwork<'d> {
    stack: Stack<'d>,
    // The socket stays in the stack between connections: its buffers serve the next one at once,
    // and the goodbye to the last peer is sent even though nobody waits for it.
    socket: RefCell<TcpSocket<'d>>,
    nonces: RefCell<Nonces>,
}

impl<'d> EmbassyNetwork<'d> {
    /// A network over `stack`, whose runner the board spawns. The `seed` is random and is used for
    /// nothing else: with it, the answers to SNTP requests cannot be made up by who does not see
    /// them.
    pub fn new(stack: Stack<'d>, memory: &'d mut ConnectionMemory, seed: [u8; 16]) -> Self {
        Self {
            stack,
            socket: RefCell::new(TcpSocket::new(stack, &mut memory.rx, &mut memory.tx)),
            nonces: RefCell::new(Nonces { seed, count: 0 }),
        }
    }
}

impl fmt::Debug for EmbassyNetwork<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbassyNetwork").finish_non_exhaustive()
    }
}

impl<'d> Network for EmbassyNetwork<'d> {
    type Error = NetworkError;
    type Connection<'a>
        = EmbassyConnection<'a, 'd>
    where
        Self: 'a;

    async fn wait_until_up(&self) {
        self.stack.wait_link_up().await;
        self.stack.wait_config_up().await;
    }

    fn is_up(&self) -> bool {
        self.stack.is_link_up() && self.stack.is_config_up()
    }

    async fn resolve(&self, host: &str) -> Result<Ipv4Addr, NetworkError> {
        let addresses = self.stack.dns_query(host, DnsQueryType::A).await?;
        match addresses.first() {
            Some(IpAddress::Ipv4(address)) => Ok(*address),
            None => Err(NetworkError::NotResolved),
        }
    }

    async fn connect(&self, remote: SocketAddrV4) -> Result<Self::Connection<'_>, NetworkError> {
        // Made before anything is awaited: who gives up the attempt drops it, which ends it.
        let mut connection = EmbassyConnection {
            socket: self
                .socket
                .try_borrow_mut()
                .map_err(|_| NetworkError::Busy)?,
        };
        let socket = &mut *connection.socket;
        if socket.remote_endpoint().is_some() {
            // What is left of the last connection.
            let _ = with_timeout(GOODBYE, socket.flush()).await;
            socket.abort();
            let _ = with_timeout(GOODBYE, socket.flush()).await;
        }
        socket.set_timeout(Some(DEAD_PEER));
        socket.set_keep_alive(Some(KEEP_ALIVE));
        // A request is written in one piece and its answer waited for: nothing to collect.
        socket.set_nagle_enabled(false);
        socket.connect(remote).await?;
        Ok(connection)
    }

    #[expect(
        clippy::await_holding_refcell_ref,
        reason = "who asks a second time meanwhile gets no answer, and does not panic"
    )]
    async fn unix_time_ms(&self, server: SocketAddr) -> Option<u64> {
        // The wrapper of the socket panics over IPv6.
        let SocketAddr::V4(_) = server else {
            return None;
        };
        // In use for as long as the request runs: there is room for one socket more.
        let mut nonces = self.nonces.try_borrow_mut().ok()?;
        let [port_high, port_low, rest @ ..] = nonces.next();
        let port = FIRST_DYNAMIC_PORT | u16::from_be_bytes([port_high, port_low]);

        let (mut rx_meta, mut tx_meta) = ([PacketMetadata::EMPTY], [PacketMetadata::EMPTY]);
        let (mut rx, mut tx) = ([0; SNTP_BYTES], [0; SNTP_BYTES]);
        let mut socket = UdpSocket::new(self.stack, &mut rx_meta, &mut rx, &mut tx_meta, &mut tx);
        socket.bind(port).ok()?;
        let answer = sntpc::get_time(
            server,
            &UdpSocketWrapper::new(socket),
            NtpContext::new(SntpClock::new(rest)),
        )
        .await
        .ok()?;
        if answer.seconds < SNTP_PIVOT_UNIX_SECS {
            return None;
        }
        let sent_ms = answer
            .seconds
            .checked_mul(1000)?
            .checked_add((u64::from(answer.seconds_fraction) * 1000) >> 32)?;
        // The answer was half the round trip on its way.
        sent_ms.checked_add(answer.roundtrip / 2000)
    }
}

/// A TCP connection. When it is dropped, what was written is still sent and the connection closed
/// in the background, or reset where the peer's data was left unread, as on a desktop.
pub struct EmbassyConnection<'a, 'd> {
    socket: RefMut<'a, TcpSocket<'d>>,
}

impl fmt::Debug for EmbassyConnection<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmbassyConnection").finish_non_exhaustive()
    }
}

impl Drop for EmbassyConnection<'_, '_> {
    fn drop(&mut self) {
        if self.socket.recv_queue() == 0 {
            self.socket.close();
        } else {
            self.socket.abort();
        }
    }
}

impl ErrorType for EmbassyConnection<'_, '_> {
    type Error = NetworkError;
}

impl Read for EmbassyConnection<'_, '_> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, NetworkError> {
        Ok(self.socket.read(buf).await?)
    }
}

impl Write for EmbassyConnection<'_, '_> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, NetworkError> {
        Ok(self.socket.write(buf).await?)
    }

    // The stack sends by itself. To wait for the peer's acknowledgement, as the socket's `flush`
    // does, would cost a round trip, and more where the peer delays it.
    async fn flush(&mut self) -> Result<(), NetworkError> {
        if self.socket.may_send() {
            Ok(())
        } else {
            Err(NetworkError::Reset)
        }
    }
}

/// Numbers that cannot be foretold without the seed.
struct Nonces {
    seed: [u8; 16],
    count: u32,
}

impl Nonces {
    fn next(&mut self) -> [u8; 8] {
        self.count = self.count.wrapping_add(1);
        let digest = Sha256::new()
            .chain_update(self.seed)
            .chain_update(self.count.to_be_bytes())
            .finalize();
        let mut nonce = [0; 8];
        for (byte, random) in nonce.iter_mut().zip(digest) {
            *byte = random;
        }
        nonce
    }
}

/// The clock whose time goes into an SNTP request, and comes back in the answer. It runs right and
/// shows the wrong time: an answer proves by it that its sender saw the request.
#[derive(Clone, Copy)]
struct SntpClock {
    offset: Duration,
    now: Duration,
}

impl SntpClock {
    fn new(nonce: [u8; 6]) -> Self {
        let [a, b, c, d, e, f] = nonce;
        // Up to half a year after the pivot, so that it stays in the era of the pivot.
        let secs = u64::from_be_bytes([0, 0, 0, 0, 0, a, b, c]);
        let micros = u64::from_be_bytes([0, 0, 0, 0, 0, d, e, f]) % 1_000_000;
        Self {
            offset: sum(
                Duration::from_secs(SNTP_PIVOT_UNIX_SECS.saturating_add(secs)),
                Duration::from_micros(micros),
            ),
            now: Duration::MIN,
        }
    }
}

/// Neither comes near the end of what a `Duration` can count.
fn sum(one: Duration, other: Duration) -> Duration {
    one.checked_add(other).unwrap_or(one)
}

impl NtpTimestampGenerator for SntpClock {
    fn init(&mut self) {
        self.now = sum(self.offset, Duration::from_ticks(Instant::now().as_ticks()));
    }

    fn timestamp_sec(&self) -> u64 {
        self.now.as_secs()
    }

    fn timestamp_subsec_micros(&self) -> u32 {
        (self.now.as_micros() % 1_000_000) as u32
    }
}
