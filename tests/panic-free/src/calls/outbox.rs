//! `outbox`, over a ring in RAM.

use core::convert::Infallible;

use snow_token_core::outbox::{
    Action, AppendError, Counts, Flight, NextError, OldestError, Outbox, Outcome, PushError,
    Record, RecordId, Repeats, Ring, Settings, Storage, Stored, WhenFull,
};

use super::refusal;
use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, text, used},
};

type Memory = Ring<256>;

pub(super) const CALLS: &[Call] = &[
    settings_default,
    new,
    push,
    next,
    settle,
    hear,
    counts,
    series,
    storage,
    of_record,
    of_lookup,
    name,
    ring_new,
    ring_default,
    ring_append,
    ring_oldest,
    ring_remove_oldest,
    ring_len,
    ring_is_empty,
    from_oldest,
    show,
    show_errors,
];

/// In any state.
fn with_ring(use_it: impl FnOnce(&mut Memory)) {
    let mut ring = Memory::new();
    use_it(any(&mut ring));
}

/// In any state.
fn with_outbox(use_it: impl FnOnce(&mut Outbox<Memory>)) {
    let mut outbox = Outbox::new(Memory::new(), any(0), any(Settings::DEFAULT), any(0));
    use_it(any(&mut outbox));
}

fn id() -> RecordId {
    RecordId {
        series: any(0),
        sequence: any(0),
    }
}

fn outcome() -> Outcome {
    any(Outcome::Stored)
}

fn settings_default(_: &mut [u8]) {
    used(<Settings as Default>::default());
}

fn new(_: &mut [u8]) {
    let ring = any(Memory::new());
    used(Outbox::new(ring, any(0), any(Settings::DEFAULT), any(0)));
}

fn push(_: &mut [u8]) {
    with_outbox(|outbox| used(Outbox::push(outbox, bytes())));
}

fn next(buf: &mut [u8]) {
    with_outbox(|outbox| used(Outbox::next(outbox, any(0), buf)));
}

fn settle(_: &mut [u8]) {
    if let Some(flight) = perhaps() {
        with_outbox(|outbox| {
            used(Outbox::settle(outbox, flight, any(0), outcome(), any(0)));
        });
    }
}

fn hear(_: &mut [u8]) {
    with_outbox(|outbox| Outbox::hear(outbox, any(0)));
}

fn counts(_: &mut [u8]) {
    with_outbox(|outbox| used(Outbox::counts(outbox)));
}

fn series(_: &mut [u8]) {
    with_outbox(|outbox| used(Outbox::series(outbox)));
}

fn storage(_: &mut [u8]) {
    with_outbox(|outbox| used(Outbox::storage(outbox)));
}

fn of_record(_: &mut [u8]) {
    used(Outcome::of_record(&refusal::answer()));
}

fn of_lookup(_: &mut [u8]) {
    used(Outcome::of_lookup(&refusal::answer(), text(), text()));
}

fn name(buf: &mut [u8]) {
    used(RecordId::name(&id(), text(), buf));
}

fn ring_new(_: &mut [u8]) {
    used(Ring::<256>::new());
}

fn ring_default(_: &mut [u8]) {
    used(<Ring<256> as Default>::default());
}

fn ring_append(_: &mut [u8]) {
    with_ring(|ring| used(<Ring<256> as Storage>::append(ring, id(), bytes())));
}

fn ring_oldest(buf: &mut [u8]) {
    with_ring(|ring| used(<Ring<256> as Storage>::oldest(ring, buf)));
}

fn ring_remove_oldest(_: &mut [u8]) {
    with_ring(|ring| used(<Ring<256> as Storage>::remove_oldest(ring)));
}

fn ring_len(_: &mut [u8]) {
    with_ring(|ring| used(<Ring<256> as Storage>::len(ring)));
}

fn ring_is_empty(_: &mut [u8]) {
    with_ring(|ring| used(Storage::is_empty(ring)));
}

fn from_oldest(_: &mut [u8]) {
    let error = any(OldestError::<u8>::BufferTooSmall { needed: 0 });
    used(<NextError<u8> as From<OldestError<u8>>>::from(error));
}

fn show(_: &mut [u8]) {
    with_ring(|ring| debug::<Ring<256>>(ring));
    with_outbox(|outbox| debug::<Outbox<Memory>>(outbox));
    with_outbox(|outbox| debug::<Counts>(&Outbox::counts(outbox)));
    debug::<Settings>(&any(Settings::DEFAULT));
    debug::<Repeats>(&any(Repeats::LookUp));
    debug::<WhenFull>(&any(WhenFull::DropNewest));
    debug::<Outcome>(&outcome());
    debug::<RecordId>(&id());
    debug::<Stored>(&Stored {
        id: id(),
        len: any(0),
    });
    if let Some(action) = perhaps() {
        debug::<Action>(&action);
    }
    if let Some(record) = perhaps() {
        debug::<Record>(&record);
        debug::<Flight>(&record.flight);
    }
}

fn show_errors(_: &mut [u8]) {
    debug::<AppendError<u8>>(&any(AppendError::Full));
    debug::<OldestError<u8>>(&any(OldestError::BufferTooSmall { needed: 0 }));
    debug::<NextError<u8>>(&any(NextError::BufferTooSmall { needed: 0 }));
    display::<NextError<u8>>(&any(NextError::BufferTooSmall { needed: 0 }));
    debug::<PushError<u8>>(&any(PushError::Full));
    display::<PushError<u8>>(&any(PushError::Full));
    display::<PushError<Infallible>>(&any(PushError::Full));
}
