//! What runs in the network's thread: frames in, services and relays, frames out.

use core::{
    net::{Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use std::collections::{BTreeMap, VecDeque};

use smoltcp::{
    iface::{Config, Interface, SocketHandle, SocketSet},
    socket::{tcp, udp},
    time::Instant,
    wire::{
        EthernetAddress, EthernetFrame, EthernetProtocol, HardwareAddress, IpAddress, IpCidr,
        IpEndpoint, IpProtocol, Ipv4Packet, TcpPacket,
    },
};

use super::{
    ROUTER, Statistics, Tcp,
    capture::Capture,
    dhcp,
    dns::{self, Dns},
    failure::{Failure, Happening, Losses},
    ntp::{self, Ntp},
    relay::{self, Ends, Relay, Wait},
    wire::Wire,
};

const ROUTER_MAC: EthernetAddress = EthernetAddress([0x52, 0x55, 10, 0, 2, 2]);
const BROADCAST: Ipv4Addr = Ipv4Addr::BROADCAST;

/// What a test can change.
pub(super) struct Controls {
    pub(super) dhcp_answers: bool,
    pub(super) lease_secs: u32,
    pub(super) dns: Dns,
    pub(super) hosts: BTreeMap<String, Ipv4Addr>,
    pub(super) ntp: Ntp,
    pub(super) ntp_offset_secs: i64,
    pub(super) routes: BTreeMap<SocketAddrV4, Tcp>,
    /// For the connections to come, one each.
    pub(super) failures: VecDeque<Failure>,
    pub(super) lost_from_device: Losses,
    pub(super) lost_to_device: Losses,
    pub(super) capture: Option<Capture>,
}

pub(super) struct Inside {
    pub(super) controls: Controls,
    pub(super) statistics: Statistics,
    interface: Interface,
    sockets: SocketSet<'static>,
    wire: Wire,
    dhcp: SocketHandle,
    dns: SocketHandle,
    ntp: SocketHandle,
    relays: Vec<Relay>,
    started: std::time::Instant,
}

impl Inside {
    pub(super) fn new() -> Self {
        let started = std::time::Instant::now();
        let mut wire = Wire::default();
        let config = Config::new(HardwareAddress::Ethernet(ROUTER_MAC));
        let mut interface = Interface::new(config, &mut wire, Instant::ZERO);
        interface.update_ip_addrs(|addresses| {
            let address = IpCidr::new(IpAddress::Ipv4(ROUTER), 24);
            addresses.push(address).expect("there is room for one");
        });
        // It stands for all the world.
        interface.set_any_ip(true);
        let mut sockets = SocketSet::new(Vec::new());
        let [dhcp, dns, ntp] =
            [dhcp::SERVER_PORT, dns::PORT, ntp::PORT].map(|port| sockets.add(udp_socket(port)));
        Self {
            controls: Controls {
                dhcp_answers: true,
                lease_secs: 3600,
                dns: Dns::default(),
                hosts: BTreeMap::new(),
                ntp: Ntp::default(),
                ntp_offset_secs: 0,
                routes: BTreeMap::new(),
                failures: VecDeque::new(),
                lost_from_device: Losses::default(),
                lost_to_device: Losses::default(),
                capture: None,
            },
            statistics: Statistics::default(),
            interface,
            sockets,
            wire,
            dhcp,
            dns,
            ntp,
            relays: Vec::new(),
            started,
        }
    }

    /// Takes a frame off the wire, unless it gets lost.
    pub(super) fn take(&mut self, frame: &[u8]) {
        self.statistics.frames_from_device += 1;
        if self.controls.lost_from_device.strikes() {
            self.statistics.frames_lost += 1;
            return;
        }
        self.capture(frame);
        if let Some(ends) = attempt_of(frame)
            && !self.admit(ends)
        {
            return;
        }
        self.wire.from_device.push_back(frame.to_vec());
    }

    /// The next frame for the device that does not get lost.
    pub(super) fn give(&mut self) -> Option<Vec<u8>> {
        loop {
            let frame = self.wire.to_device.pop_front()?;
            self.statistics.frames_to_device += 1;
            if !self.controls.lost_to_device.strikes() {
                self.capture(&frame);
                return Some(frame);
            }
            self.statistics.frames_lost += 1;
        }
    }

    fn capture(&mut self, frame: &[u8]) {
        if let Some(capture) = &mut self.controls.capture {
            capture.frame(frame);
        }
    }

    /// Whether the attempt to connect is looked at at all. What is looked at and has no socket is
    /// refused.
    fn admit(&mut self, ends: Ends) -> bool {
        let same = |relay: &Relay| relay.ends == ends;
        if let Some(index) = self.relays.iter().position(same) {
            let socket = self
                .sockets
                .get::<tcp::Socket<'_>>(self.relays[index].socket);
            if !matches!(socket.state(), tcp::State::TimeWait | tcp::State::Closed) {
                return true;
            }
            // The device takes the port again.
            let old = self.relays.remove(index);
            self.sockets.remove(old.socket);
        }
        let remote = self.statistics.remotes.entry(ends.remote).or_default();
        let host: SocketAddr = match self.controls.routes.get(&ends.remote) {
            Some(Tcp::To(host)) => *host,
            Some(Tcp::Silent) => {
                remote.ignored += 1;
                return false;
            }
            Some(Tcp::Refused) | None => {
                remote.refused += 1;
                return true;
            }
        };
        match relay::connect(host) {
            Ok(host) => {
                remote.connections += 1;
                let socket = self.sockets.add(relay::listening(ends.remote));
                let failure = self.controls.failures.pop_front();
                self.relays.push(Relay::new(ends, socket, host, failure));
            }
            Err(_) => remote.refused += 1,
        }
        true
    }

    /// Does all that can be done now.
    pub(super) fn run(&mut self) {
        self.poll();
        self.serve_dhcp();
        self.serve_dns();
        self.serve_ntp();
        for relay in &mut self.relays {
            relay.pump(self.sockets.get_mut(relay.socket));
            let (from_device, to_device) = relay.take_counts();
            let remote = self
                .statistics
                .remotes
                .entry(relay.ends.remote)
                .or_default();
            remote.bytes_from_device += from_device;
            remote.bytes_to_device += to_device;
        }
        self.poll();
        let sockets = &mut self.sockets;
        self.relays.retain(|relay| {
            let socket = sockets.get::<tcp::Socket<'_>>(relay.socket);
            let over = socket.state() == tcp::State::Closed && socket.remote_endpoint().is_none();
            if over && !relay.is_open() {
                sockets.remove(relay.socket);
            }
            !over || relay.is_open()
        });
    }

    /// Lets something happen to all connections that stand.
    pub(super) fn happen(&mut self, happening: Happening) {
        for relay in self.relays.iter_mut().filter(|relay| relay.is_open()) {
            relay.happen(happening, self.sockets.get_mut(relay.socket));
        }
    }

    pub(super) fn open_connections(&self) -> usize {
        self.relays.iter().filter(|relay| relay.is_open()).count()
    }

    pub(super) fn waits_for(&self) -> Vec<Wait> {
        let waits = self.relays.iter();
        waits
            .filter_map(|relay| relay.waits_for(self.sockets.get(relay.socket)))
            .collect()
    }

    /// How long there is nothing to do, if the world stands still.
    pub(super) fn idle_for(&mut self) -> Option<Duration> {
        let now = self.now();
        let delay = self.interface.poll_delay(now, &self.sockets)?;
        Some(Duration::from_micros(delay.total_micros()))
    }

    fn poll(&mut self) {
        let now = self.now();
        self.interface.poll(now, &mut self.wire, &mut self.sockets);
    }

    fn now(&self) -> Instant {
        Instant::from_micros(i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX))
    }

    fn serve_dhcp(&mut self) {
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.dhcp);
        while let Ok((message, _)) = socket.recv() {
            self.statistics.dhcp_messages += 1;
            let answer = dhcp::answer(message, self.controls.lease_secs);
            if let Some(answer) = answer.filter(|_| self.controls.dhcp_answers) {
                let to = IpEndpoint::new(BROADCAST.into(), dhcp::CLIENT_PORT);
                send(socket, &answer, to, ROUTER.into());
            }
        }
    }

    fn serve_dns(&mut self) {
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.dns);
        while let Ok((query, from)) = socket.recv() {
            self.statistics.dns_queries += 1;
            let answer = dns::answer(query, self.controls.dns, &self.controls.hosts);
            if let (Some(answer), Some(here)) = (answer, from.local_address) {
                send(socket, &answer, from.endpoint, here);
            }
        }
    }

    fn serve_ntp(&mut self) {
        let socket = self.sockets.get_mut::<udp::Socket<'_>>(self.ntp);
        while let Ok((request, from)) = socket.recv() {
            self.statistics.ntp_queries += 1;
            let answer = ntp::answer(request, self.controls.ntp, self.controls.ntp_offset_secs);
            if let (Some(answer), Some(here)) = (answer, from.local_address) {
                send(socket, &answer, from.endpoint, here);
            }
        }
    }
}

