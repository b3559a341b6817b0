//! TCP, relayed to a server of this machine.

use core::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use smoltcp::socket::tcp::State;
use snow_token_device::network::{Direction, Failure, Happening, Loss, Tcp, VirtualNetwork};

use crate::peer::{A_WHILE, Attempt, PATIENCE, Peer, is_reset};

/// At any address: this one is nobody's.
const SERVER: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(203, 0, 113, 10), 443);

struct Setting {
    network: VirtualNetwork,
    peer: Peer,
    listener: TcpListener,
}

impl Setting {
    fn new() -> Self {
        let network = VirtualNetwork::start().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        network.set_tcp(SERVER, Tcp::To(listener.local_addr().unwrap()));
        Self {
            peer: Peer::ready_in(&network),
            network,
            listener,
        }
    }

    fn accept(&self) -> TcpStream {
        let (stream, _) = self.listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

#[test]
fn bytes_go_both_ways_and_the_end_of_either_is_passed_on() {
    let mut at = Setting::new();
    let connection = at.peer.connected(SERVER);
    let mut server = at.accept();
    at.peer.send(connection, b"question");
    let mut question = [0; 8];
    server.read_exact(&mut question).unwrap();
    assert_eq!(&question, b"question");
    server.write_all(b"answer").unwrap();
    assert_eq!(at.peer.receive(connection, 6, PATIENCE), b"answer");
    // The device ends first; the server may still answer.
    at.peer.close(connection);
    at.peer.wait_for_state(connection, State::FinWait2);
    assert_eq!(server.read(&mut question).unwrap(), 0);
    server.write_all(b"last words").unwrap();
    drop(server);
    assert_eq!(at.peer.receive(connection, 100, PATIENCE), b"last words");
    at.peer.wait_for_state(connection, State::TimeWait);
    let remote = at.network.remote(SERVER);
    assert_eq!(remote.connections, 1);
    assert_eq!((remote.bytes_from_device, remote.bytes_to_device), (8, 16));
    assert_eq!(at.network.open_connections(), 0);
}

#[test]
fn the_server_can_end_first() {
    let mut at = Setting::new();
    let connection = at.peer.connected(SERVER);
    drop(at.accept());
    at.peer.wait_for_state(connection, State::CloseWait);
}

#[test]
fn many_bytes_arrive_in_order_though_frames_get_lost() {
    let mut at = Setting::new();
    at.network.lose(Direction::FromDevice, Loss::Every(23));
    at.network.lose(Direction::ToDevice, Loss::Every(29));
    let bytes: Vec<u8> = (0..60_000_u32).map(|number| (number % 251) as u8).collect();
    let echo = thread::spawn({
        let listener = at.listener.try_clone().unwrap();
        move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut back = stream.try_clone().unwrap();
            std::io::copy(&mut stream, &mut back).unwrap()
        }
    });
    let connection = at.peer.connected(SERVER);
    let mut received = Vec::new();
    for piece in bytes.chunks(4096) {
        at.peer.send(connection, piece);
        received.extend(at.peer.receive(connection, piece.len(), PATIENCE));
    }
    assert!(received == bytes, "{} bytes came", received.len());
    at.peer.close(connection);
    at.peer.receive(connection, 1, PATIENCE);
    assert_eq!(echo.join().unwrap(), 60_000);
    assert!(at.network.statistics().frames_lost > 0);
}

#[test]
fn a_reset_of_either_end_is_passed_on() {
    let mut at = Setting::new();
    let connection = at.peer.connected(SERVER);
    let mut server = at.accept();
    at.peer.reset(connection);
    assert!(is_reset(&server.read(&mut [0])));

    let connection = at.peer.connected(SERVER);
    let server = at.accept();
    // With bytes unread, its end is a reset.
    at.peer.send(connection, b"unread");
    server.peek(&mut [0]).unwrap();
    drop(server);
    at.peer.wait_for_state(connection, State::Closed);
}

#[test]
fn attempts_are_refused_where_nobody_listens_or_it_was_said() {
    let mut at = Setting::new();
    let nobody = SocketAddrV4::new(*SERVER.ip(), 80);
    let attempt = at.peer.connect(nobody, PATIENCE);
    assert!(matches!(attempt, Attempt::Refused));
    at.network.set_tcp(SERVER, Tcp::Refused);
    let attempt = at.peer.connect(SERVER, PATIENCE);
    assert!(matches!(attempt, Attempt::Refused));
    // The machine's own refusal is passed on.
    let gone = at.listener.local_addr().unwrap();
    drop(at.listener);
    at.network.set_tcp(SERVER, Tcp::To(gone));
    let attempt = at.peer.connect(SERVER, PATIENCE);
    assert!(matches!(attempt, Attempt::Refused));
    assert_eq!(at.network.remote(SERVER).refused, 2);
}

#[test]
fn a_silent_server_answers_once_it_is_there() {
    let mut at = Setting::new();
    at.network.set_tcp(SERVER, Tcp::Silent);
    let attempt = at.peer.connect(SERVER, A_WHILE);
    assert!(matches!(attempt, Attempt::Ignored), "{attempt:?}");
    assert!(at.network.remote(SERVER).ignored >= 1);
    let address: SocketAddr = at.listener.local_addr().unwrap();
    at.network.set_tcp(SERVER, Tcp::To(address));
    at.peer.connected(SERVER);
}

#[test]
fn connections_fail_after_so_many_bytes() {
    let mut at = Setting::new();
    let failure = Failure::after(Happening::Reset, Direction::FromDevice, 5);
    at.network.fail_next(failure);
    let connection = at.peer.connected(SERVER);
    let mut server = at.accept();
    at.peer.send(connection, b"question");
    at.peer.wait_for_state(connection, State::Closed);
    assert_eq!(at.network.remote(SERVER).bytes_from_device, 5);
    let _ = server.read(&mut [0; 8]);

    let failure = Failure::after(Happening::Close, Direction::ToDevice, 3);
    at.network.fail_next(failure);
    let connection = at.peer.connected(SERVER);
    let mut server_2 = at.accept();
    server_2.write_all(b"answer").unwrap();
    assert_eq!(at.peer.receive(connection, 100, PATIENCE), b"ans");

    // The one after it is well.
    let connection = at.peer.connected(SERVER);
    at.accept().write_all(b"answer").unwrap();
    assert_eq!(at.peer.receive(connection, 100, PATIENCE), b"answer");
    assert_eq!(server.read(&mut [0; 8]).unwrap_or(0), 0);
}

#[test]
fn a_connection_fails_before_its_first_byte() {
    let mut at = Setting::new();
    at.network.fail_next(Failure::at_once(Happening::Reset));
    let connection = at.peer.connected(SERVER);
    at.peer.wait_for_state(connection, State::Closed);
    assert!(is_reset(&at.accept().read(&mut [0])));
}

#[test]
fn connections_that_stand_can_be_reset_frozen_and_closed() {
    let mut at = Setting::new();
    let connection = at.peer.connected(SERVER);
    let mut server = at.accept();
    at.network.happen(Happening::Freeze);
    server.write_all(b"answer").unwrap();
    at.peer.send(connection, b"question");
    assert_eq!(at.peer.receive(connection, 1, A_WHILE), b"");
    assert_eq!(at.peer.state(connection), State::Established);
    at.network.happen(Happening::Reset);
    at.peer.wait_for_state(connection, State::Closed);
    assert!(is_reset(&server.read(&mut [0])));

    let connection = at.peer.connected(SERVER);
    let mut server = at.accept();
    at.network.happen(Happening::Close);
    at.peer.wait_for_state(connection, State::CloseWait);
    assert_eq!(server.read(&mut [0]).unwrap(), 0);
}

#[test]
fn networks_do_not_disturb_each_other() {
    let mut settings: Vec<_> = (0..3).map(|_| Setting::new()).collect();
    for (number, at) in settings.iter_mut().enumerate() {
        let connection = at.peer.connected(SERVER);
        at.accept().write_all(&[number as u8]).unwrap();
        assert_eq!(at.peer.receive(connection, 1, PATIENCE), [number as u8]);
    }
}
