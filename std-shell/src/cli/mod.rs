//! The arguments, and what each subcommand does with them.

#[cfg(feature = "simulator")]
mod demo;
mod request;
mod token;

use core::fmt;
use std::io::{self, Write};

use clap::{ArgAction, Args, Parser, Subcommand};
use snow_token::{
    Client, Error, Settings,
    settings::{
        AUTH_METHOD, CA_FILE, CLIENT_AUTH, CLIENT_ID, CLIENT_SECRET_FILE, INSTANCE, SCOPE, Sources,
        TIMEOUT_SECS,
    },
};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::{
    fmt::{FmtContext, FormatEvent, FormatFields, format::Writer},
    registry::LookupSpan,
};

const EXAMPLES: &str = "\
Examples:
  # A token, for another program
  export SERVICENOW_INSTANCE=dev12345 SERVICENOW_CLIENT_ID=...
  export SERVICENOW_CLIENT_SECRET_FILE=~/.config/servicenow-secret
  printf 'Authorization: Bearer %s' \"$(snow-token token)\" | curl -H @- ...

  # Straight to the instance
  snow-token request GET '/api/now/table/incident?sysparm_limit=1'
  snow-token request POST /api/now/table/incident -d '{\"short_description\":\"Fan 3 stands still\"}'";

const EXIT_CODES: &str = "\
The client secret is read from SERVICENOW_CLIENT_SECRET or from a file, never from an argument.

Exit codes: 0 done, 2 usage, 3 configuration, 4 credentials refused, 5 network or TLS,
6 unexpected answer.";

/// Tokens for ServiceNow, and requests with them.
#[derive(Debug, Parser)]
#[command(version, before_help = EXAMPLES, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    settings: SettingFlags,
    /// Say on standard error what happens; twice for each request
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "Options")]
    pub(crate) verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Print an access token
    Token(token::Arguments),
    /// Send a request to the instance and print its answer
    Request(request::Arguments),
    /// Show the whole way, against a simulated instance in this process
    #[cfg(feature = "simulator")]
    Demo,
}

/// Each goes before the environment variable that it names.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
struct SettingFlags {
    /// The instance: its name, host or URL [env: SERVICENOW_INSTANCE]
    #[arg(long, global = true, value_name = "INSTANCE")]
    instance: Option<String>,
    /// oauth2_client_credentials [env: SERVICENOW_AUTH_METHOD]
    #[arg(long, global = true, value_name = "METHOD")]
    auth_method: Option<String>,
    /// Client ID of the Application Registry entry [env: SERVICENOW_CLIENT_ID]
    #[arg(long, global = true, value_name = "ID")]
    client_id: Option<String>,
    /// File with the client secret [env: SERVICENOW_CLIENT_SECRET_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    client_secret_file: Option<String>,
    /// How the client authenticates: body or basic [env: SERVICENOW_CLIENT_AUTH]
    #[arg(long, global = true, value_name = "HOW")]
    client_auth: Option<String>,
    /// Scopes to ask for, with a space between them [env: SERVICENOW_SCOPE]
    #[arg(long, global = true, value_name = "SCOPES")]
    scope: Option<String>,
    /// Root certificates (PEM) to trust instead of the platform's [env: SERVICENOW_CA_FILE]
    #[arg(long, global = true, value_name = "FILE")]
    ca_file: Option<String>,
    /// How long one request may take in all [env: SERVICENOW_TIMEOUT_SECS] [default: 30]
    #[arg(long, global = true, value_name = "SECS")]
    timeout_secs: Option<String>,
}

impl SettingFlags {
    fn into_sources(self) -> Sources {
        let mut sources = Sources::default();
        for (key, value) in [
            (INSTANCE, self.instance),
            (AUTH_METHOD, self.auth_method),
            (CLIENT_ID, self.client_id),
            (CLIENT_SECRET_FILE, self.client_secret_file),
            (CLIENT_AUTH, self.client_auth),
            (SCOPE, self.scope),
            (CA_FILE, self.ca_file),
            (TIMEOUT_SECS, self.timeout_secs),
        ] {
            sources.set_flag(key, value);
        }
        sources
    }

    fn into_client(self) -> Result<Client, Error> {
        Client::new(Settings::resolve(&self.into_sources())?)
    }
}

/// Why a subcommand did not do what it should.
pub(crate) enum Failure {
    /// The client says why.
    Client(Error),
    /// What the user handed in cannot be read.
    Input(String),
    /// Nobody takes the output.
    Output(io::Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Client(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

pub(crate) fn run(arguments: Arguments, out: &mut impl Write) -> Result<(), Failure> {
    let settings = arguments.settings;
    match arguments.command {
        Command::Token(arguments) => token::run(&arguments, &settings.into_client()?, out),
        Command::Request(arguments) => {
            // What is handed in is read before anything is sent.
            let body = arguments.body()?;
            request::run(&arguments, body.as_deref(), &settings.into_client()?, out)
        }
        #[cfg(feature = "simulator")]
        Command::Demo => demo::run(out),
    }
}

/// Log lines go to standard error: warnings always, what happens with `-v`, each request with
/// `-vv`.
pub(crate) fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        0 => Level::WARN,
        1 => Level::INFO,
        _ => Level::DEBUG,
    };
    tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(io::stderr)
        .event_format(PlainLines)
        .init();
}

/// Just the message, with `warning:` before it where it is one.
struct PlainLines;

impl<S, N> FormatEvent<S, N> for PlainLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut line: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        if *event.metadata().level() <= Level::WARN {
            line.write_str("warning: ")?;
        }
        context.format_fields(line.by_ref(), event)?;
        writeln!(line)
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        super::Arguments::command().debug_assert();
    }
}
