//! The DNS server: addresses from a table.

use core::net::Ipv4Addr;
use std::collections::BTreeMap;

use smoltcp::wire::{DnsFlags, DnsOpcode, DnsPacket, DnsQueryType, DnsQuestion, DnsRcode};

pub(super) const PORT: u16 = 53;

/// What the DNS server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dns {
    /// It answers from its table; a name that is not there does not exist.
    #[default]
    Answers,
    /// No name exists (NXDOMAIN).
    NoSuchName,
    /// It has trouble of its own (SERVFAIL).
    ServerFailure,
    /// It says nothing.
    Silent,
}

const HEADER_LEN: usize = 12;
const TTL_SECS: u32 = 30;

/// The answer to a query, unless there is none.
pub(super) fn answer(
    query: &[u8],
    behaviour: Dns,
    hosts: &BTreeMap<String, Ipv4Addr>,
) -> Option<Vec<u8>> {
    let query = DnsPacket::new_checked(query).ok()?;
    let (_, question) = DnsQuestion::parse(query.payload()).ok()?;
    let name = name_of(&query, question.name)?;
    let address = hosts.get(&name);
    let (rcode, address) = match behaviour {
        Dns::Silent => return None,
        Dns::ServerFailure => (DnsRcode::ServFail, None),
        Dns::Answers if address.is_some() => {
            // The name exists, whatever else is asked of it.
            let address = address.filter(|_| question.type_ == DnsQueryType::A);
            (DnsRcode::NoError, address)
        }
        Dns::Answers | Dns::NoSuchName => (DnsRcode::NXDomain, None),
    };

    let mut answer = vec![0; HEADER_LEN + question.buffer_len()];
    let mut packet = DnsPacket::new_unchecked(&mut answer[..]);
    packet.set_transaction_id(query.transaction_id());
    packet.set_opcode(DnsOpcode::Query);
    packet.set_flags(
        DnsFlags::RESPONSE | DnsFlags::RECURSION_DESIRED | DnsFlags::RECURSION_AVAILABLE,
    );
    set_rcode(&mut answer, rcode);
    let mut packet = DnsPacket::new_unchecked(&mut answer[..]);
    packet.set_question_count(1);
    packet.set_answer_record_count(u16::from(address.is_some()));
    question.emit(packet.payload_mut());
    if let Some(address) = address {
        // The question's name, by a pointer to it.
        answer.extend([0xc0, 0x0c]);
        answer.extend(u16::from(DnsQueryType::A).to_be_bytes());
        answer.extend(1_u16.to_be_bytes());
        answer.extend(TTL_SECS.to_be_bytes());
        answer.extend(4_u16.to_be_bytes());
        answer.extend(address.octets());
    }
    Some(answer)
}

/// The low half of the fourth byte (RFC 1035 §4.1.1), which smoltcp, a client, does not set.
fn set_rcode(answer: &mut [u8], rcode: DnsRcode) {
    answer[3] = (answer[3] & 0xf0) | u8::from(rcode);
}

fn name_of(query: &DnsPacket<&[u8]>, name: &[u8]) -> Option<String> {
    let labels: Result<Vec<_>, _> = query.parse_name(name).collect();
    let labels: Result<Vec<_>, _> = labels.ok()?.into_iter().map(str::from_utf8).collect();
    Some(labels.ok()?.join(".").to_ascii_lowercase())
}
