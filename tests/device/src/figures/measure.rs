//! Runs of the firmware that tell what it costs.

use core::{error::Error, fmt, time::Duration};
use std::{fs, io, path::Path};

use snow_token_simulator::{KeyKind, Options};

use crate::{
    device::{BootOptions, Device, Figures},
    elf::{self, Sizes, Unreadable},
    error::BootError,
    firmware::{Board, Firmware, Progress, Variant},
    scenario::Scenario,
};

/// Two runs differ in their random numbers and certificates: by no more than this.
const TOLERANCE_PERCENT: f64 = 1.0;

/// A line of the table.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// What it is called.
    pub features: &'static str,
    /// Which firmware.
    pub variant: Variant,
}

const SILENT: Variant = Variant {
    firmware: Firmware::P384,
    is_silent: true,
    has_small_records: false,
};

/// The lines of the table.
pub const FEATURE_SETS: [Row; 6] = [
    Row {
        features: "client-credentials,p256",
        variant: Variant {
            firmware: Firmware::P256,
            ..SILENT
        },
    },
    Row {
        features: "client-credentials,p256,p384",
        variant: SILENT,
    },
    Row {
        features: "client-credentials,jwt-bearer,p256,p384",
        variant: Variant {
            firmware: Firmware::JwtBearer,
            ..SILENT
        },
    },
    Row {
        features: "client-credentials,p256,p384,rsa",
        variant: Variant {
            firmware: Firmware::Rsa,
            ..SILENT
        },
    },
    Row {
        features: "client-credentials,p256,p384,log-text",
        variant: Variant {
            is_silent: false,
            ..SILENT
        },
    },
    Row {
        features: "client-credentials,p256,p384,small-records",
        variant: Variant {
            has_small_records: true,
            ..SILENT
        },
    },
];

/// What a firmware costs.
#[derive(Debug, Clone)]
pub struct Measured {
    /// In the ELF file.
    pub sizes: Sizes,
    /// The most that the stack has held, until the second connection.
    pub stack_bytes: u64,
    /// From the search for the instance's address to the token, without idle time.
    pub instructions_to_token: u64,
    /// Those of them that are not of the TLS handshake.
    pub instructions_outside_tls_handshake: u64,
    /// Where two runs do not agree.
    pub differences: Vec<Difference>,
}

/// A figure of which two runs do not agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Which figure.
    pub figure: &'static str,
    /// By how much of the larger one.
    pub percent: f64,
}

/// Why there are no figures.
#[derive(Debug)]
#[non_exhaustive]
pub enum FigureError {
    /// The device does not start.
    Boot(BootError),
    /// The firmware's file.
    Elf(Unreadable),
    /// It cannot be read or written.
    Io(io::Error),
    /// The device has not come as far as that; its log.
    Run {
        /// What it was waited for.
        wanted: &'static str,
        /// All that it has said.
        log: String,
    },
    /// There is no bound of a stack, or it does not hold.
    Stack {
        /// Whose.
        what: String,
        /// Why.
        reason: String,
    },
}

impl fmt::Display for FigureError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boot(error) => error.fmt(f),
            Self::Elf(error) => error.fmt(f),
            Self::Io(error) => error.fmt(f),
            Self::Stack { what, reason } => write!(f, "the stack of {what}: {reason}"),
            Self::Run { wanted, log } => write!(f, "the device did not {wanted}:\n{log}"),
        }
    }
}

impl Error for FigureError {}

impl From<BootError> for FigureError {
    fn from(error: BootError) -> Self {
        Self::Boot(error)
    }
}

impl From<Unreadable> for FigureError {
    fn from(error: Unreadable) -> Self {
        Self::Elf(error)
    }
}

impl From<io::Error> for FigureError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The size of a real board's firmware, which is built for it.
///
/// # Errors
/// [`FigureError`].
pub fn size_of_board(board: Board) -> Result<Sizes, FigureError> {
    let elf = fs::read(board.elf_with(Progress::Shown)?)?;
    Ok(elf::sizes(&elf)?)
}

