//! What core is to cost at most, on a Cortex-M4F at `opt-level` "s".

use crate::{
    firmware::{OptLevel, Target},
    measure::Figures,
};

/// What the aims are for.
pub const AIMED_AT: (Target, OptLevel) = (Target::Thumbv7em, OptLevel::S);

const KB: u64 = 1_024;

/// One of the figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Bytes of flash.
    Flash,
    /// Bytes of stack.
    Stack,
    /// Instructions.
    Instructions,
}

impl Figure {
    /// Its unit.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Flash => "bytes of flash",
            Self::Stack => "bytes of stack",
            Self::Instructions => "instructions",
        }
    }

    fn of(self, figures: &Figures) -> Option<u64> {
        match self {
            Self::Flash => Some(figures.sizes.flash_bytes),
            Self::Stack => Some(figures.stack_bytes),
            Self::Instructions => figures.instructions,
        }
    }
}

/// A figure that is not to be exceeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aim {
    /// Of what.
    pub what: &'static str,
    /// Which figure.
    pub figure: Figure,
    /// The most that it may be.
    pub at_most: u64,
}

const fn aim(what: &'static str, figure: Figure, at_most: u64) -> Aim {
    Aim {
        what,
        figure,
        at_most,
    }
}

/// All of them.
pub const AIMS: [Aim; 9] = [
    aim("es256_assertion", Figure::Instructions, 6_700_000),
    aim("es256_assertion", Figure::Flash, 24 * KB),
    aim("es256_assertion", Figure::Stack, 5 * KB),
    aim("hs256_assertion", Figure::Instructions, 45_000),
    aim("rs256_2048_assertion", Figure::Instructions, 75_000_000),
    aim("token_response", Figure::Instructions, 3_000),
    aim("token_response", Figure::Flash, 4 * KB),
    aim("client_credentials", Figure::Flash, 8 * KB),
    aim("client_credentials", Figure::Stack, KB),
];

/// How far an aim is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The aim.
    pub aim: Aim,
    /// What was measured.
    pub measured: u64,
}

impl Outcome {
    /// Whether it is met.
    pub fn is_met(self) -> bool {
        self.measured <= self.aim.at_most
    }
}

/// The outcome of each aim that something was measured for.
pub fn outcomes(figures: &[Figures]) -> Vec<Outcome> {
    let measured = |aim: &Aim| {
        let figures = figures.iter().find(|figures| {
            figures.what == aim.what && (figures.target, figures.opt_level) == AIMED_AT
        })?;
        aim.figure.of(figures)
    };
    AIMS.iter()
        .filter_map(|aim| {
            Some(Outcome {
                aim: *aim,
                measured: measured(aim)?,
            })
        })
        .collect()
}
