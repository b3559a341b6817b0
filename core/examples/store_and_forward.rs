//! Shows store and forward, against an instance that follows a script: a pump sends a reading every
//! minute while an answer is lost before and after the instance has stored the record, while the
//! instance hibernates, and while one row is refused. The clock is simulated and wraps on the way.
//!
//! Start it with `cargo run -p snow-token-core --example store_and_forward --features http1,outbox`.

use snow_token_core::{
    http1::{Request, RequestError, TableQuery},
    outbox::{Action, Outbox, Outcome, Ring, Settings},
    refusal::Answer,
};

const HOST: &str = "example.service-now.com";
const TABLE: &str = "u_reading";
/// The column with a record's name. A task has `correlation_id` for it.
const COLUMN: &str = "u_name";
const READINGS: u32 = 8;
/// There was no answer.
const LOST: Outcome = Outcome::Lost {
    retry_after_secs: 0,
};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut clock = Clock::default();
    let mut instance = Instance::default();
    let mut random = 0x2545_f491;
    let series = next_random(&mut random);
    let mut outbox = Outbox::new(
        Ring::<2048>::new(),
        series,
        Settings::DEFAULT,
        clock.now_ms(),
    );
    let (mut payload, mut name) = ([0; 128], [0; 64]);
    let mut taken = 0;
    let mut next_reading_ms = 0_u32;

    loop {
        while taken < READINGS && clock.passed_ms >= next_reading_ms {
            outbox.push(format!("{}.5", 80 + taken).as_bytes())?;
            taken += 1;
            next_reading_ms += 60_000;
        }
        let until_reading_ms = match taken {
            READINGS => u32::MAX,
            _ => next_reading_ms - clock.passed_ms,
        };
        // A device asks its session for a token first: see the example `session_loop`.
        let (flight, outcome) = match outbox.next(clock.now_ms(), &mut payload)? {
            Action::Send(record) => {
                let name = record.id.name("pump-7", &mut name)?;
                let celsius = core::str::from_utf8(&payload[..record.len])?;
                let body = format!(r#"{{"{COLUMN}":"{name}","u_celsius":"{celsius}"}}"#);
                let request = Request::create_record(HOST, TABLE, body.len());
                let outcome = match instance.call(&request.without_response_body(), &body)? {
                    Some((status, body)) => Outcome::of_record(&answer(status, &body)),
                    None => LOST,
                };
                clock.say(&format!("{name} was sent: {outcome:?}"));
                (record.flight, outcome)
            }
            Action::Check(record) => {
                let name = record.id.name("pump-7", &mut name)?;
                let query = TableQuery {
                    query: Some(&format!("{COLUMN}={name}")),
                    fields: Some(COLUMN),
                    limit: Some(1),
                };
                let request = Request::query_records(HOST, TABLE, query);
                let outcome = match instance.call(&request, "")? {
                    Some((status, body)) => {
                        Outcome::of_lookup(&answer(status, &body), COLUMN, name)
                    }
                    None => LOST,
                };
                clock.say(&format!("{name} was looked up: {outcome:?}"));
                (record.flight, outcome)
            }
            Action::Wait { ms } => {
                clock.sleep_ms(ms.min(until_reading_ms));
                continue;
            }
            Action::Empty if taken == READINGS => break,
            Action::Empty => {
                clock.sleep_ms(until_reading_ms);
                continue;
            }
            // With one thread, nobody else has a record.
            Action::AwaitOutcome => unreachable!(),
        };
        clock.sleep_ms(200);
        outbox.settle(flight, clock.now_ms(), outcome, next_random(&mut random))?;
    }
    clock.say(&format!("{:?}", outbox.counts()));
    for record in &instance.records {
        println!("          {record}");
    }
    Ok(())
}

/// A device's clock in milliseconds. This one wraps after two minutes.
#[derive(Default)]
struct Clock {
    passed_ms: u32,
}

impl Clock {
    fn now_ms(&self) -> u32 {
        (u32::MAX - 120_000).wrapping_add(self.passed_ms)
    }

    fn sleep_ms(&mut self, ms: u32) {
        self.passed_ms += ms;
    }

    fn say(&self, line: &str) {
        let secs = self.passed_ms / 1_000;
        println!("{:02}:{:02}  {line}", secs / 60, secs % 60);
    }
}

/// A stand-in for the hardware's random numbers (xorshift).
fn next_random(state: &mut u32) -> u32 {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    *state
}

fn answer(status: u16, body: &str) -> Answer<'_> {
    let is_page = body.starts_with('<');
    Answer {
        status,
        content_type: Some(if is_page {
            "text/html"
        } else {
            "application/json"
        }),
        retry_after: None,
        date: None,
        body: body.as_bytes(),
        cut: None,
    }
}

/// The records of the instance, and how often it was asked to store one.
#[derive(Default)]
struct Instance {
    records: Vec<String>,
    writes: u32,
}

impl Instance {
    /// What it answers, if it does: status and body.
    fn call(
        &mut self,
        request: &Request<'_>,
        body: &str,
    ) -> Result<Option<(u16, String)>, RequestError> {
        let mut head = [0; 512];
        let head = String::from_utf8_lossy(request.head(&mut head)?);
        if head.starts_with("GET") {
            let is_asked_for = |record: &&String| {
                let name = record.split('"').nth(3).unwrap_or_default();
                head.contains(name)
            };
            let found = self.records.iter().find(is_asked_for);
            let found = found.map_or("", |record| record);
            return Ok(Some((200, format!(r#"{{"result":[{found}]}}"#))));
        }
        self.writes += 1;
        match self.writes {
            // The request is lost on its way; then an answer is.
            2 => return Ok(None),
            4 => {
                self.records.push(body.to_owned());
                return Ok(None);
            }
            6..9 => {
                let page = "<h1>Your instance is hibernating</h1>";
                return Ok(Some((200, page.to_owned())));
            }
            // A reading that a rule of the table does not like.
            11.. if body.contains("87.5") => return Ok(Some((400, String::from("{}")))),
            _ => {}
        }
        self.records.push(body.to_owned());
        Ok(Some((201, String::new())))
    }
}
