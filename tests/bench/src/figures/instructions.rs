//! Instructions, which do not depend on what else the machine does: this program once more, under
//! valgrind, which writes a file for each run of a contender.
//!
//! Valgrind's processor has neither SHA extensions nor AVX-512: what uses them runs its other code.

use std::{env, fs, hint::black_box, io, path::Path, process::Command};

use crate::{Contender, contests};

/// What is counted: [`counted_run`], by the name that valgrind has for it.
const COUNTED: &str = concat!(module_path!(), "::counted_run");

/// The instructions of one run of each contender of each contest, in order. The program `this` must
/// call [`run_each_once`] when its one argument is `argument`.
pub fn count_each(argument: &str) -> io::Result<Vec<u64>> {
    let folder = env::temp_dir().join(format!("snow-token-bench-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let counts = count_in(&folder, argument);
    fs::remove_dir_all(&folder)?;
    counts
}

fn count_in(folder: &Path, argument: &str) -> io::Result<Vec<u64>> {
    let out = folder.join("out");
    let status = Command::new("valgrind")
        .args(["--quiet", "--tool=callgrind", "--collect-atstart=no"])
        .arg(format!("--toggle-collect={COUNTED}"))
        .arg(format!("--dump-after={COUNTED}"))
        .arg(format!("--callgrind-out-file={}", out.display()))
        .arg(env::current_exe()?)
        .arg(argument)
        .status()
        .map_err(|error| io::Error::new(error.kind(), format!("valgrind: {error}")))?;
    if !status.success() {
        return Err(io::Error::other(format!("valgrind: {status}")));
    }
    let contenders: usize = contests()
        .iter()
        .map(|contest| 1 + contest.rivals.len())
        .sum();
    (1..=contenders)
        .map(|part| total(&folder.join(format!("out.{part}"))))
        .collect()
}

/// The line `totals: N` of callgrind's output.
fn total(file: &Path) -> io::Result<u64> {
    let text = fs::read_to_string(file)?;
    let total = text.lines().find_map(|line| line.strip_prefix("totals: "));
    let total = total.and_then(|total| total.trim().parse().ok());
    total
        .filter(|total| *total > 0)
        .ok_or_else(|| io::Error::other(format!("{}: nothing was counted", file.display())))
}

/// Runs each contender, and then once more to be counted: the first run initializes what is
/// initialized but once.
pub fn run_each_once() {
    for mut contest in contests() {
        for contender in contest.contenders() {
            run(contender);
            counted_run(contender);
        }
    }
}

#[inline(never)]
fn counted_run(contender: &mut Contender) {
    run(contender);
    // Or the call above would be the last thing, and a jump.
    black_box(());
}

fn run(contender: &mut Contender) {
    (contender.work)(&mut |output| {
        black_box(output);
    });
}
