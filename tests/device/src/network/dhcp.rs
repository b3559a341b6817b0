//! The DHCP server: one address for the one device.

use core::net::Ipv4Addr;

use smoltcp::wire::{DhcpMessageType, DhcpPacket, DhcpRepr};

use super::{DEVICE, ROUTER};

pub(super) const SERVER_PORT: u16 = 67;
pub(super) const CLIENT_PORT: u16 = 68;

const NETMASK: Ipv4Addr = Ipv4Addr::new(255, 255, 255, 0);

/// The answer to a message of a client, unless it needs none.
pub(super) fn answer(message: &[u8], lease_secs: u32) -> Option<Vec<u8>> {
    let packet = DhcpPacket::new_checked(message).ok()?;
    let asked = DhcpRepr::parse(&packet).ok()?;
    let message_type = match asked.message_type {
        DhcpMessageType::Discover => DhcpMessageType::Offer,
        DhcpMessageType::Request => {
            let wanted = asked.requested_ip.unwrap_or(asked.client_ip);
            match wanted == DEVICE {
                true => DhcpMessageType::Ack,
                false => DhcpMessageType::Nak,
            }
        }
        _ => return None,
    };
    let servers = [ROUTER].into_iter().collect();
    let answer = DhcpRepr {
        message_type,
        secs: 0,
        client_ip: Ipv4Addr::UNSPECIFIED,
        your_ip: DEVICE,
        server_ip: ROUTER,
        router: Some(ROUTER),
        subnet_mask: Some(NETMASK),
        requested_ip: None,
        client_identifier: None,
        server_identifier: Some(ROUTER),
        parameter_request_list: None,
        dns_servers: Some(servers),
        max_size: None,
        lease_duration: Some(lease_secs),
        renew_duration: None,
        rebind_duration: None,
        additional_options: &[],
        ..asked
    };
    let mut buf = vec![0; answer.buffer_len()];
    answer
        .emit(&mut DhcpPacket::new_unchecked(&mut buf[..]))
        .ok()?;
    Some(buf)
}
