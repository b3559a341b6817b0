//! The seam between the gateway and the network of a board, or of a desktop.

use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};

use embedded_io_async::{Read, Write};

/// A network with TCP, DNS and a way to ask for the time. The gateway puts a time-out around each
/// call and drops its future then.
#[expect(async_fn_in_trait, reason = "the gateway's futures stay on one thread")]
pub trait Network {
    /// Why something did not work.
    type Error: embedded_io_async::Error;
    /// A TCP connection, which is closed when it is dropped.
    type Connection<'a>: Read<Error = Self::Error> + Write<Error = Self::Error>
    where
        Self: 'a;

    /// Waits until there is a link and an address.
    async fn wait_until_up(&self);

    /// Whether there is a link and an address now.
    fn is_up(&self) -> bool;

    /// The address of a host (DNS).
    async fn resolve(&self, host: &str) -> Result<Ipv4Addr, Self::Error>;

    /// Opens a TCP connection.
    async fn connect(&self, remote: SocketAddrV4) -> Result<Self::Connection<'_>, Self::Error>;

    /// Asks an SNTP server (RFC 4330): Unix time in milliseconds, or `None` where what came was no
    /// answer to rely on.
    async fn unix_time_ms(&self, server: SocketAddr) -> Option<u64>;
}
