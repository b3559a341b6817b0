//! Another host at the device's end of the wire.

use core::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};
use std::{io, net::UdpSocket, thread, time::Instant as Clock};

use smoltcp::{
    iface::{Config, Interface, SocketHandle, SocketSet},
    phy::{Device, DeviceCapabilities, Medium, RxToken, TxToken},
    socket::{dhcpv4, dns, tcp, udp},
    time::Instant,
    wire::{DnsQueryType, EthernetAddress, HardwareAddress, IpAddress, IpCidr},
};
use snow_token_device::network::{DEVICE, ROUTER, VirtualNetwork};

/// How long a good network may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing has to happen before that is believed.
pub(crate) const A_WHILE: Duration = Duration::from_millis(300);

struct Card(UdpSocket);

struct Received(Vec<u8>);
struct Sender<'a>(&'a UdpSocket);

impl Device for Card {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sender<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sender<'_>)> {
        let mut frame = vec![0; 2048];
        let len = self.0.recv(&mut frame).ok()?;
        frame.truncate(len);
        Some((Received(frame), Sender(&self.0)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sender<'_>> {
        Some(Sender(&self.0))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ethernet;
        capabilities.max_transmission_unit = 1514;
        capabilities
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, take: F) -> R {
        take(&self.0)
    }
}

impl TxToken for Sender<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, fill: F) -> R {
        let mut frame = vec![0; len];
        let result = fill(&mut frame);
        self.0.send(&frame).expect("the network is there");
        result
    }
}

pub(crate) struct Peer {
    card: Card,
    interface: Interface,
    sockets: SocketSet<'static>,
    started: Clock,
    next_port: u16,
}

impl Peer {
    /// A host without an address.
    pub(crate) fn plugged_into(network: &VirtualNetwork) -> Self {
        let wire = UdpSocket::bind("127.0.0.1:0").unwrap();
        wire.set_nonblocking(true).unwrap();
        wire.connect(network.address()).unwrap();
        let mut card = Card(wire);
        let mac = EthernetAddress([2, 0, 0, 0, 0, 1]);
        let config = Config::new(HardwareAddress::Ethernet(mac));
        Self {
            interface: Interface::new(config, &mut card, Instant::ZERO),
            card,
            sockets: SocketSet::new(Vec::new()),
            started: Clock::now(),
            next_port: 50_000,
        }
    }

    /// A host with the device's address.
    pub(crate) fn ready_in(network: &VirtualNetwork) -> Self {
        let mut peer = Self::plugged_into(network);
        peer.take_address();
        peer
    }

    fn take_address(&mut self) {
        self.interface.update_ip_addrs(|addresses| {
            let address = IpCidr::new(IpAddress::Ipv4(DEVICE), 24);
            addresses.push(address).unwrap();
        });
        let routes = self.interface.routes_mut();
        routes.add_default_ipv4_route(ROUTER).unwrap();
    }

    pub(crate) fn poll(&mut self) {
        let now = Instant::from_micros(i64::try_from(self.started.elapsed().as_micros()).unwrap());
        self.interface.poll(now, &mut self.card, &mut self.sockets);
    }