/// Builds a firmware, where that is to be done, and runs it twice.
///
/// # Errors
/// [`FigureError`].
pub fn measure(variant: Variant) -> Result<Measured, FigureError> {
    let path = variant.elf_with(Progress::Shown)?;
    let elf = fs::read(&path)?;
    let (one, other) = (run(variant, &path)?, run(variant, &path)?);
    let figures = [
        ("to the token", one.to_token, other.to_token),
        ("outside of TLS", one.outside_tls, other.outside_tls),
    ];
    let differences = figures.into_iter().filter_map(|(figure, one, other)| {
        let percent = 100.0 * one.abs_diff(other) as f64 / one.max(other) as f64;
        (percent > TOLERANCE_PERCENT).then_some(Difference { figure, percent })
    });
    Ok(Measured {
        sizes: elf::sizes(&elf)?,
        stack_bytes: one.stack_bytes.max(other.stack_bytes),
        instructions_to_token: one.to_token.midpoint(other.to_token),
        instructions_outside_tls_handshake: one.outside_tls.midpoint(other.outside_tls),
        differences: differences.collect(),
    })
}

struct Run {
    stack_bytes: u64,
    to_token: u64,
    outside_tls: u64,
}

/// Far longer than a run takes: others may keep the machine busy.
const PATIENCE: Duration = Duration::from_secs(180);

fn run(variant: Variant, elf: &Path) -> Result<Run, FigureError> {
    let keys = match variant.firmware {
        Firmware::P256 => KeyKind::EcdsaP256,
        Firmware::P384 | Firmware::JwtBearer => KeyKind::EcdsaP384,
        Firmware::Rsa => KeyKind::Rsa2048Tls13,
    };
    let mut scenario = Scenario::with(Options {
        keys,
        ..Options::default()
    });
    if variant.firmware == Firmware::JwtBearer {
        scenario.log_in_by_jwt_bearer();
    }
    // The second reading comes when the connection of the first is over: by then the device has
    // done all that it does, and its stack was as deep as it gets.
    scenario.config.set("keep_alive_s", 1);
    scenario.config.set("interval_ms", 3_000);
    let options = BootOptions {
        counts_instructions: true,
        arguments: vec!["until=connecting:2".to_owned()],
        ..BootOptions::default()
    };
    let mut device = Device::boot_elf(&scenario.network, &scenario.config, &options, elf)?;
    let wanted = match device.exit_code(PATIENCE) {
        Some(0) => Run::of(&device.figures()).ok_or("come to a token at the first attempt"),
        _ => Err("send a reading and connect again"),
    };
    wanted.map_err(|wanted| FigureError::Run {
        wanted,
        log: device.log().join("\n"),
    })
}

impl Run {
    fn of(figures: &[Figures]) -> Option<Self> {
        let first = figures.iter().position(|at| at.state == "connecting")?;
        let [connecting, handshaking, authenticating, online] = figures.get(first..first + 4)?
        else {
            return None;
        };
        let states = [handshaking, authenticating, online].map(|at| at.state.as_str());
        if states != ["handshaking", "authenticating", "online"] {
            return None;
        }
        let between = |from: &Figures, to: &Figures| {
            to.instructions_total.checked_sub(from.instructions_total)
        };
        let to_token = between(connecting, online)?;
        Some(Self {
            stack_bytes: figures.iter().map(|at| at.stack_bytes).max()?,
            to_token,
            outside_tls: to_token.checked_sub(between(handshaking, authenticating)?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(state: &str, instructions_total: u64, stack_bytes: u64) -> Figures {
        Figures {
            state: state.to_owned(),
            uptime_ms: 0,
            instructions: 0,
            instructions_total,
            stack_bytes,
        }
    }

    #[test]
    fn a_run_is_counted_from_connecting_to_the_token() {
        let mut figures = vec![
            at("network", 1, 10),
            at("time", 20, 10),
            at("connecting", 300, 10),
            at("handshaking", 310, 10),
            at("authenticating", 5_310, 30),
            at("online", 5_400, 20),
            at("connecting", 9_000, 20),
        ];
        let run = Run::of(&figures).unwrap();
        assert_eq!((run.to_token, run.outside_tls), (5_100, 100));
        assert_eq!(run.stack_bytes, 30);

        // A second attempt is none of the figures.
        figures.insert(4, at("waiting", 400, 20));
        assert!(Run::of(&figures).is_none());
        assert!(Run::of(&figures[..5]).is_none());
    }
}
