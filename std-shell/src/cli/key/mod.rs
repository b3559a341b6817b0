//! `snow-token key`

mod check;
mod files;
mod make;
mod steps;

use std::io::Write;

use clap::Subcommand;

use super::Failure;

const EXAMPLES: &str = "\
Examples:
  snow-token key new --out gateway.pem --cn 'Gateway Oslo'
  snow-token key cert gateway.pem > gateway.crt
  snow-token key check gateway.pem gateway.crt";

#[derive(Debug, Subcommand)]
#[command(before_help = EXAMPLES)]
pub(crate) enum Command {
    /// Make a private key and its certificate, and say what to do with them
    New(make::New),
    /// Make a certificate for a private key that is there
    Cert(make::Cert),
    /// Say whether a private key and a certificate belong together
    Check(check::Arguments),
}

pub(crate) fn run(command: &Command, out: &mut impl Write) -> Result<(), Failure> {
    match command {
        Command::New(arguments) => make::new(arguments, out),
        Command::Cert(arguments) => make::cert(arguments, out),
        Command::Check(arguments) => check::run(arguments, out),
    }
}
