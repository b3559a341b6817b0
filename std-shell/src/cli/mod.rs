//! The arguments, and what each subcommand does with them.

mod assertion;
#[cfg(feature = "simulator")]
mod demo;
mod doctor;
mod inspect;
mod key;
pub(crate) mod log;
mod login;
mod logout;
mod request;
mod settings;
mod shell;
#[cfg(feature = "simulator")]
mod simulate;
mod status;
mod token;
mod words;

use std::{
    io::{self, Write},
    path::Path,
};

use clap::{ArgAction, Args, CommandFactory, Parser, Subcommand};
use snow_token::{Error, ErrorKind};

use self::settings::{GivenFlags, SettingFlags};

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
Secrets are read from the environment, a file, standard input or the terminal, never from an
argument.

Exit codes: 0 done, 2 usage, 3 configuration, 4 credentials refused, 5 network or TLS,
6 unexpected answer.";

/// Tokens for ServiceNow, and requests with them.
#[derive(Debug, Parser)]
#[command(version, before_help = EXAMPLES, after_help = EXIT_CODES)]
pub(crate) struct Arguments<C: Subcommand = Command, S: Args = SettingFlags> {
    #[command(subcommand)]
    command: C,
    #[command(flatten)]
    settings: S,
    /// Say on standard error what happens; twice for each request
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
}

impl Arguments {
    /// The arguments of this process; where they make no sense, or ask for help, it ends here.
    ///
    /// The description of all subcommands, each with all settings, takes longer to build than a token
    /// from the cache takes to print. What the frequent ones do not understand is for all of them.
    pub(crate) fn of_process() -> Self {
        match Arguments::<Frequent, GivenFlags>::try_parse() {
            Ok(arguments) => Self {
                command: Command::Frequent(arguments.command),
                settings: arguments.settings.0,
                verbose: arguments.verbose,
            },
            Err(_) => Self::parse(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    #[command(flatten)]
    Frequent(Frequent),
    /// Log in through the browser, and keep the login
    Login(login::Arguments),
    /// Revoke the tokens at the instance, and forget them
    Logout(logout::Arguments),
    /// Show the way in, where each setting comes from, and how long the token is good
    Status(status::Arguments),
    /// Look for what is wrong with the set-up, from the settings to a record
    Doctor(doctor::Arguments),
    /// Run a simulated instance to develop against, until it is stopped
    ///
    /// Prints one line of JSON when it is ready: "url", "ca_file", "clients", "users" and more, with
    /// their made-up secrets. Its clients take the settings of this command.
    #[cfg(feature = "simulator")]
    Simulate(simulate::Arguments),
    /// Print the signed assertion that the JWT bearer grant would send
    Assertion(assertion::Arguments),
    /// Show what stands in a JWT or an assertion, and what an instance may hold against it
    Inspect(inspect::Arguments),
    /// Make keys that sign assertions, and their certificates
    #[command(subcommand)]
    Key(key::Command),
    /// Show the whole way, against a simulated instance in this process
    #[cfg(feature = "simulator")]
    Demo,
    /// Print a script that completes this command in a shell
    Completions(shell::Completions),
    /// Print the manual page
    Man(shell::Man),
}

/// What scripts call over and over.
#[derive(Debug, Subcommand)]
pub(crate) enum Frequent {
    /// Print an access token, from the cache while it is good
    Token(token::Arguments),
    /// Send a request to the instance and print its answer
    Request(request::Arguments),
}

/// Why a subcommand did not do what it should.
pub(crate) enum Failure {
    /// The client says why.
    Client(Error),
    /// What the user handed in cannot be read.
    Input(String),
    /// Nobody takes the output.
    Output(io::Error),
    /// What went wrong was printed already, and who is at fault.
    Told(ErrorKind),
}

impl Failure {
    /// A file that was not written: the user's fault where another place would do, the machine's
    /// where it would not.
    fn cannot_write(path: &Path, error: &io::Error) -> Self {
        use io::ErrorKind::{
            AlreadyExists, InvalidFilename, IsADirectory, NotADirectory, NotFound,
            PermissionDenied, ReadOnlyFilesystem,
        };
        match error.kind() {
            AlreadyExists | InvalidFilename | IsADirectory | NotADirectory | NotFound
            | PermissionDenied | ReadOnlyFilesystem => {
                Self::Input(format!("cannot write {}: {error}", path.display()))
            }
            kind => Self::Output(io::Error::new(kind, format!("{}: {error}", path.display()))),
        }
    }
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
        Command::Frequent(Frequent::Token(arguments)) => token::run(&arguments, &settings, out),
        Command::Frequent(Frequent::Request(arguments)) => {
            // What is handed in is read before anything is sent.
            let body = arguments.body()?;
            request::run(&arguments, body.as_deref(), &settings.client()?, out)
        }
        Command::Login(arguments) => login::run(&arguments, &settings, out),
        Command::Logout(arguments) => logout::run(&arguments, &settings, out),
        Command::Status(arguments) => status::run(&arguments, &settings, out),
        Command::Doctor(arguments) => doctor::run(&arguments, &settings, out),
        #[cfg(feature = "simulator")]
        Command::Simulate(arguments) => simulate::run(arguments, &settings, out),
        Command::Assertion(arguments) => assertion::run(&arguments, &settings, out),
        Command::Inspect(arguments) => inspect::run(&arguments, &settings, out),
        Command::Key(command) => key::run(&command, out),
        #[cfg(feature = "simulator")]
        Command::Demo => demo::run(out),
        Command::Completions(arguments) => {
            shell::completions(&arguments, <Arguments>::command(), out)
        }
        Command::Man(arguments) => shell::man(&arguments, <Arguments>::command(), out),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_are_well_formed() {
        <super::Arguments>::command().debug_assert();
    }
}
