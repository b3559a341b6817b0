//! `snow-token inspect`

use std::{
    fs::File,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::{Map, Value, json};
use snow_token::{Error, Jwt, JwtFault, settings::keys};
use zeroize::Zeroizing;

use super::{
    Failure,
    settings::{SettingFlags, ask},
    words::{moment, relative, unix_now, utc},
};

const EXAMPLES: &str = "\
Examples:
  snow-token assertion | snow-token inspect
  snow-token token | snow-token inspect
  snow-token inspect id-token.txt --json";

const NOTES: &str = "\
The signature is not verified: only the instance can do that, with the certificate that it has.

What is shown can go into a ticket: the values that say who issued the token for whom and when
(alg, typ, cty, kid, x5t, aud, iss, azp, exp, iat, nbf, auth_time, jti, scope, scp). The values of
all other members are hidden, for they can be about a person, as sub is, or confidential. The
signature is never shown, nor the token.

The faults are those that an instance would find in an assertion of the JWT bearer grant. They are
likely, not certain, and do not change the exit code; --json lists them by name.

Exit codes: 0 it could be read, 6 it is no JWT, such as an opaque token.";

/// A JWT with all claims of a busy directory has some ten thousand characters.
const LIMIT: u64 = 1024 * 1024;
const HIDDEN: &str = "[hidden]";
/// The claims that are times (RFC 7519 §4.1, OpenID Connect Core §2).
const TIMES: [&str; 4] = ["iat", "nbf", "exp", "auth_time"];

#[derive(Debug, Args)]
#[command(before_help = EXAMPLES, after_help = NOTES)]
pub(crate) struct Arguments {
    /// File with the token; standard input unless given, or -
    file: Option<PathBuf>,
    /// Show all values, those about persons too
    #[arg(long)]
    show: bool,
    /// Print JSON: header, claims, hidden, times, signature_bytes, faults
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    flags: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let client_id = flags.sources()?.get(keys::CLIENT_ID)?;
    let client_id = client_id.as_ref().map(|found| found.text().trim());
    let text = read(arguments.file.as_deref())?;
    let jwt = parse(&text)?;
    let now = unix_now();
    let faults = jwt.faults(client_id, now);
    let (header, claims) = match arguments.show {
        true => (jwt.header.clone(), jwt.claims.clone()),
        false => (without_hidden(&jwt.header), without_hidden(&jwt.claims)),
    };
    if arguments.json {
        let hidden: Vec<_> = [(&jwt.header, &header), (&jwt.claims, &claims)]
            .iter()
            .flat_map(|(all, shown)| all.iter().filter(|(name, value)| shown[*name] != **value))
            .map(|(name, _)| name)
            .collect();
        let json = json!({
            "header": header,
            "claims": claims,
            "hidden": hidden,
            "times": times(&jwt, now),
            "signature_bytes": jwt.signature_len,
            "faults": faults.iter().map(fault_as_json).collect::<Vec<_>>(),
        });
        writeln!(out, "{json:#}")?;
        return Ok(());
    }
    print(&jwt, &header, &claims, now, out)?;
    print_faults(&faults, client_id.is_some(), out)?;
    Ok(())
}

fn read(file: Option<&Path>) -> Result<Zeroizing<String>, Failure> {
    let mut bytes = Zeroizing::new(Vec::new());
    match file.filter(|file| *file != Path::new("-")) {
        None if io::stdin().is_terminal() => return ask("JWT").map_err(cannot_read("it")),
        None => {
            let read = io::stdin().lock().take(LIMIT).read_to_end(&mut bytes);
            read.map_err(cannot_read("standard input"))?;
        }
        // It is not repeated: what is said can go into a log.
        Some(file) if !file.exists() && is_like_a_token(file) => {
            return Err(Failure::Input(
                "the argument names no file, but looks like a token itself: everybody on this \
                 machine can read arguments, so name a file or hand it in by standard input"
                    .to_owned(),
            ));
        }
        Some(file) => {
            let read = File::open(file).and_then(|open| open.take(LIMIT).read_to_end(&mut bytes));
            read.map_err(cannot_read(&file.display().to_string()))?;
        }
    }
    match core::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(Error::unexpected("it is no text, and so no JWT").into()),
    }
}

