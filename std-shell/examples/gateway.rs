//! A gateway that runs for years: it pushes a reading each second, whatever happens to the network,
//! the instance and the token.
//!
//! Settings as for the command `snow-token`; `READINGS` bounds how many are pushed.
//!
//! ```console
//! $ cargo run -p snow-token --example gateway
//! ```
//!
//! The client renews its token by itself, ahead of its end. A failure is an error at once, and the
//! reading is tried again: the client keeps the pauses that the instance asks for. Each reading
//! carries a name of its own, by which one that was written although its answer was lost is found
//! again.

use core::time::Duration;
use std::{env, thread, time::SystemTime};

use snow_token::{Client, Error, ErrorKind};

const TABLE: &str = "/api/now/table/u_reading";

fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let readings: u64 = env::var("READINGS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(u64::MAX);
    // Another start is another series of names.
    let started = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let started = started.map_or(0, |since| since.as_secs());
    for number in 0..readings {
        let name = format!("gateway-7-{started}-{number}");
        let reading = format!(r#"{{"u_name":"{name}","u_celsius":"21.5"}}"#);
        let mut may_be_there = false;
        loop {
            match push(&client, &name, reading.as_bytes(), may_be_there) {
                Ok(()) => break,
                // Not reached, or the answer was lost on its way: the reading may be there.
                Err(error) => {
                    eprintln!("{name}: {error}");
                    may_be_there |= error.kind() == ErrorKind::Network;
                }
            }
            thread::sleep(Duration::from_secs(1));
        }
        println!("{name} is written");
        thread::sleep(Duration::from_secs(1));
    }
    Ok(())
}

/// Writes a reading, unless it is there already.
fn push(client: &Client, name: &str, reading: &[u8], may_be_there: bool) -> Result<(), Error> {
    if may_be_there {
        let path =
            format!("{TABLE}?sysparm_query=u_name={name}&sysparm_fields=sys_id&sysparm_limit=1");
        let found = client.get(&path)?.into_success()?;
        if String::from_utf8_lossy(found.body()).contains("sys_id") {
            return Ok(());
        }
    }
    client.post(TABLE, reading)?.into_success()?;
    Ok(())
}
