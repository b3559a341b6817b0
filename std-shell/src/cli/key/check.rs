//! `snow-token key check`

use std::{io::Write, path::PathBuf};

use clap::Args;
use serde_json::json;
use snow_token::key::{Certificate, KeyPair};

use crate::cli::{
    Failure,
    words::{moment, unix_now},
};

const NOTES: &str = "\
A certificate that is not valid at this time is warned of: an instance may refuse what it verifies.

Exit codes: 0 they belong together, 3 they do not, or one of them cannot be read.";

#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct Arguments {
    /// File with the private key, in PEM or DER; - reads standard input
    key_file: PathBuf,
    /// File with the certificate, in PEM or DER
    certificate_file: PathBuf,
    /// Print JSON: belong_together, key, certificate (key, subject, not_before, not_after: UTC,
    /// seconds since 1970), kid
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let certificate = Certificate::read(&arguments.certificate_file)?;
    let key = KeyPair::read(&arguments.key_file)?;
    if arguments.json {
        let json = json!({
            "belong_together": key.belongs_to(&certificate),
            "key": key.kind().to_string(),
            "certificate": {
                "key": certificate.key_kind().to_string(),
                "subject": certificate.subject(),
                "not_before": certificate.not_before_unix(),
                "not_after": certificate.not_after_unix(),
            },
            "kid": key.key_id(),
        });
        writeln!(out, "{json:#}")?;
    } else {
        print(&key, &certificate, out)?;
    }
    // What is printed says more than the refusal.
    out.flush()?;
    warn_of_dates(&certificate);
    key.check(&certificate)?;
    if !arguments.json {
        writeln!(out, "\nThey belong together.")?;
    }
    Ok(())
}

fn print(key: &KeyPair, certificate: &Certificate, out: &mut impl Write) -> std::io::Result<()> {
    let now = unix_now();
    writeln!(out, "Private key  {}", key.kind())?;
    writeln!(out, "Certificate  {}", certificate.key_kind())?;
    writeln!(out, "  for        {}", certificate.subject().escape_debug())?;
    writeln!(
        out,
        "  from       {}",
        moment(certificate.not_before_unix(), now)
    )?;
    writeln!(
        out,
        "  until      {}",
        moment(certificate.not_after_unix(), now)
    )
}

fn warn_of_dates(certificate: &Certificate) {
    let now = unix_now();
    if certificate.not_after_unix() < now {
        tracing::warn!("the certificate has run out: make another with snow-token key cert");
    } else if certificate.not_before_unix() > now {
        tracing::warn!("the certificate is not valid yet, by this machine's clock");
    }
}
