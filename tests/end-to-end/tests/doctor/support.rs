//! The command run, and what it said taken apart.

use std::process::Command;

use serde_json::Value;
use snow_token_end_to_end::{run, snow_token_as};
use snow_token_simulator::Simulator;

/// Those of every method, in order.
pub(crate) const NAMES: [&str; 13] = [
    "settings",
    "white_space",
    "proxy",
    "dns",
    "tcp",
    "tls",
    "http",
    "clock",
    "hibernation",
    "token_endpoint",
    "grant",
    "scope",
    "table_api",
];

/// What `doctor --json` said.
pub(crate) struct Examined {
    pub(crate) code: i32,
    pub(crate) checks: Vec<Value>,
    pub(crate) stderr: String,
}

impl Examined {
    pub(crate) fn check(&self, name: &str) -> &Value {
        let found = self.checks.iter().find(|check| check["name"] == name);
        found.unwrap_or_else(|| panic!("no check {name}: {:#?}", self.checks))
    }

    pub(crate) fn outcome(&self, name: &str) -> &str {
        self.check(name)["outcome"].as_str().unwrap()
    }

    /// All that a check says.
    pub(crate) fn text(&self, name: &str) -> String {
        let check = self.check(name);
        let lines = ["details", "advice"].map(|lines| check[lines].as_array().unwrap());
        let lines = lines
            .into_iter()
            .flatten()
            .map(|line| line.as_str().unwrap());
        let found = check["found"].as_str().unwrap();
        core::iter::once(found)
            .chain(lines)
            .collect::<Vec<_>>()
            .join("\n")
    }

    pub(crate) fn has_words(&self, name: &str, words: &[&str]) {
        let text = self.text(name);
        for words in words {
            assert!(text.contains(words), "{name}: no {words:?} in: {text}");
        }
    }

    /// This check failed, with these words, and all after it were skipped for that.
    pub(crate) fn failed_at(&self, name: &str, code: i32, words: &[&str]) {
        assert_eq!(self.outcome(name), "failed", "{:#?}", self.checks);
        assert_eq!(self.code, code, "{:#?}", self.checks);
        self.has_words(name, words);
        let after = self.checks.iter().skip_while(|check| check["name"] != name);
        for check in after.skip(1) {
            assert_eq!(check["outcome"], "skipped", "{check}");
            let because = check["found"].as_str().unwrap();
            assert!(because.ends_with(" failed"), "{because}");
        }
    }
}

pub(crate) fn examine(command: &mut Command) -> Examined {
    examine_with(command, &[])
}

pub(crate) fn examine_with(command: &mut Command, arguments: &[&str]) -> Examined {
    let outcome = run(command.args(["doctor", "--json"]).args(arguments));
    let json: Value = serde_json::from_str(&outcome.stdout)
        .unwrap_or_else(|_| panic!("no JSON: {} {}", outcome.stdout, outcome.stderr));
    Examined {
        code: outcome.code,
        checks: json["checks"].as_array().unwrap().clone(),
        stderr: outcome.stderr,
    }
}

pub(crate) fn examine_as(simulator: &Simulator, client: &str) -> Examined {
    examine(&mut snow_token_as(simulator, client))
}
