//! Store and forward under events, against an instance that has each record or has it not, whatever
//! it answers. Whoever makes up the events, tests or the fuzzer, finds here what must hold.

use core::cell::{Cell, RefCell};
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
};

use snow_token_core::{
    outbox::{
        Action, AppendError, Flight, NextError, OldestError, Outbox, Outcome, PushError, Record,
        RecordId, Repeats, Ring, Settings, Storage, Stored, WhenFull,
    },
    refusal::Answer,
    session::LONGEST_RETRY_AFTER_SECS,
};

const COLUMN: &str = "u_name";
const PAGE: &str = "<h1>Your instance is hibernating</h1>";
pub(crate) const CAPACITY: usize = 200;

/// What becomes of a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fate {
    /// It is done and answered.
    Answered,
    /// There was no connection.
    NotSent,
    /// There is no answer: the request came too late, was done, or is done so many parts in 1,000
    /// of the settle time after it was given up.
    Lost(Done),
    /// 5xx, with or without having done it.
    Fault(Done),
    Refused {
        status: u16,
        retry_after_secs: Option<u32>,
    },
    Hibernating,
    /// A look-up gives a record of another name.
    Another,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Done {
    Not,
    Now,
    Later(u32),
}

#[derive(Debug, Clone)]
pub(crate) enum Event {
    Push(usize),
    /// Whoever is to be sent or looked up goes out.
    Go(Fate),
    /// The outcome of what is out arrives.
    Settle(u32),
    Pass(u32),
    PassAsSaid,
    /// The device starts anew.
    Restart,
    /// The storage fails at its next call.
    Break,
}

/// Records that outlive the queue.
#[derive(Clone, Default)]
struct Flash {
    ring: Rc<RefCell<Ring<CAPACITY>>>,
    fails: Rc<Cell<bool>>,
}

#[derive(Debug, PartialEq, Eq)]
struct Broken;

impl Flash {
    fn call(&self) -> Result<(), Broken> {
        match self.fails.take() {
            true => Err(Broken),
            false => Ok(()),
        }
    }

    fn ids(&self) -> Vec<RecordId> {
        let mut ring = self.ring.borrow().clone();
        let mut ids = Vec::new();
        while let Ok(Some(stored)) = ring.oldest(&mut [0; CAPACITY]) {
            ids.push(stored.id);
            ring.remove_oldest().unwrap();
        }
        ids
    }
}

impl Storage for Flash {
    type Error = Broken;

    fn append(&mut self, id: RecordId, payload: &[u8]) -> Result<(), AppendError<Broken>> {
        let mut ring = self.ring.borrow().clone();
        match ring.append(id, payload) {
            Ok(()) => {}
            // Nothing is written then: it is the next call that fails.
            Err(AppendError::Full) => return Err(AppendError::Full),
            Err(AppendError::TooLong { max }) => return Err(AppendError::TooLong { max }),
            Err(AppendError::Storage(never)) => match never {},
        }
        self.call().map_err(AppendError::Storage)?;
        *self.ring.borrow_mut() = ring;
        Ok(())
    }

    fn oldest(&mut self, buf: &mut [u8]) -> Result<Option<Stored>, OldestError<Broken>> {
        self.call().map_err(OldestError::Storage)?;
        Ok(self.ring.borrow_mut().oldest(buf).unwrap())
    }

    fn remove_oldest(&mut self) -> Result<(), Broken> {
        self.call()?;
        self.ring.borrow_mut().remove_oldest().unwrap();
        Ok(())
    }

    fn len(&self) -> usize {
        self.ring.borrow().len()
    }
}

#[derive(Default)]
struct Instance {
    /// In the order of their first arrival.
    records: Vec<(String, Vec<u8>)>,
    late: Vec<(u64, String, Vec<u8>)>,
    folds: bool,
}

impl Instance {
    fn has(&self, name: &str) -> bool {
        self.records.iter().any(|record| record.0 == name)
    }

    fn commit(&mut self, name: &str, payload: &[u8]) {
        if !(self.folds && self.has(name)) {
            self.records.push((name.to_owned(), payload.to_vec()));
        }
    }

    fn commit_what_is_due(&mut self, now: u64) {
        let late = core::mem::take(&mut self.late);
        let (due, late) = late
            .into_iter()
            .partition::<Vec<_>, _>(|late| late.0 <= now);
        self.late = late;
        for (_, name, payload) in due {
            self.commit(&name, &payload);
        }
    }
}

/// A request that is out, and what will have become of it.
struct Out {
    flight: Flight,
    id: RecordId,
    outcome: Outcome,
    later: Option<(u32, Vec<u8>)>,
}

pub(crate) struct Model {
    settings: Settings,
    flash: Flash,
    outbox: Outbox<Flash>,
    instance: Instance,
    series: u32,
    now: u64,
    started: u32,
    said_ms: u32,
    /// Before this nothing may go out.
    not_before: u64,
    out: Option<Out>,
    pushed: Vec<(String, Vec<u8>)>,
    stored: BTreeSet<String>,
    dropped: BTreeSet<String>,
    set_aside: BTreeSet<String>,
    turned_away: u32,
    /// What the queues before this one counted.
    counted: [u32; 3],
}