fn udp_socket(port: u16) -> udp::Socket<'static> {
    const PACKETS: usize = 16;
    let buffer = || {
        let metadata = vec![udp::PacketMetadata::EMPTY; PACKETS];
        udp::PacketBuffer::new(metadata, vec![0; PACKETS * 1024])
    };
    let mut socket = udp::Socket::new(buffer(), buffer());
    socket
        .bind(port)
        .expect("a new socket, and a port that is not 0");
    socket
}

/// From the address that the question went to, whichever it was.
fn send(socket: &mut udp::Socket<'_>, answer: &[u8], to: IpEndpoint, from: IpAddress) {
    let meta = udp::UdpMetadata {
        local_address: Some(from),
        ..to.into()
    };
    // A network that is overrun loses datagrams.
    let _ = socket.send_slice(answer, meta);
}

/// Which connection the frame asks for, if it is the first of one.
fn attempt_of(frame: &[u8]) -> Option<Ends> {
    let frame = EthernetFrame::new_checked(frame).ok()?;
    if frame.ethertype() != EthernetProtocol::Ipv4 {
        return None;
    }
    let packet = Ipv4Packet::new_checked(frame.payload()).ok()?;
    if packet.next_header() != IpProtocol::Tcp {
        return None;
    }
    let segment = TcpPacket::new_checked(packet.payload()).ok()?;
    (segment.syn() && !segment.ack() && segment.dst_port() != 0).then(|| Ends {
        device: SocketAddrV4::new(packet.src_addr(), segment.src_port()),
        remote: SocketAddrV4::new(packet.dst_addr(), segment.dst_port()),
    })
}
