//! The time server (RFC 4330).

use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

pub(super) const PORT: u16 = 123;

/// What the time server does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ntp {
    /// It tells the time.
    #[default]
    Answers,
    /// It says nothing.
    Silent,
    /// It wants to be left alone: stratum 0 with the code `RATE`.
    KissOfDeath,
    /// It does not know the time itself: leap indicator 3.
    Unsynchronised,
}

const LEN: usize = 48;
/// From 1900 to 1970.
const NTP_EPOCH_SECS: u64 = 2_208_988_800;

/// The answer to a request, unless there is none. The clock of the server is `offset_secs` from
/// the right time.
pub(super) fn answer(request: &[u8], behaviour: Ntp, offset_secs: i64) -> Option<Vec<u8>> {
    const CLIENT: u8 = 3;
    const SERVER: u8 = 4;
    if request.len() < LEN || request[0] & 0b111 != CLIENT || behaviour == Ntp::Silent {
        return None;
    }
    let (leap_indicator, stratum, reference) = match behaviour {
        Ntp::KissOfDeath => (3, 0, *b"RATE"),
        Ntp::Unsynchronised => (3, 16, *b"INIT"),
        Ntp::Answers | Ntp::Silent => (0, 2, [192, 0, 2, 123]),
    };
    let now = ntp_time(offset_secs).to_be_bytes();
    let version = request[0] & 0b0011_1000;
    let mut answer = vec![0; LEN];
    answer[0] = (leap_indicator << 6) | version | SERVER;
    answer[1] = stratum;
    answer[2] = request[2];
    // A precision of about a microsecond.
    answer[3] = 0xec;
    answer[12..16].copy_from_slice(&reference);
    answer[16..24].copy_from_slice(&now);
    // What the client sent as its time comes back, so that it knows its answer by it.
    answer[24..32].copy_from_slice(&request[40..48]);
    answer[32..40].copy_from_slice(&now);
    answer[40..48].copy_from_slice(&now);
    Some(answer)
}

/// Seconds since 1900 and their fraction, 32 bits each; the seconds wrap in 2036.
fn ntp_time(offset_secs: i64) -> u64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH);
    let since_epoch: Duration = since_epoch.unwrap_or_default();
    let secs = since_epoch.as_secs().saturating_add_signed(offset_secs);
    let secs = secs.wrapping_add(NTP_EPOCH_SECS);
    let fraction = (u64::from(since_epoch.subsec_nanos()) << 32) / 1_000_000_000;
    (secs << 32) | fraction
}
