//! The programs: which parts of core are in each, for which chip, and how they are optimized.

use std::path::PathBuf;

use snow_token_device::{
    error::BootError,
    firmware::{Program, Progress, finished},
};

const PACKAGE: &str = "snow-token-cortex-m-firmware";
const BIN: &str = "cortex-m-parts";

/// A chip's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A Cortex-M4F: `umaal` multiplies two words and adds two.
    Thumbv7em,
    /// A Cortex-M0, whose products have one word.
    Thumbv6m,
}

impl Target {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Thumbv7em, Self::Thumbv6m];

    /// As Rust calls it.
    pub fn triple(self) -> &'static str {
        match self {
            Self::Thumbv7em => "thumbv7em-none-eabihf",
            Self::Thumbv6m => "thumbv6m-none-eabi",
        }
    }
}

/// `opt-level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptLevel {
    /// Small.
    S,
    /// Smallest.
    Z,
}

impl OptLevel {
    /// Both.
    pub const ALL: [Self; 2] = [Self::S, Self::Z];

    /// As Cargo calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::S => "s",
            Self::Z => "z",
        }
    }
}

/// What is in a firmware: a line of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// What it is called.
    pub what: &'static str,
    /// Features of the firmware's package, each of which is a part.
    pub features: &'static [&'static str],
}

impl Row {
    const fn new(what: &'static str, features: &'static [&'static str]) -> Self {
        Self { what, features }
    }
}

/// Without any part: what the others are counted from.
pub const EMPTY: Row = Row::new("empty", &[]);

/// Each part alone, named as the firmware names it.
pub const PARTS: [Row; 11] = [
    Row::new("client_credentials_form", &["form"]),
    Row::new("token_response", &["token-response"]),
    Row::new("session_steps", &["session"]),
    Row::new("client_credentials", &["client-credentials"]),
    Row::new("hs256_assertion", &["hs256"]),
    Row::new("es256_assertion", &["es256"]),
    Row::new("es384_assertion", &["es384"]),
    Row::new("rs256_2048_assertion", &["rs256"]),
    Row::new("refusal", &["refusal"]),
    Row::new("explain", &["explain"]),
    Row::new("http1_exchange", &["http1"]),
];

/// What a device has of them together.
pub const SETS: [Row; 8] = [
    Row::new("client_credentials", &["client-credentials"]),
    Row::new("client_credentials+hs256", &["client-credentials", "hs256"]),
    Row::new("client_credentials+es256", &["client-credentials", "es256"]),
    Row::new("client_credentials+es384", &["client-credentials", "es384"]),
    Row::new("client_credentials+rs256", &["client-credentials", "rs256"]),
    Row::new("client_credentials+http1", &["client-credentials", "http1"]),
    Row::new(
        "client_credentials+refusal",
        &["client-credentials", "refusal"],
    ),
    Row::new(
        "client_credentials+explain",
        &["client-credentials", "explain"],
    ),
];

/// All parts.
pub const EVERYTHING: Row = Row::new("everything", &["everything"]);

/// A program to be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Firmware {
    /// What is in it.
    pub row: Row,
    /// For which chip.
    pub target: Target,
    /// How it is optimized.
    pub opt_level: OptLevel,
}

impl Firmware {
    fn file_name(&self) -> String {
        format!("{BIN}-{}-{}", self.row.what, self.opt_level.name())
    }

    /// Its ELF file, from the folder of finished ones or else built.
    ///
    /// # Errors
    /// Where it is not there, or cannot be built.
    pub fn elf(&self) -> Result<PathBuf, BootError> {
        match finished(&self.file_name())? {
            Some(elf) => Ok(elf),
            None => self.build(),
        }
    }

    /// Builds it.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn build(&self) -> Result<PathBuf, BootError> {
        let Self {
            row,
            target,
            opt_level,
        } = *self;
        let opt_level = opt_level.name();
        // P-256 as the rest; and without debug information, of which nothing is asked here.
        let config = [
            format!("profile.firmware.opt-level='{opt_level}'"),
            format!("profile.firmware.package.p256.opt-level='{opt_level}'"),
            "profile.firmware.debug=false".to_owned(),
        ];
        let features = [&["chip"], row.features].concat().join(",");
        let mut arguments = vec!["--features", &features];
        for value in &config {
            arguments.extend(["--config", value]);
        }
        Program {
            package: PACKAGE,
            bin: BIN,
            target: target.triple(),
            arguments: &arguments,
            file_name: &self.file_name(),
        }
        .build(Progress::Quiet)
    }
}