fn asked_ms(retry_after_secs: u32) -> u64 {
    u64::from(retry_after_secs.min(LONGEST_RETRY_AFTER_SECS)) * 1_000
}

fn name(id: RecordId) -> String {
    id.name("d", &mut [0; 32]).unwrap().to_owned()
}

impl Model {
    pub(crate) fn new(settings: Settings, started: u32) -> Self {
        let flash = Flash::default();
        let instance = Instance {
            folds: settings.repeats == Repeats::Harmless,
            ..Instance::default()
        };
        Self {
            settings,
            outbox: Outbox::new(flash.clone(), 0, settings, started),
            flash,
            instance,
            series: 0,
            now: 0,
            started,
            said_ms: 0,
            not_before: 0,
            out: None,
            pushed: Vec::new(),
            stored: BTreeSet::new(),
            dropped: BTreeSet::new(),
            set_aside: BTreeSet::new(),
            turned_away: 0,
            counted: [0; 3],
        }
    }

    fn clock(&self) -> u32 {
        self.started.wrapping_add(self.now as u32)
    }

    fn settle_ms(&self) -> u64 {
        u64::from(self.settings.settle_secs) * 1_000
    }

    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Push(len) => self.push(len),
            Event::Go(fate) => self.go(fate),
            Event::Settle(random) => self.settle(random),
            Event::Pass(ms) => self.pass(ms),
            Event::PassAsSaid => {
                let ms = core::mem::take(&mut self.said_ms);
                self.pass(ms);
            }
            Event::Restart => self.restart(),
            Event::Break => self.flash.fails.set(true),
        }
        self.counts_add_up();
    }

    fn pass(&mut self, ms: u32) {
        self.now += u64::from(ms);
        self.instance.commit_what_is_due(self.now);
    }

    fn push(&mut self, len: usize) {
        let before = self.flash.ids();
        let payload: Vec<u8> = (0..len).map(|at| (at + self.pushed.len()) as u8).collect();
        let pushed = self.outbox.push(&payload);
        let after = self.flash.ids();
        self.dropped.extend(
            before
                .iter()
                .filter(|id| !after.contains(id))
                .map(|id| name(*id)),
        );
        match pushed {
            Ok(sequence) => {
                let id = *after.last().unwrap();
                assert_eq!((id.series, id.sequence), (self.series, sequence));
                self.pushed.push((name(id), payload));
            }
            Err(PushError::Full) => {
                assert_eq!(self.settings.when_full, WhenFull::DropNewest);
                assert_eq!(before, after);
                self.turned_away += 1;
            }
            Err(PushError::TooLong { max }) => {
                assert!(max < len && before == after);
            }
            Err(PushError::Storage(Broken)) => {}
        }
    }

    fn go(&mut self, fate: Fate) {
        let mut buf = [0; CAPACITY];
        let (record, is_check) = match self.outbox.next(self.clock(), &mut buf) {
            Ok(Action::Send(record)) => (record, false),
            Ok(Action::Check(record)) => (record, true),
            Ok(Action::Wait { ms }) => {
                assert!(self.out.is_none() && ms > 0);
                self.said_ms = ms;
                return;
            }
            Ok(Action::Empty) => {
                assert!(self.out.is_none() && self.flash.is_empty());
                return;
            }
            Ok(Action::AwaitOutcome) => {
                assert!(self.out.is_some());
                return;
            }
            Err(NextError::Storage(Broken)) => return,
            Err(error) => panic!("{error:?}"),
        };
        assert!(self.out.is_none(), "two records at a time");
        assert!(self.now >= self.not_before, "too early");
        assert_eq!(Some(&record.id), self.flash.ids().first());
        assert!(!is_check || self.settings.repeats == Repeats::LookUp);
        let payload = buf[..record.len].to_vec();
        self.request(record, payload, is_check, fate);
    }

    fn request(&mut self, record: Record, payload: Vec<u8>, is_check: bool, fate: Fate) {
        let name = name(record.id);
        let mut later = None;
        let mut work = |done: Done| match done {
            Done::Now if !is_check => self.instance.commit(&name, &payload),
            Done::Later(share) if !is_check => later = Some((share, payload.clone())),
            _ => {}
        };
        let outcome = match fate {
            Fate::NotSent => Outcome::NotSent,
            Fate::Lost(done) => {
                work(done);
                Outcome::Lost {
                    retry_after_secs: 0,
                }
            }
            Fate::Fault(done) => {
                work(done);
                read(is_check, &name, 500, None, "{}")
            }
            Fate::Refused {
                status,
                retry_after_secs,
            } => read(is_check, &name, status, retry_after_secs, "{}"),
            Fate::Hibernating => read(is_check, &name, 200, None, PAGE),
            Fate::Another if is_check => {
                let body = format!(r#"{{"result":[{{"{COLUMN}":"{name}0"}}]}}"#);
                read(true, &name, 200, None, &body)
            }
            Fate::Answered | Fate::Another if is_check => {
                let body = match self.instance.has(&name) {
                    true => format!(r#"{{"result":[{{"{COLUMN}":"{name}"}}]}}"#),
                    false => r#"{"result":[]}"#.to_owned(),
                };
                read(true, &name, 200, None, &body)
            }
            Fate::Answered | Fate::Another => {
                work(Done::Now);
                read(false, &name, 201, None, "")
            }
        };
        self.out = Some(Out {
            flight: record.flight,
            id: record.id,
            outcome,
            later,
        });
    }

    fn settle(&mut self, random: u32) {
        let Some(out) = self.out.take() else {
            return;
        };
        let name = name(out.id);
        self.come_later(&name, out.later);
        let before = self.flash.ids();
        let settled = self
            .outbox
            .settle(out.flight, self.clock(), out.outcome, random);
        let after = self.flash.ids();
        let least_ms = match out.outcome {
            Outcome::Lost { retry_after_secs } => self.settle_ms().max(asked_ms(retry_after_secs)),
            Outcome::NotNow { retry_after_secs } => asked_ms(retry_after_secs),
            _ => 0,
        };
        self.not_before = self.now + least_ms;
        match out.outcome {
            Outcome::Stored if settled.is_ok() => {
                assert!(!after.contains(&out.id));
                self.dropped.remove(&name);
                self.stored.insert(name);
            }
            Outcome::Refused if before != after => {
                self.set_aside.insert(name);
            }
            _ => assert_eq!(before, after),
        }
    }

    fn come_later(&mut self, name: &str, later: Option<(u32, Vec<u8>)>) {
        if let Some((share, payload)) = later {
            let at = self.now + self.settle_ms() * u64::from(share) / 1_000;
            self.instance.late.push((at, name.to_owned(), payload));
        }
    }

    fn restart(&mut self) {
        if let Some(out) = self.out.take() {
            self.come_later(&name(out.id), out.later);
        }
        self.counted = self.totals();
        self.series += 1;
        self.outbox = Outbox::new(self.flash.clone(), self.series, self.settings, self.clock());
        if !self.flash.is_empty() {
            self.not_before = self.now + self.settle_ms();
        }
    }

    fn totals(&self) -> [u32; 3] {
        let counts = self.outbox.counts();
        let [stored, dropped, set_aside] = self.counted;
        [
            stored + counts.stored,
            dropped + counts.dropped,
            set_aside + counts.set_aside,
        ]
    }

    pub(crate) fn counts_add_up(&self) {
        let waiting = self.outbox.counts().waiting;
        let [stored, dropped, set_aside] = self.totals();
        assert_eq!(waiting, self.flash.ids().len());
        assert_eq!(stored as usize, self.stored.len());
        assert_eq!(dropped, self.dropped.len() as u32 + self.turned_away);
        assert_eq!(set_aside as usize, self.set_aside.len());
        let settled = self.stored.len() + self.dropped.len() + self.set_aside.len();
        assert_eq!(self.pushed.len(), settled + waiting);
    }

    /// From now on all goes well.
    pub(crate) fn finish(&mut self) {
        self.flash.fails.set(false);
        for _ in 0..1_000 {
            self.settle(0);
            self.apply(Event::PassAsSaid);
            self.go(Fate::Answered);
        }
        assert!(self.flash.is_empty() && self.out.is_none());
        self.pass(60_000);
    }

    pub(crate) fn each_record_is_there_once_and_in_order(&self) {
        let pushed: BTreeMap<_, _> = self.pushed.iter().map(|(name, _)| name).zip(0..).collect();
        let mut last = None;
        for (name, payload) in &self.instance.records {
            let number = pushed[name];
            assert_eq!(payload, &self.pushed[number].1);
            let count = self.instance.records.iter().filter(|it| it.0 == *name);
            assert_eq!(count.count(), 1, "{name} is there twice");
            if self.stored.contains(name) {
                assert!(last < Some(number), "{name} came too late");
                last = Some(number);
            }
        }
        for name in &self.stored {
            assert!(self.instance.has(name), "{name} is lost");
        }
    }
}

/// What the queue is told of an answer.
fn read(
    is_check: bool,
    name: &str,
    status: u16,
    retry_after_secs: Option<u32>,
    body: &str,
) -> Outcome {
    let retry_after = retry_after_secs.map(|secs| secs.to_string());
    let answer = Answer {
        status,
        content_type: (!body.starts_with('<')).then_some("application/json"),
        retry_after: retry_after.as_deref(),
        date: None,
        body: body.as_bytes(),
        cut: None,
    };
    match is_check {
        true => Outcome::of_lookup(&answer, COLUMN, name),
        false => Outcome::of_record(&answer),
    }
}
