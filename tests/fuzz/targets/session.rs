//! A session under any events: the model of its tests holds what must be so.
#![no_main]

#[path = "../../../core/tests/all/common/session_model.rs"]
mod session_model;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use session_model::{Event, Model};
use snow_token_core::{
    Cause,
    session::{Failure, Settings},
};

/// More would be slow, and tell nothing new.
const MAX_EVENTS: usize = 500;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Unstructured::new(bytes);
    let Ok((settings, clock)) = start(&mut bytes) else {
        return;
    };
    let mut model = Model::new(settings, clock);
    for _ in 0..MAX_EVENTS {
        match event(&mut bytes) {
            Ok(event) => model.apply(event),
            Err(_) => break,
        }
    }
});

fn start(bytes: &mut Unstructured<'_>) -> Result<(Settings, u32)> {
    let settings = Settings {
        margin_secs: secs(bytes)?,
        backoff_cap_secs: bytes.arbitrary::<u16>()?.into(),
        repeats: bytes.arbitrary()?,
        spread_secs: secs(bytes)?,
        seed: bytes.arbitrary()?,
    };
    Ok((settings, bytes.arbitrary()?))
}

/// A letter for each event, so that a seed can be read.
fn event(bytes: &mut Unstructured<'_>) -> Result<Event> {
    // `arbitrary` goes on with zeros for ever.
    if bytes.is_empty() {
        return Err(arbitrary::Error::NotEnoughData);
    }
    Ok(match bytes.arbitrary::<u8>()? {
        b'p' => Event::Pass(bytes.arbitrary::<u16>()?.into()),
        b'P' => Event::Pass(bytes.int_in_range(0..=i32::MAX as u32)?),
        b'w' => Event::PassAsSaid,
        b'n' => Event::Next,
        b't' => Event::Received {
            expires_in_secs: Some(secs(bytes)?),
            is_same: bytes.arbitrary()?,
        },
        b'T' => Event::Received {
            expires_in_secs: None,
            is_same: bytes.arbitrary()?,
        },
        b'f' => Event::Failed(failure(bytes)?, bytes.arbitrary()?),
        b'u' => Event::Unauthorized {
            is_late: bytes.arbitrary()?,
            random: bytes.arbitrary()?,
        },
        b'F' => Event::Forbidden,
        b'r' => Event::Retry,
        b'R' => Event::Reset,
        // Go on as a device does.
        other if other.is_multiple_of(2) => Event::Next,
        _ => Event::PassAsSaid,
    })
}

/// From a second to more than can be counted.
fn secs(bytes: &mut Unstructured<'_>) -> Result<u32> {
    let secs: u32 = bytes.arbitrary::<u16>()?.into();
    Ok(match secs {
        0..0xff00 => secs,
        _ => u32::MAX - (secs & 0xff) * 0x01_0000,
    })
}

fn failure(bytes: &mut Unstructured<'_>) -> Result<Failure> {
    let refused = |cause| Ok(Failure::Refused(cause));
    match bytes.arbitrary::<u8>()? {
        b'd' => refused(Cause::AccessDenied),
        b'h' => refused(Cause::Hibernating),
        b'l' => refused(Cause::RateLimited {
            retry_after_secs: bytes.arbitrary()?,
        }),
        b's' => refused(Cause::ServerFault {
            retry_after_secs: bytes.arbitrary()?,
        }),
        b'c' => refused(Cause::InvalidClient),
        b'm' => Ok(Failure::Malformed),
        b'b' => Ok(Failure::BufferTooSmall),
        _ => Ok(Failure::Transport),
    }
}
