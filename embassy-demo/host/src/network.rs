//! The network of the operating system.

use core::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::{
    io,
    time::{SystemTime, UNIX_EPOCH},
};

use embedded_io_adapters::tokio_1::FromTokio;
use snow_token_gateway::network::Network;
use sntpc::{NtpContext, NtpTimestampGenerator, NtpUdpSocket};
use tokio::net::{TcpStream, UdpSocket, lookup_host};

/// The sockets of the operating system, whose network is taken to be up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sockets;

impl Network for Sockets {
    type Error = io::Error;
    type Connection<'a> = FromTokio<TcpStream>;

    async fn wait_until_up(&self) {}

    fn is_up(&self) -> bool {
        true
    }

    async fn resolve(&self, host: &str) -> io::Result<Ipv4Addr> {
        let mut addresses = lookup_host((host, 0)).await?;
        let address = addresses.find_map(|address| match address.ip() {
            IpAddr::V4(address) => Some(address),
            IpAddr::V6(_) => None,
        });
        address.ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, "no IPv4 address"))
    }

    async fn connect(&self, remote: SocketAddrV4) -> io::Result<FromTokio<TcpStream>> {
        TcpStream::connect(remote).await.map(FromTokio::new)
    }

    async fn unix_time_ms(&self, server: SocketAddr) -> Option<u64> {
        let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).await.ok()?;
        let context = NtpContext::new(OwnClock::default());
        let time = sntpc::get_time(server, &Udp(socket), context).await.ok()?;
        let ms = (u64::from(time.sec_fraction()) * 1_000) >> 32;
        Some(time.sec() * 1_000 + ms)
    }
}

struct Udp(UdpSocket);

impl NtpUdpSocket for Udp {
    async fn send_to(&self, buf: &[u8], to: SocketAddr) -> sntpc::Result<usize> {
        let sent = self.0.send_to(buf, to).await;
        sent.map_err(|_| sntpc::Error::Network)
    }

    async fn recv_from(&self, buf: &mut [u8]) -> sntpc::Result<(usize, SocketAddr)> {
        let received = self.0.recv_from(buf).await;
        received.map_err(|_| sntpc::Error::Network)
    }
}

/// The desktop's clock, for what the answer's way took alone.
#[derive(Debug, Clone, Copy, Default)]
struct OwnClock(core::time::Duration);

impl NtpTimestampGenerator for OwnClock {
    fn init(&mut self) {
        self.0 = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
    }

    fn timestamp_sec(&self) -> u64 {
        self.0.as_secs()
    }

    fn timestamp_subsec_micros(&self) -> u32 {
        self.0.subsec_micros()
    }
}
