//! A program of the library that writes on standard error what all its parts trace, those that use the
//! crate `log` as well.
//!
//! It takes the settings that the command `snow-token` takes.

use log::{LevelFilter, Log, Metadata, Record};

struct Stderr;

impl Log for Stderr {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        eprintln!("{} {}: {}", record.level(), record.target(), record.args());
    }

    fn flush(&self) {}
}

fn main() -> Result<(), snow_token::Error> {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(std::io::stderr)
        .init();
    log::set_logger(&Stderr).expect("there is no other");
    log::set_max_level(LevelFilter::Trace);
    let client = snow_token::Client::from_env()?;
    let answer = client.get("/api/now/table/incident?sysparm_limit=1")?;
    println!("{}", answer.into_success()?.status());
    Ok(())
}
