//! The gateway on a desktop: the same library as on a board, over the sockets of the operating
//! system, so that it can be looked at with a desktop's debugger.
//!
//! ```console
//! $ cargo run -p snow-token-gateway-host -- gateway.conf
//! ```
//! The configuration is the text that a board is provisioned with.

mod network;

use core::convert::Infallible;
use core::error::Error;
use std::{env, fs, process::ExitCode};

use rand_core::OsRng;
use snow_token_gateway::{
    Memory,
    config::{Config, DECODED_LEN},
    demo,
    indicator::{Indicator, State},
    tls::Buffers,
};
use zeroize::Zeroizing;

/// The state as a line of the log.
struct Lines;

impl Indicator for Lines {
    fn show(&mut self, state: State) {
        log::info!("{state:?}");
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    env_logger::builder()
        .filter_level(log::LevelFilter::Info)
        .parse_default_env()
        .init();
    let Err(error) = run().await;
    eprintln!("{}: {error}", env!("CARGO_BIN_NAME"));
    ExitCode::FAILURE
}

async fn run() -> Result<Infallible, Box<dyn Error>> {
    let path = env::args_os()
        .nth(1)
        .ok_or("which file is the configuration in?")?;
    let text = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let text = Zeroizing::new(text);
    let mut decoded = Zeroizing::new([0; DECODED_LEN]);
    let config = Config::parse(&text, &mut *decoded)?;
    let mut memory = Box::new(Memory::<{ Buffers::READ_LEN }>::new());
    demo::run(&network::Sockets, OsRng, Lines, &config, &mut memory).await
}
