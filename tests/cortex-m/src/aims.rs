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

#[cfg(test)]
mod tests {
    use snow_token_device::elf::Sizes;

    use super::*;

    fn figures(target: Target, opt_level: OptLevel, instructions: u64) -> Figures {
        Figures {
            what: "token_response",
            target,
            opt_level,
            sizes: Sizes {
                flash_bytes: 4_097,
                static_ram_bytes: 128,
            },
            stack_bytes: 300,
            stack_bound_bytes: 400,
            instructions: Some(instructions),
        }
    }

    #[test]
    fn an_aim_is_met_up_to_its_figure_and_no_further() {
        let (target, opt_level) = AIMED_AT;
        let outcomes = outcomes(&[figures(target, opt_level, 3_000)]);
        let met: Vec<_> = outcomes
            .iter()
            .map(|outcome| (outcome.aim.figure, outcome.measured, outcome.is_met()))
            .collect();
        assert_eq!(
            met,
            [
                (Figure::Instructions, 3_000, true),
                (Figure::Flash, 4_097, false),
            ]
        );
    }

    #[test]
    fn figures_of_another_chip_or_optimization_are_none_that_an_aim_is_for() {
        let others = [
            figures(Target::Thumbv6m, OptLevel::S, 1),
            figures(Target::Thumbv7em, OptLevel::Z, 1),
        ];
        assert_eq!(outcomes(&others), []);
    }

    #[test]
    fn each_aim_is_for_a_part_that_is_measured() {
        let parts = crate::firmware::PARTS;
        for aim in AIMS {
            assert!(parts.iter().any(|part| part.what == aim.what), "{aim:?}");
        }
    }
}
