//! Whether the time that core takes tells anything of the secrets that it works with, as dudect looks
//! for it: times of two classes of secrets, one at a time in random order, and Welch's test.
//!
//! ```console
//! $ cargo bench -p snow-token-vectors --bench constant-time
//! ```
//!
//! Beside short operations and beside long ones stands a control, which is known to give its secret
//! away. Where it does not, the machine has too much else to do, and nothing can be said of the
//! others either: the exit code is 2. It is 1 where the time of core depends on a secret.

mod control;
mod measure;
mod rsa_keys;
mod subjects;
mod welch;

use std::process::ExitCode;

use measure::{Finding, NOTHING, SURE};

/// Operations that are measured alike.
struct Group {
    control: Finding,
    findings: Vec<Finding>,
}

fn main() -> ExitCode {
    let groups = [
        Group {
            control: control::comparison(),
            findings: subjects::short(),
        },
        Group {
            control: control::power(),
            findings: subjects::long(),
        },
    ];
    print(&groups);
    let all = || groups.iter().flat_map(|group| &group.findings);
    let controls = || groups.iter().map(|group| &group.control);
    if all().any(|finding| finding.t.abs() > SURE) && controls().all(|found| found.t.abs() > SURE) {
        return ExitCode::from(1);
    }
    match controls().all(|found| found.t.abs() > SURE) && all().all(|f| f.t.abs() < NOTHING) {
        true => ExitCode::SUCCESS,
        false => ExitCode::from(2),
    }
}

/// A table in Markdown.
fn print(groups: &[Group]) {
    println!("| Operation | Secrets | Samples | Rounds | Median | t | |");
    println!("|---|---|---:|---:|---:|---:|---|");
    for group in groups {
        let shows = group.control.t.abs() > SURE;
        line(
            &group.control,
            match shows {
                true => "control: seen",
                false => "control: NOT SEEN",
            },
        );
        for finding in &group.findings {
            line(
                finding,
                match finding.t.abs() {
                    _ if !shows => "cannot tell",
                    t if t > SURE => "DEPENDS on the secret",
                    t if t < NOTHING => "nothing seen",
                    _ => "not sure",
                },
            );
        }
    }
    println!(
        "\nt is Welch's, of all shares of the fastest samples the farthest from 0, in the round in \
         which it was nearest: above {SURE} a difference is real, below {NOTHING} none is seen."
    );
}

fn line(finding: &Finding, verdict: &str) {
    let Finding {
        operation,
        classes: [first, second],
        samples,
        rounds,
        median_ns,
        t,
    } = finding;
    println!(
        "| {operation} | {first}; {second} | {samples} | {rounds} | {:.2} µs | {t:.1} | {verdict} |",
        *median_ns as f64 / 1e3
    );
}
