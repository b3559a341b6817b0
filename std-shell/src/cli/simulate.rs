//! `snow-token simulate`: a simulated instance to develop against.

use std::io::{self, Write};

use clap::Args;
use snow_token::settings::keys::PROFILE;
use snow_token_simulator::Arguments as Simulation;

use super::{Failure, settings::SettingFlags};

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    simulation: Simulation,
}

/// `--profile` names the scenario too: what a profile is to an instance.
pub(crate) fn run(
    mut arguments: Arguments,
    settings: &SettingFlags,
    out: &mut impl Write,
) -> Result<(), Failure> {
    if arguments.simulation.scenario.is_none() {
        arguments.simulation.scenario = settings.get(PROFILE).map(Into::into);
    }
    arguments
        .simulation
        .run(out)
        .map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::Output(error),
            _ => Failure::Input(format!("the simulated instance cannot run: {error}")),
        })
}
