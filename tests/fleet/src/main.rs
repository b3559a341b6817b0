//! `snow-token-fleet`: what a fleet of gateways asks of its instance, as figures and as a picture.

use core::{
    error::Error,
    sync::atomic::{AtomicUsize, Ordering},
};
use std::{fs, path::PathBuf, sync::OnceLock, thread};

use clap::Parser;
use snow_token_fleet::{
    Fleet, Outcome,
    plot::{self, Panel},
    report::{Figures, TABLE_HEAD},
    scenario::{self, Scenario},
    simulate,
};

/// Simulates a fleet of gateways and one instance, and prints what was measured.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// How many gateways
    #[arg(long, default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000))]
    gateways: u32,
    /// Over how many seconds the token requests of the fleet are spread
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=840))]
    spread: u32,
    /// What all random numbers come of
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One scenario alone
    #[arg(long)]
    only: Option<String>,
    /// A line of JSON for each row, instead of a table
    #[arg(long)]
    json: bool,
    /// Draws the token requests into this file
    #[arg(long, value_name = "PATH")]
    svg: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let Arguments { gateways, seed, .. } = arguments;
    let scenarios = match &arguments.only {
        None => scenario::all(gateways),
        Some(name) => vec![scenario::named(name, gateways).ok_or("no such scenario")?],
    };
    let spread = Fleet {
        gateways,
        spread_secs: arguments.spread,
        seed,
    };
    let at_once = Fleet {
        spread_secs: 0,
        ..spread
    };
    let runs: Vec<_> = scenarios
        .iter()
        .flat_map(|scenario| [(scenario, spread), (scenario, at_once)])
        .collect();
    let outcomes = simulate_all(&runs);

    let rows = runs.iter().zip(&outcomes);
    let figures = rows.map(|((scenario, fleet), outcome)| Figures::new(scenario, *fleet, outcome));
    if arguments.json {
        figures.for_each(|figures| println!("{}", figures.json()));
    } else {
        println!("{TABLE_HEAD}");
        figures.for_each(|figures| println!("{}", figures.row()));
        println!("\n{LEGEND}");
    }
    if let Some(path) = &arguments.svg {
        let panels = scenarios.iter().zip(outcomes.chunks(2));
        let panels = panels.map(|(scenario, outcomes)| Panel {
            scenario,
            spread: &outcomes[0].traffic,
            at_once: &outcomes[1].traffic,
        });
        let panels: Vec<_> = panels.collect();
        fs::write(path, plot::svg(&panels, spread))?;
    }
    Ok(())
}

const LEGEND: &str = "\
Token requests; each scenario once with the spread, and once with none. The bounds are \
*e n*/*s* a second for *n* gateways with a spread of *s* seconds, and six standard deviations more, \
in a window that is a tenth of a second longer. \
Back: how long after power, link or instance came back, or the tokens ended or were revoked, so many \
gateways had a token that is taken. Lost: readings, of one each ten minutes, that are neither in the \
instance nor in a queue at the end.";

/// Plays the scenarios, as many at a time as there are processors.
fn simulate_all(runs: &[(&Scenario, Fleet)]) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<OnceLock<Outcome>> = runs.iter().map(|_| OnceLock::new()).collect();
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some((scenario, fleet)) = runs.get(index) else {
                        return;
                    };
                    eprintln!("{}, spread {} s", scenario.name, fleet.spread_secs);
                    outcomes[index].get_or_init(|| simulate(scenario, *fleet));
                }
            });
        }
    });
    let outcomes = outcomes.into_iter().map(OnceLock::into_inner);
    outcomes
        .map(|outcome| outcome.expect("each was played"))
        .collect()
}
