//! DHCP, DNS and the time.

use core::net::{Ipv4Addr, SocketAddrV4};
use std::time::{SystemTime, UNIX_EPOCH};

use snow_token_device::network::{DEVICE, Direction, Dns, Loss, Ntp, ROUTER, VirtualNetwork};

use crate::peer::{A_WHILE, PATIENCE, Peer};

#[test]
fn dhcp_gives_the_address_the_router_and_the_server_of_names() {
    let network = VirtualNetwork::start().unwrap();
    let lease = Peer::plugged_into(&network).dhcp(PATIENCE);
    assert_eq!(lease, Some((DEVICE, ROUTER, ROUTER)));
    // A discovery and a request.
    assert_eq!(network.statistics().dhcp_messages, 2);
}

#[test]
fn dhcp_can_be_late() {
    let network = VirtualNetwork::start().unwrap();
    network.set_dhcp(false);
    let mut peer = Peer::plugged_into(&network);
    assert_eq!(peer.dhcp(A_WHILE), None);
    assert!(network.statistics().dhcp_messages >= 1);
    network.set_dhcp(true);
    assert!(peer.dhcp(PATIENCE).is_some());
}

#[test]
fn a_name_has_the_address_that_it_was_given() {
    let network = VirtualNetwork::start().unwrap();
    let mut peer = Peer::ready_in(&network);
    let address = Ipv4Addr::new(203, 0, 113, 10);
    assert_eq!(peer.resolve("dev12345.service-now.com", PATIENCE), None);
    network.set_host("dev12345.Service-Now.com", address);
    let resolved = peer.resolve("dev12345.service-now.com", PATIENCE);
    assert_eq!(resolved, Some(address));
    assert_eq!(network.statistics().dns_queries, 2);
}

/// The query for an address of `a.b`.
const QUERY: &[u8] = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x01a\x01b\0\0\x01\0\x01";
const NAMES: SocketAddrV4 = SocketAddrV4::new(ROUTER, 53);

#[test]
fn dns_can_fail_in_each_way() {
    const SERVFAIL: u8 = 2;
    const NXDOMAIN: u8 = 3;
    let network = VirtualNetwork::start().unwrap();
    network.set_host("a.b", ROUTER);
    let mut peer = Peer::ready_in(&network);
    let mut rcode = |dns, limit| {
        network.set_dns(dns);
        let answer = peer.ask(NAMES, QUERY, limit)?;
        assert_eq!(answer[..2], QUERY[..2]);
        Some(answer[3] & 0x0f)
    };
    assert_eq!(rcode(Dns::Answers, PATIENCE), Some(0));
    assert_eq!(rcode(Dns::NoSuchName, PATIENCE), Some(NXDOMAIN));
    assert_eq!(rcode(Dns::ServerFailure, PATIENCE), Some(SERVFAIL));
    assert_eq!(rcode(Dns::Silent, A_WHILE), None);
}

#[test]
fn a_name_that_exists_has_no_other_records() {
    let network = VirtualNetwork::start().unwrap();
    network.set_host("a.b", ROUTER);
    let mut aaaa = QUERY.to_vec();
    aaaa[18] = 28;
    assert_eq!(aaaa.len(), QUERY.len());
    let answer = Peer::ready_in(&network)
        .ask(NAMES, &aaaa, PATIENCE)
        .unwrap();
    assert_eq!((answer[3] & 0x0f, answer[7]), (0, 0));
}

/// At any address: this one is nobody's.
const TIME: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::new(192, 0, 2, 123), 123);

fn ntp_request() -> [u8; 48] {
    let mut request = [0; 48];
    request[0] = 0x23;
    request[40..48].copy_from_slice(b"ORIGINAL");
    request
}

fn unix_secs(answer: &[u8]) -> u64 {
    let ntp = u32::from_be_bytes(answer[40..44].try_into().unwrap());
    u64::from(ntp) - 2_208_988_800
}

#[test]
fn the_time_is_right_or_as_far_from_it_as_it_was_set() {
    let network = VirtualNetwork::start().unwrap();
    let mut peer = Peer::ready_in(&network);
    for offset in [0, 3600, -86_400] {
        network.set_ntp_offset(offset);
        let answer = peer.ask(TIME, &ntp_request(), PATIENCE).unwrap();
        assert_eq!(answer[0], 0x24, "no leap second, version 4, a server");
        assert_eq!(&answer[24..32], b"ORIGINAL");
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let expected = now.as_secs().saturating_add_signed(offset);
        assert!(unix_secs(&answer).abs_diff(expected) <= 1);
    }
    assert_eq!(network.statistics().ntp_queries, 3);
}

#[test]
fn the_time_server_can_refuse_and_be_silent() {
    let network = VirtualNetwork::start().unwrap();
    let mut peer = Peer::ready_in(&network);
    let mut ask = |ntp, limit| {
        network.set_ntp(ntp);
        let answer = peer.ask(TIME, &ntp_request(), limit)?;
        Some((answer[0] >> 6, answer[1], answer[12..16].to_vec()))
    };
    let kiss = ask(Ntp::KissOfDeath, PATIENCE);
    assert_eq!(kiss, Some((3, 0, b"RATE".to_vec())));
    let lost = ask(Ntp::Unsynchronised, PATIENCE);
    assert_eq!(lost, Some((3, 16, b"INIT".to_vec())));
    assert_eq!(ask(Ntp::Silent, A_WHILE), None);
}

#[test]
fn frames_get_lost_in_the_direction_that_was_said() {
    let network = VirtualNetwork::start().unwrap();
    let mut peer = Peer::ready_in(&network);
    assert!(peer.ask(TIME, &ntp_request(), PATIENCE).is_some());
    network.lose(Direction::FromDevice, Loss::Next(1));
    assert!(peer.ask(TIME, &ntp_request(), A_WHILE).is_none());
    assert_eq!(network.statistics().ntp_queries, 1);
    network.lose(Direction::ToDevice, Loss::All);
    assert!(peer.ask(TIME, &ntp_request(), A_WHILE).is_none());
    assert_eq!(network.statistics().ntp_queries, 2);
    network.lose(Direction::ToDevice, Loss::None);
    assert!(peer.ask(TIME, &ntp_request(), PATIENCE).is_some());
    assert_eq!(network.statistics().frames_lost, 2);
}

#[test]
fn frames_can_be_captured() {
    let network = VirtualNetwork::start().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("frames.pcap");
    network.capture(&file).unwrap();
    Peer::plugged_into(&network).dhcp(PATIENCE).unwrap();
    let captured = std::fs::read(file).unwrap();
    assert_eq!(captured[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
    // At least a discovery, an offer, a request and an acknowledgement.
    assert!(captured.len() > 4 * 300, "{}", captured.len());
}