/// A JWT begins with a brace in base64url; opaque tokens have more characters than most file names.
fn is_like_a_token(file: &Path) -> bool {
    let text = file.to_string_lossy();
    text.starts_with("eyJ") || (text.len() > 60 && !text.contains(['/', '\\', '.', ' ']))
}

fn cannot_read(what: &str) -> impl FnOnce(io::Error) -> Failure {
    let what = what.to_owned();
    move |error| Failure::Input(format!("cannot read {what}: {error}"))
}

fn parse(text: &str) -> Result<Jwt, Failure> {
    let text = text.trim();
    // As it is copied from a header.
    let text = match text.split_once(char::is_whitespace) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("Bearer") => token.trim(),
        _ => text,
    };
    let error = match text.parse() {
        Ok(jwt) => return Ok(jwt),
        Err(error) => error,
    };
    Err(match text {
        "" => Failure::Input("there is nothing to inspect: the input is empty".to_owned()),
        text if !text.contains('.') && !text.contains(char::is_whitespace) => {
            Error::unexpected(format!(
                "an opaque token of {} characters: it is a mere reference, and there is nothing in \
                 it to read; only the instance knows what it stands for",
                text.chars().count()
            ))
            .into()
        }
        _ => Error::unexpected(format!("it is no JWT: {error}")).into(),
    })
}

fn without_hidden(members: &Map<String, Value>) -> Map<String, Value> {
    let shown = |(name, value): (&String, &Value)| match Jwt::SHOWN.contains(&name.as_str()) {
        true => (name.clone(), value.clone()),
        false => (name.clone(), Value::from(HIDDEN)),
    };
    members.iter().map(shown).collect()
}

fn times(jwt: &Jwt, now: u64) -> Map<String, Value> {
    let times = TIMES.iter().filter_map(|claim| {
        let time = jwt.time(claim)?;
        let words = json!({ "utc": utc(time), "relative": relative(time, now) });
        Some(((*claim).to_owned(), words))
    });
    times.collect()
}

fn fault_as_json(fault: &JwtFault) -> Value {
    json!({ "name": fault.name(), "what": fault.to_string(), "advice": fault.advice() })
}

fn print(
    jwt: &Jwt,
    header: &Map<String, Value>,
    claims: &Map<String, Value>,
    now: u64,
    out: &mut impl Write,
) -> io::Result<()> {
    for (title, members) in [("Header", header), ("Claims", claims)] {
        writeln!(out, "{title}")?;
        for (name, value) in members {
            write!(out, "  {}  {}", name.escape_debug(), on_one_line(value))?;
            match jwt.time(name).filter(|_| TIMES.contains(&name.as_str())) {
                Some(time) => writeln!(out, "  {}", moment(time, now))?,
                None => writeln!(out)?,
            }
        }
        if members.is_empty() {
            writeln!(out, "  none")?;
        }
    }
    let signature = jwt.signature_in_words();
    writeln!(out, "Signature\n  {signature}; not verified")
}

/// Without what would steer a terminal.
fn on_one_line(value: &Value) -> String {
    match value {
        Value::String(text) if text == HIDDEN => HIDDEN.to_owned(),
        Value::String(text) => format!("{text:?}"),
        value => {
            let json = value.to_string();
            let escape = |c: char| match c.is_ascii_graphic() || c == ' ' || c.is_alphanumeric() {
                true => c.to_string(),
                false => c.escape_unicode().to_string(),
            };
            json.chars().map(escape).collect()
        }
    }
}

fn print_faults(
    faults: &[JwtFault],
    is_client_id_known: bool,
    out: &mut impl Write,
) -> io::Result<()> {
    if faults.is_empty() {
        writeln!(out, "\nAs an assertion it has none of the usual faults.")?;
    } else {
        writeln!(out, "\nLikely faults, as an assertion")?;
    }
    for fault in faults {
        writeln!(out, "  {fault}\n    {}", fault.advice())?;
    }
    if !is_client_id_known {
        let variable = keys::CLIENT_ID.variable;
        writeln!(
            out,
            "With {variable} set, aud and iss are compared with it."
        )?;
    }
    Ok(())
}
