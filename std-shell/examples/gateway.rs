//! A gateway that runs for years: it takes a reading each second, and writes each one into the instance
//! once, whatever happens to the network, the instance, the token and the gateway itself.
//!
//! Settings as for the command `snow-token`; `READINGS` bounds how many are taken, `OUTBOX` names
//! the file in which they wait, `gateway.outbox` by default, and `SETTLE_SECS` is the pause before a
//! reading whose answer was lost is looked up, if 60 seconds are too long for your instance.
//!
//! ```console
//! $ cargo run -p snow-token --example gateway
//! ```

use core::{error::Error, time::Duration};
use std::{env, thread, time::Instant};

use snow_token::{
    Client,
    outbox::{self, Action, Disk, Outbox, Outcome, Settings},
};

const TABLE: &str = "/api/now/table/u_reading";
/// The column with a reading's name, by which one is found again whose answer was lost.
const COLUMN: &str = "u_name";

fn main() -> Result<(), Box<dyn Error>> {
    let client = Client::from_env()?;
    let path = env::var("OUTBOX").unwrap_or("gateway.outbox".to_owned());
    let readings = env::var("READINGS").map_or(Ok(u32::MAX), |text| text.parse())?;
    let mut settings = Settings::DEFAULT;
    if let Ok(secs) = env::var("SETTLE_SECS") {
        settings.settle_secs = secs.parse()?;
    }
    let began = Instant::now();
    // It wraps, as it may.
    let now_ms = || began.elapsed().as_millis() as u32;
    let disk = Disk::open(path, 16 * 1024 * 1024)?;
    let mut outbox = Outbox::new(disk, getrandom::u32()?, settings, now_ms());
    let (mut payload, mut name) = ([0; 64], [0; 64]);
    let mut taken = 0;
    loop {
        if taken < readings && began.elapsed().as_secs() >= taken.into() {
            outbox.push(b"21.5")?;
            taken += 1;
        }
        let (record, is_look_up) = match outbox.next(now_ms(), &mut payload)? {
            Action::Send(record) => (record, false),
            Action::Check(record) => (record, true),
            Action::Empty if taken == readings => return Ok(()),
            // There is nothing to do yet.
            _ => {
                thread::sleep(Duration::from_millis(100));
                continue;
            }
        };
        let name = record.id.name("gateway-7", &mut name)?;
        let outcome = if is_look_up {
            let query = format!("sysparm_query={COLUMN}={name}&sysparm_fields={COLUMN}");
            let found = client.get(&format!("{TABLE}?{query}&sysparm_limit=1"));
            outbox::of_lookup(&found, COLUMN, name)
        } else {
            let celsius = core::str::from_utf8(&payload[..record.len])?;
            let reading = format!(r#"{{"{COLUMN}":"{name}","u_celsius":"{celsius}"}}"#);
            outbox::of_record(&client.post(TABLE, reading.as_bytes()))
        };
        match outcome {
            Outcome::Stored => println!("{name} is written"),
            outcome => eprintln!("{name}: {outcome:?}"),
        }
        outbox.settle(record.flight, now_ms(), outcome, getrandom::u32()?)?;
    }
}
