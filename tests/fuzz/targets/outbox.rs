//! Store and forward under any events: the model of its tests holds what must be so. In the end each
//! record that was stored is there, once, and in order.
#![no_main]

#[path = "../../../core/tests/all/common/outbox_model.rs"]
mod outbox_model;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use outbox_model::{CAPACITY, Done, Event, Fate, Model};
use snow_token_core::outbox::{Repeats, Settings, WhenFull};

/// More would be slow, and tell nothing new.
const MAX_EVENTS: usize = 300;

fuzz_target!(|bytes: &[u8]| {
    let mut bytes = Unstructured::new(bytes);
    let Ok((settings, started)) = start(&mut bytes) else {
        return;
    };
    let mut model = Model::new(settings, started);
    for _ in 0..MAX_EVENTS {
        match event(&mut bytes) {
            Ok(event) => model.apply(event),
            Err(_) => break,
        }
    }
    model.finish();
    model.counts_add_up();
    model.each_record_is_there_once_and_in_order();
});

fn start(bytes: &mut Unstructured<'_>) -> Result<(Settings, u32)> {
    let settings = Settings {
        repeats: *bytes.choose(&[Repeats::LookUp, Repeats::Harmless])?,
        when_full: *bytes.choose(&[WhenFull::DropOldest, WhenFull::DropNewest])?,
        settle_secs: bytes.int_in_range(1..=30)?,
        backoff_cap_secs: bytes.int_in_range(0..=600)?,
        tries: bytes.int_in_range(0..=4)?,
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
        b'p' => Event::Push(bytes.int_in_range(0..=40)?),
        b'P' => Event::Push(bytes.int_in_range(0..=CAPACITY)?),
        b'g' => Event::Go(fate(bytes)?),
        b's' => Event::Settle(bytes.arbitrary()?),
        b't' => Event::Pass(bytes.int_in_range(0..=20_000)?),
        b'w' => Event::PassAsSaid,
        b'R' => Event::Restart,
        b'B' => Event::Break,
        // Go on as a device does.
        other => match other % 4 {
            0 => Event::Push(usize::from(other / 4)),
            1 => Event::Go(Fate::Answered),
            2 => Event::Settle(other.into()),
            _ => Event::PassAsSaid,
        },
    })
}

fn fate(bytes: &mut Unstructured<'_>) -> Result<Fate> {
    Ok(match bytes.arbitrary::<u8>()? {
        b'n' => Fate::NotSent,
        b'l' => Fate::Lost(done(bytes)?),
        b'f' => Fate::Fault(done(bytes)?),
        b'r' => Fate::Refused {
            status: *bytes.choose(&[400, 401, 403, 404, 413, 422, 429])?,
            retry_after_secs: match bytes.arbitrary()? {
                true => Some(bytes.int_in_range(0..=1_000)?),
                false => None,
            },
        },
        b'h' => Fate::Hibernating,
        b'a' => Fate::Another,
        _ => Fate::Answered,
    })
}

fn done(bytes: &mut Unstructured<'_>) -> Result<Done> {
    Ok(match bytes.int_in_range(0..=2)? {
        0 => Done::Not,
        1 => Done::Now,
        _ => Done::Later(bytes.int_in_range(0..=999)?),
    })
}
