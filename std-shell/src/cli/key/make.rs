//! `snow-token key new` and `snow-token key cert`

use std::{
    io::Write,
    path::{self, Path, PathBuf},
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
    value_parser,
};
use serde_json::json;
use snow_token::key::{Certificate, CertificateOptions, KeyPair, KeyType};

use super::{
    files::{Readers, refuse_taken, write_new},
    steps::{self, Made},
};
use crate::cli::Failure;

const NOTES: &str = "\
The key is written as PKCS#8 in PEM, readable by this user alone, and its certificate beside it with
the ending .crt. A file that is there already is never overwritten. The instance needs the
certificate alone: the key never leaves this machine.";

#[derive(Debug, Args)]
#[command(after_help = NOTES)]
pub(crate) struct New {
    /// Kind of key; p256 makes the shortest assertions
    #[arg(long = "type", value_name = "TYPE", default_value_t = KeyType::P256, value_parser = key_types())]
    key_type: KeyType,
    /// File for the private key
    #[arg(long, value_name = "FILE", default_value = "snow-token-key.pem")]
    out: PathBuf,
    /// The kid; made from the key unless given
    #[arg(long, value_name = "KID", value_parser = kid)]
    kid: Option<String>,
    #[command(flatten)]
    certificate: CertificateFlags,
    /// Print JSON: key_file, certificate_file, kid, algorithm, not_after (UTC, seconds since 1970)
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Cert {
    /// File with the private key, in PEM or DER; - reads standard input
    key_file: PathBuf,
    /// File for the certificate; standard output unless given
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    certificate: CertificateFlags,
}

#[derive(Debug, Args)]
struct CertificateFlags {
    /// For how many days the certificate is valid
    #[arg(long, value_name = "N", default_value_t = CertificateOptions::DEFAULT_DAYS,
          value_parser = value_parser!(u32).range(1..=36_500))]
    days: u32,
    /// Name in the certificate, by which it is found in the instance's list
    #[arg(long, value_name = "NAME", default_value = CertificateOptions::DEFAULT_NAME)]
    cn: String,
}

impl CertificateFlags {
    fn certificate(&self, key: &KeyPair) -> Result<Certificate, Failure> {
        let options = CertificateOptions::new(&*self.cn, self.days);
        Ok(key.certificate(&options)?)
    }
}

pub(super) fn new(arguments: &New, out: &mut impl Write) -> Result<(), Failure> {
    let key_file = absolute(&arguments.out);
    let certificate_file = beside(&key_file);
    refuse_taken(&key_file)?;
    refuse_taken(&certificate_file)?;
    let key = KeyPair::generate(arguments.key_type)?;
    let certificate = arguments.certificate.certificate(&key)?;
    write_new(&key_file, &key.to_pem(), Readers::Owner)?;
    write_new(&certificate_file, &certificate.to_pem(), Readers::Others)
        .inspect_err(|_| tracing::warn!("the key is in {}", key_file.display()))?;
    let made = Made {
        key_file: &key_file,
        certificate_file: &certificate_file,
        certificate: &certificate,
        kind: key.kind(),
        kid: &arguments.kid.clone().unwrap_or_else(|| key.key_id()),
    };
    if arguments.json {
        let json = json!({
            "key_file": key_file,
            "certificate_file": certificate_file,
            "kid": made.kid,
            "algorithm": key.kind().algorithm_name(),
            "not_after": certificate.not_after_unix(),
        });
        writeln!(out, "{json:#}")?;
        return Ok(());
    }
    Ok(steps::print(&made, out)?)
}

pub(super) fn cert(arguments: &Cert, out: &mut impl Write) -> Result<(), Failure> {
    if let Some(file) = &arguments.out {
        refuse_taken(file)?;
    }
    let key = KeyPair::read(&arguments.key_file)?;
    let certificate = arguments.certificate.certificate(&key)?;
    match &arguments.out {
        None => write!(out, "{}", certificate.to_pem())?,
        Some(file) => {
            write_new(file, &certificate.to_pem(), Readers::Others)?;
            let (kind, kid) = (key.kind(), key.key_id());
            writeln!(
                out,
                "Wrote the certificate ({kind}) to {}. A kid for the key, if it has none yet: {kid}",
                file.display()
            )?;
        }
    }
    Ok(())
}

fn key_types() -> impl TypedValueParser<Value = KeyType> {
    PossibleValuesParser::new(KeyType::ALL.map(KeyType::name)).map(|name| {
        let named = KeyType::ALL.iter().find(|known| known.name() == name);
        named.copied().unwrap_or(KeyType::P256)
    })
}

fn kid(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("a kid has at least one character"),
        kid if kid.contains(char::is_control) => Err("there is a control character in it"),
        kid => Ok(kid.to_owned()),
    }
}

/// The settings that are printed hold in every folder.
fn absolute(file: &Path) -> PathBuf {
    path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

/// `gateway.pem` has its certificate in `gateway.crt`.
fn beside(key_file: &Path) -> PathBuf {
    match key_file.extension() {
        Some(extension) if extension == "crt" => key_file.with_extension("crt.crt"),
        _ => key_file.with_extension("crt"),
    }
}