    /// Runs until there is something, or for so long.
    pub(crate) fn until<T>(
        &mut self,
        limit: Duration,
        mut found: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<T> {
        let began = Clock::now();
        loop {
            self.poll();
            if let Some(found) = found(self) {
                self.poll();
                return Some(found);
            }
            if began.elapsed() > limit {
                return None;
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Address, router and names by DHCP.
    pub(crate) fn dhcp(&mut self, limit: Duration) -> Option<(Ipv4Addr, Ipv4Addr, Ipv4Addr)> {
        let handle = self.sockets.add(dhcpv4::Socket::new());
        let lease = self.until(limit, |peer| {
            match peer.sockets.get_mut::<dhcpv4::Socket<'_>>(handle).poll()? {
                dhcpv4::Event::Configured(lease) => Some((
                    lease.address.address(),
                    lease.router.unwrap(),
                    lease.dns_servers[0],
                )),
                dhcpv4::Event::Deconfigured => None,
            }
        });
        self.sockets.remove(handle);
        lease
    }

    pub(crate) fn resolve(&mut self, name: &str, limit: Duration) -> Option<Ipv4Addr> {
        let servers = &[IpAddress::Ipv4(ROUTER)];
        let mut socket = dns::Socket::new(servers, vec![]);
        let query = socket.start_query(self.interface.context(), name, DnsQueryType::A);
        let query = query.unwrap();
        let handle = self.sockets.add(socket);
        let answer = self.until(limit, |peer| {
            let socket = peer.sockets.get_mut::<dns::Socket<'_>>(handle);
            match socket.get_query_result(query) {
                Ok(addresses) => Some(Some(addresses[0])),
                Err(dns::GetQueryResultError::Pending) => None,
                Err(dns::GetQueryResultError::Failed) => Some(None),
            }
        });
        self.sockets.remove(handle);
        answer.flatten().map(|IpAddress::Ipv4(address)| address)
    }

    /// Sends a datagram and waits for one back.
    pub(crate) fn ask(
        &mut self,
        server: SocketAddrV4,
        question: &[u8],
        limit: Duration,
    ) -> Option<Vec<u8>> {
        let buffer = || udp::PacketBuffer::new(vec![udp::PacketMetadata::EMPTY; 2], vec![0; 2048]);
        let mut socket = udp::Socket::new(buffer(), buffer());
        socket.bind(self.port()).unwrap();
        socket
            .send_slice(question, (*server.ip(), server.port()))
            .unwrap();
        let handle = self.sockets.add(socket);
        let answer = self.until(limit, |peer| {
            let socket = peer.sockets.get_mut::<udp::Socket<'_>>(handle);
            let (answer, from) = socket.recv().ok()?;
            assert_eq!(from.endpoint, (*server.ip(), server.port()).into());
            Some(answer.to_vec())
        });
        self.sockets.remove(handle);
        answer
    }

    /// A connection, once the attempt was answered; refused where it is closed then.
    pub(crate) fn connect(&mut self, remote: SocketAddrV4, limit: Duration) -> Attempt {
        let buffer = || tcp::SocketBuffer::new(vec![0; 8192]);
        let mut socket = tcp::Socket::new(buffer(), buffer());
        let port = self.port();
        let (ip, remote_port) = (*remote.ip(), remote.port());
        socket
            .connect(self.interface.context(), (ip, remote_port), port)
            .unwrap();
        let handle = self.sockets.add(socket);
        let answered = self.until(limit, |peer| match peer.tcp(handle).state() {
            tcp::State::SynSent => None,
            tcp::State::Closed => Some(Attempt::Refused),
            _ => Some(Attempt::Connected(Connection(handle))),
        });
        answered.unwrap_or(Attempt::Ignored)
    }

    /// [`connect`](Self::connect) where that must work.
    pub(crate) fn connected(&mut self, remote: SocketAddrV4) -> Connection {
        match self.connect(remote, PATIENCE) {
            Attempt::Connected(connection) => connection,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn send(&mut self, connection: Connection, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let sent = self.until(PATIENCE, |peer| {
                let socket = peer.tcp(connection.0);
                socket.can_send().then(|| socket.send_slice(bytes).unwrap())
            });
            bytes = &bytes[sent.expect("there is room at some time")..];
        }
    }

    /// What comes until so many bytes are there, or the other end stops, or time is up.
    pub(crate) fn receive(
        &mut self,
        connection: Connection,
        most: usize,
        limit: Duration,
    ) -> Vec<u8> {
        let mut received = Vec::new();
        self.until(limit, |peer| {
            let socket = peer.tcp(connection.0);
            while socket.can_recv() && received.len() < most {
                let mut piece = [0; 4096];
                let len = piece.len().min(most - received.len());
                let len = socket.recv_slice(&mut piece[..len]).unwrap();
                received.extend_from_slice(&piece[..len]);
            }
            (received.len() >= most || !socket.may_recv()).then_some(())
        });
        received
    }

    pub(crate) fn close(&mut self, connection: Connection) {
        self.tcp(connection.0).close();
        self.poll();
    }

    pub(crate) fn reset(&mut self, connection: Connection) {
        self.tcp(connection.0).abort();
        self.poll();
    }

    pub(crate) fn wait_for_state(&mut self, connection: Connection, state: tcp::State) {
        let reached = self.until(PATIENCE, |peer| {
            (peer.tcp(connection.0).state() == state).then_some(())
        });
        let found = self.tcp(connection.0).state();
        assert!(reached.is_some(), "{found} instead of {state}");
    }

    pub(crate) fn state(&mut self, connection: Connection) -> tcp::State {
        self.tcp(connection.0).state()
    }

    fn tcp(&mut self, handle: SocketHandle) -> &mut tcp::Socket<'static> {
        self.sockets.get_mut(handle)
    }

    fn port(&mut self) -> u16 {
        self.next_port += 1;
        self.next_port
    }
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Connection(SocketHandle);

#[derive(Debug)]
pub(crate) enum Attempt {
    Connected(Connection),
    Refused,
    Ignored,
}

/// Whether it is what a connection says that was reset.
pub(crate) fn is_reset(outcome: &io::Result<usize>) -> bool {
    matches!(outcome, Err(error) if error.kind() == io::ErrorKind::ConnectionReset)
}
