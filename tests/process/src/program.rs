//! The programs that are measured.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use crate::{Instance, Result};

/// Which program, as the figures name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgramName {
    /// `snow-token token` with a good token in the cache.
    TokenCached,
    /// `snow-token token --no-cache`.
    TokenFresh,
    /// `snow-token token --refresh`, which keeps what comes.
    TokenRefreshed,
    /// An empty program in Rust.
    Empty,
    /// A program in Rust on ureq that asks for a token and does nothing else.
    BareUreq,
    /// curl, which prints the whole answer.
    Curl,
    /// A script in Python.
    RequestsOauthlib,
    /// A script for Node.
    OpenidClient,
}

impl ProgramName {
    /// For people, and as `peer` for programs.
    pub const fn text(self) -> &'static str {
        match self {
            Self::TokenCached => "`token`, cached",
            Self::TokenFresh => "`token --no-cache`",
            Self::TokenRefreshed => "`token --refresh`",
            Self::Empty => "empty program",
            Self::BareUreq => "bare ureq",
            Self::Curl => "curl",
            Self::RequestsOauthlib => "requests-oauthlib",
            Self::OpenidClient => "openid-client",
        }
    }

    /// As `what` for programs.
    pub const fn key(self) -> &'static str {
        match self {
            Self::TokenCached => "token_cached",
            Self::TokenFresh => "token_fresh",
            Self::TokenRefreshed => "token_refreshed",
            peer => peer.text(),
        }
    }
}

/// What a program prints that does what it should.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prints {
    /// Nothing at all.
    Nothing,
    /// The token in a line, and nothing else.
    Token,
    /// An answer with the token in it.
    Answer,
}

impl Prints {
    /// Whether this is it.
    pub fn is(self, output: &str, token: &str) -> bool {
        match self {
            Self::Nothing => output.is_empty(),
            Self::Token => output.trim_end() == token,
            Self::Answer => output.contains(token),
        }
    }
}

/// A program with its arguments and its environment.
#[derive(Debug, Clone)]
pub struct Program {
    /// Which it is.
    pub name: ProgramName,
    /// As the program itself says it.
    pub version: String,
    /// What it should print.
    pub prints: Prints,
    /// Whether Valgrind can count its instructions in seconds.
    pub is_native: bool,
    /// The program, its arguments after it.
    pub command: Vec<String>,
    /// All of its environment.
    pub environment: Vec<(String, String)>,
}

impl Program {
    /// A native program that prints the token.
    pub fn new(name: ProgramName, command: Vec<String>, home: &Path, instance: &Instance) -> Self {
        let mut environment = vec![
            ("HOME".to_owned(), home.display().to_string()),
            // For what a script's interpreter looks for.
            ("PATH".to_owned(), std::env::var("PATH").unwrap_or_default()),
        ];
        let settings = instance.environment().iter();
        environment.extend(settings.map(|(name, value)| ((*name).to_owned(), value.clone())));
        Self {
            name,
            version: String::new(),
            prints: Prints::Token,
            is_native: true,
            command,
            environment,
        }
    }

    /// With the version that this command prints in its first line.
    ///
    /// # Errors
    /// Where it does not run.
    pub fn asked_by(mut self, command: &[&str]) -> Result<Self> {
        let [program, arguments @ ..] = command else {
            return Err("no command that tells a version".into());
        };
        let output = Command::new(program).args(arguments).output()?;
        if !output.status.success() {
            return Err(format!("{command:?}: {}", output.status).into());
        }
        let text = String::from_utf8(output.stdout)?;
        self.version = text.lines().next().unwrap_or_default().to_owned();
        Ok(self)
    }
}

/// The folder with the programs that the workspace builds.
#[derive(Debug, Clone)]
pub struct Folder(pub PathBuf);

impl Folder {
    /// A program in it.
    pub fn program(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

/// The programs in Rust: the command in its ways, and its peers.
///
/// # Errors
/// Where one does not tell its version.
pub fn rust_programs(folder: &Folder, home: &Path, instance: &Instance) -> Result<Vec<Program>> {
    let snow_token = folder.program("snow-token");
    let [empty, bare_ureq] = ["peer-empty", "peer-bare-ureq"].map(|name| folder.program(name));
    let program = |name, words: &[&str]| {
        let command = words.iter().map(|word| (*word).to_owned()).collect();
        Program::new(name, command, home, instance)
    };
    let version: &[&str] = &[&snow_token, "--version"];
    let mut empty = program(ProgramName::Empty, &[&empty]).asked_by(&["rustc", "--version"])?;
    empty.prints = Prints::Nothing;
    let mut bare_ureq = program(ProgramName::BareUreq, &[&bare_ureq]);
    bare_ureq.version = ["ureq", "rustls", "ring"].map(locked).join(", ");
    Ok(vec![
        empty,
        program(ProgramName::TokenCached, &[&snow_token, "token"]).asked_by(version)?,
        bare_ureq,
        program(
            ProgramName::TokenFresh,
            &[&snow_token, "token", "--no-cache"],
        )
        .asked_by(version)?,
        program(
            ProgramName::TokenRefreshed,
            &[&snow_token, "token", "--refresh"],
        )
        .asked_by(version)?,
    ])
}

/// The token that all are to print, which `snow-token` keeps for the next time.
///
/// # Errors
/// Where it gets none.
pub fn token(programs: &[Program]) -> Result<String> {
    let cached = programs
        .iter()
        .find(|program| program.name == ProgramName::TokenCached);
    let [program, arguments @ ..] = &cached.ok_or("no snow-token")?.command[..] else {
        return Err("no snow-token".into());
    };
    let environment = cached
        .into_iter()
        .flat_map(|program| program.environment.iter().cloned());
    let output = Command::new(program)
        .args(arguments)
        .env_clear()
        .envs(environment)
        .output()?;
    let token = String::from_utf8(output.stdout)?.trim_end().to_owned();
    match output.status.success() && !token.is_empty() {
        true => Ok(token),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned().into()),
    }
}

/// A crate and its version in the lock file that the programs are built with.
fn locked(name: &str) -> String {
    const LOCK: &str = include_str!("../../../Cargo.lock");
    let entry = format!("name = \"{name}\"\nversion = \"");
    let version = LOCK
        .split_once(&entry)
        .and_then(|(_, rest)| rest.split('"').next());
    format!("{name} {}", version.unwrap_or("?"))
}
