//! `snow-token request METHOD PATH`

use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
};

use clap::Args;
use snow_token::Client;

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
}

impl Arguments {
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
    let answer = client.request(&method, &arguments.path, body)?;
    // The body is printed whatever the status is: it says best what the matter was.
    let printed = print(answer.body(), out);
    // A refusal is one even if nobody reads it.
    answer.into_success()?;
    Ok(printed?)
}

fn print(body: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(body)?;
    if io::stdout().is_terminal() && !body.is_empty() && !body.ends_with(b"\n") {
        writeln!(out)?;
    }
    out.flush()
}
