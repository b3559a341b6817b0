//! Bounds of stacks as text: tables for the documentation, or lines of JSON for a program.

use core::fmt::Write as _;
use std::collections::BTreeMap;

use snow_token_device::figures::grouped;

use crate::{firmware::Target, stack::StackBound};

/// How many of the deepest functions are told.
const DEEPEST: usize = 10;

/// A line for a program.
pub fn json(bound: &StackBound) -> String {
    // By hand, for the order; no name needs escapes.
    let mut line = format!(
        "{{\"what\":\"stack_bound\",\"function\":\"{}\",\"target\":\"{}\",\"opt\":\"{}\"",
        bound.function,
        bound.target.triple(),
        bound.opt_level.name(),
    );
    match &bound.bytes {
        Ok(bytes) => _ = write!(line, ",\"stack_bytes\":{bytes}"),
        Err(_) => line.push_str(",\"stack_bytes\":null"),
    }
    line.push_str(",\"through_registers\":");
    line.push_str(&list(&bound.through_registers));
    line.push_str(",\"callers_own\":");
    line.push_str(&list(&bound.callers_own));
    line.push('}');
    line
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    format!("[{}]", names.join(","))
}

/// The tables, with what it takes to understand them.
pub fn tables(all: &[StackBound]) -> String {
    let mut functions: BTreeMap<&str, [Option<&StackBound>; 2]> = BTreeMap::new();
    for bound in all {
        let both = functions.entry(&bound.function).or_default();
        for (target, known) in Target::ALL.iter().zip(both) {
            if bound.target == *target {
                *known = Some(bound);
            }
        }
    }
    let functions: Vec<[Option<&StackBound>; 2]> = functions.into_values().collect();
    let mut modules: BTreeMap<&str, [Option<&StackBound>; 2]> = BTreeMap::new();
    for bounds in functions.iter().flatten().flatten() {
        let deepest = modules.entry(&bounds.module).or_default();
        for (target, known) in Target::ALL.iter().zip(deepest) {
            let is_deeper = known.is_none_or(|known| depth(bounds) > depth(known));
            if bounds.target == *target && is_deeper {
                *known = Some(bounds);
            }
        }
    }

    let [one, other] = Target::ALL.map(Target::triple);
    let mut text = format!(
        "The most stack that a public function can take, proved from its code: the deepest of each \
         module.\n\n| module | on `{one}` | bytes | on `{other}` | bytes |\n|---|---|--:|---|--:|\n"
    );
    for (module, deepest) in &modules {
        let [one, other] = deepest.map(|bound| {
            bound.map_or_else(String::new, |bound| {
                format!("`{}` | {}", bound.function, bytes(bound))
            })
        });
        let _ = writeln!(text, "| `{module}` | {one} | {other} |");
    }
    let mut deepest = functions;
    deepest.sort_by_key(|bounds| {
        let bounds = bounds.first().copied().flatten();
        core::cmp::Reverse(bounds.map(depth))
    });
    let _ = writeln!(
        text,
        "\nThe deepest {DEEPEST} of all {}:\n\n| function | on `{one}` | on `{other}` |\n|---|--:|--:|",
        deepest.len()
    );
    for bounds in deepest.iter().take(DEEPEST) {
        let Some(function) = bounds.iter().flatten().next() else {
            continue;
        };
        let [one, other] = bounds.map(|bound| bound.map_or_else(String::new, bytes));
        let _ = writeln!(text, "| `{}` | {one} | {other} |", function.function);
    }
    let without = all.iter().filter(|bound| bound.bytes.is_err()).count();
    let through = all
        .iter()
        .filter(|bound| !bound.through_registers.is_empty());
    let _ = writeln!(
        text,
        "\nBytes at `opt-level` \"{}\", in the program of `tests/panic-free`, each with the frame of the \
         function that calls it there: what it is given is in that. Every way through the code is \
         followed, so that a bound holds for any input, as for RSA for the longest key. {} of {} \
         have no bound. {} reach calls through a register, which are taken to be meant for whatever \
         has been taken the address of on the way there; what a caller brings (a signer, a stream, \
         memory, what is written to) is there in its smallest form. In another program the compiler \
         may put functions into each other in other ways. Panics are not followed: none is reached, or it has an excuse there.",
        all.first().map_or("", |bound| bound.opt_level.name()),
        without,
        all.len(),
        through.count(),
    );
    text
}

/// Without a bound it is deeper than with any.
fn depth(bound: &StackBound) -> u64 {
    *bound.bytes.as_ref().unwrap_or(&u64::MAX)
}

fn bytes(bound: &StackBound) -> String {
    match &bound.bytes {
        Ok(bytes) => grouped(*bytes),
        Err(_) => "no bound".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::firmware::OptLevel;

    fn bound(function: &str, target: Target, bytes: Result<u64, String>) -> StackBound {
        StackBound {
            function: function.to_owned(),
            module: function.split("::").next().unwrap().to_owned(),
            target,
            opt_level: OptLevel::S,
            bytes,
            through_registers: vec!["core::fmt::write".to_owned()],
            callers_own: Vec::new(),
        }
    }

    #[test]
    fn a_line_for_a_program_is_json_with_the_names_that_were_agreed() {
        let line = json(&bound("outbox::Outbox::push", Target::Thumbv7em, Ok(1_234)));
        assert_eq!(
            line,
            r#"{"what":"stack_bound","function":"outbox::Outbox::push","target":"thumbv7em-none-eabihf","opt":"s","stack_bytes":1234,"through_registers":["core::fmt::write"],"callers_own":[]}"#
        );
        let line = json(&bound(
            "a::b",
            Target::Thumbv6m,
            Err("recursion".to_owned()),
        ));
        let line: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(line["stack_bytes"], Value::Null);
    }

    #[test]
    fn a_table_has_the_deepest_of_each_module_on_both_targets() {
        let text = tables(&[
            bound("form::encode", Target::Thumbv7em, Ok(1_000)),
            bound("form::encode", Target::Thumbv6m, Ok(900)),
            bound("form::decode", Target::Thumbv7em, Ok(500)),
            bound("form::decode", Target::Thumbv6m, Ok(2_000)),
            bound("json::show", Target::Thumbv7em, Err("recursion".to_owned())),
            bound("json::show", Target::Thumbv6m, Ok(1)),
        ]);
        for line in [
            "| `form` | `form::encode` | 1,000 | `form::decode` | 2,000 |",
            "| `json` | `json::show` | no bound | `json::show` | 1 |",
            "| `form::decode` | 500 | 2,000 |",
        ] {
            assert!(text.contains(line), "{line}\n{text}");
        }
        let [first, second] = ["| `json::show` | no", "| `form::encode` | 1"];
        let (_, deepest) = text.split_once("The deepest 10").unwrap();
        assert!(deepest.find(first) < deepest.find(second), "{text}");
        assert!(text.contains("1 of 6 have no bound"), "{text}");
    }
}
