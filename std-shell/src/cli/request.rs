//! `snow-token request METHOD PATH`

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
};

use clap::Args;
use snow_token::{Client, Error, Request, Response};

use super::Failure;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// GET, POST, PATCH, PUT or DELETE
    method: String,
    /// Path on the instance, with its query: /api/now/table/incident?sysparm_limit=1
    path: String,
    /// JSON to send; @FILE reads it from a file, - from standard input
    #[arg(short, long, value_name = "JSON")]
    data: Option<String>,
    /// A header to send, as 'Name: value'
    #[arg(short = 'H', long = "header", value_name = "HEADER")]
    headers: Vec<String>,
    /// Print status and headers before the body
    #[arg(short, long)]
    include: bool,
    /// Follow the Link header to the last page, and print each page after the other
    #[arg(long)]
    paginate: bool,
    /// Print the body as it came; on a terminal JSON is indented otherwise
    #[arg(long)]
    raw: bool,
}

impl Arguments {
    /// What is to be sent, read before anything is.
    pub(crate) fn body(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(data) = &self.data else {
            return Ok(None);
        };
        let body = if data == "-" {
            let mut body = Vec::new();
            let read = io::stdin().read_to_end(&mut body);
            read.map_err(|error| Failure::Input(format!("cannot read standard input: {error}")))?;
            body
        } else if let Some(file) = data.strip_prefix('@') {
            let cannot_read = |error| Failure::Input(format!("cannot read {file}: {error}"));
            fs::read(file).map_err(cannot_read)?
        } else {
            data.clone().into_bytes()
        };
        Ok(Some(body))
    }
}

pub(crate) fn run(
    arguments: &Arguments,
    body: Option<&[u8]>,
    client: &Client,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let method = arguments.method.to_ascii_uppercase();
    if arguments.paginate && method != "GET" {
        return Err(Failure::Input("--paginate is for GET alone".to_owned()));
    }
    let mut path = arguments.path.clone();
    loop {
        let mut request = Request::new(&method, &path)?;
        if let Some(body) = body {
            request = request.with_json(body);
        }
        for header in &arguments.headers {
            let (name, value) = header.split_once(':').ok_or_else(|| {
                Failure::Input(format!(
                    "{header:?} is not a header: write it as 'Name: value'"
                ))
            })?;
            request = request.with_header(name.trim(), value.trim())?;
        }
        let answer = client.send(&request)?;
        // The body is printed whatever the status is: it says best what the matter was.
        let printed = print(arguments, &answer, out);
        let next = match arguments.paginate {
            true => client.next_page(&answer)?,
            false => None,
        };
        // A refusal is one even if nobody reads it.
        answer.into_success()?;
        printed?;
        match next {
            // It would never end.
            Some(next) if next == path => {
                return Err(Error::unexpected(format!(
                    "GET {path}: its next page is this page again, so what comes after it is not \
                     known"
                ))
                .into());
            }
            Some(next) => path = next,
            None => return Ok(()),
        }
    }
}

fn print(arguments: &Arguments, answer: &Response, out: &mut impl Write) -> io::Result<()> {
    if arguments.include {
        writeln!(out, "{:?} {}", answer.version(), answer.status())?;
        for (name, value) in answer.headers() {
            writeln!(out, "{name}: {}", String::from_utf8_lossy(value.as_bytes()))?;
        }
        writeln!(out)?;
    }
    let is_terminal = io::stdout().is_terminal();
    let json = match is_terminal && !arguments.raw {
        true => serde_json::from_slice::<serde_json::Value>(answer.body()).ok(),
        false => None,
    };
    if let Some(json) = json {
        writeln!(out, "{json:#}")?;
        return out.flush();
    }
    out.write_all(answer.body())?;
    // For people, and between pages.
    let is_open = !answer.body().is_empty() && !answer.body().ends_with(b"\n");
    if is_open && (is_terminal || arguments.paginate) {
        writeln!(out)?;
    }
    out.flush()
}
