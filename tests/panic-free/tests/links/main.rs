//! That nothing of core can panic: a program that calls all of it links, though its panic handler does
//! not. What cannot be had in that way is listed, in `excuses`.

mod excuses;

use std::{collections::BTreeSet, fs, path::Path, process::Command};

use snow_token_device::{
    cortex_m,
    elf::{self, Origin, PanicCall},
    firmware::{Program, Progress},
};

use self::excuses::{EXCUSES, Excuse, OF_OTHER_COMPILERS};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
const PROGRAM: &str = "panic-free";
const CORTEX_M4F: &str = "thumbv7em-none-eabihf";
const CORTEX_M0: &str = "thumbv6m-none-eabi";
/// What the panic handler calls, and nobody defines.
const UNDEFINED: &str = "a_panic_can_be_reached";

#[test]
fn all_that_needs_no_excuse_links_and_so_cannot_panic() {
    for target in [CORTEX_M4F, CORTEX_M0] {
        let elf = link(target, &[], "z").unwrap_or_else(|said| panic!("{target}: {said}"));
        assert_eq!(
            elf::names_of_allocators(&elf).unwrap(),
            [""; 0],
            "{target} has a heap"
        );
    }
    link(CORTEX_M4F, &[], "s").unwrap_or_else(|said| panic!("at opt-level s: {said}"));
}

/// So that the test above is not one that links whatever there is.
#[test]
fn what_can_panic_does_not_link() {
    let said = link(CORTEX_M4F, &["can-panic"], "z").expect_err("it links");
    assert!(said.contains(UNDEFINED), "{said}");
}

#[test]
fn what_else_can_panic_is_excused() {
    let elf = link(CORTEX_M4F, &["panics-link"], "z").unwrap_or_else(|said| panic!("{said}"));
    let calls = elf::panic_calls(&elf).unwrap();
    assert!(
        !calls.is_empty(),
        "the program's debug information is not understood"
    );

    let unexcused: BTreeSet<_> = calls
        .iter()
        .filter(|call| !is_excused(call))
        .map(told)
        .collect();
    assert!(unexcused.is_empty(), "nothing excuses {unexcused:#?}");

    // Another compiler, which builds its own core, puts other functions into their callers.
    if builds_core() {
        println!("what needs no excuse any more is not looked for with this compiler");
        return;
    }
    let is_there = |excuse: &&Excuse| calls.iter().any(|call| excuses(excuse, call));
    let gone = EXCUSES.iter().filter(|excuse| !is_there(excuse));
    let gone: Vec<_> = gone
        .map(|(origin, function, _)| (origin, function))
        .collect();
    assert!(gone.is_empty(), "these need no excuse any more: {gone:#?}");

    let own = elf::locations(&elf)
        .unwrap()
        .into_iter()
        .filter_map(|location| {
            let Origin::Own(file) = location.origin else {
                return None;
            };
            (!is_log(&file, location.line)).then(|| format!("{file}:{}", location.line))
        });
    let own: Vec<_> = own.collect();
    assert!(own.is_empty(), "core can panic: {own:#?}");
}

/// Whether the compiler is one that has no core library of its own for a Cortex-M.
fn builds_core() -> bool {
    const BUILD_STD: &str = "CARGO_UNSTABLE_BUILD_STD";
    let cargo = cortex_m::cargo(CORTEX_M4F);
    let is_set = |cargo: Command| cargo.get_envs().any(|(name, _)| name == BUILD_STD);
    std::env::var_os(BUILD_STD).is_some() || cargo.is_some_and(is_set)
}

fn is_excused(call: &PanicCall) -> bool {
    // What the compiler has put together from several places of a crate has no name of its own; of
    // several crates, it stands in the calls.
    let is_anonymous = elf::is_outlined(&call.frame.function);
    if is_anonymous && whose(call).contains("tests/panic") {
        return true;
    }
    let mut all = EXCUSES.iter().chain(OF_OTHER_COMPILERS);
    all.any(|excuse| excuses(excuse, call) || is_anonymous && is_of(excuse.0, call))
}

fn excuses((origin, excused, _): &Excuse, call: &PanicCall) -> bool {
    is_of(origin, call) && last_name(&call.frame.function) == *excused
}

fn is_of(origin: &str, call: &PanicCall) -> bool {
    whose(call) == origin
}

/// A function's own name: how its path and its types are written is not the same in all versions.
fn last_name(function: &str) -> &str {
    let path = function
        .split_once(">>::")
        .map_or(function, |(_, name)| name);
    let path = match path.strip_suffix('>') {
        Some(_) => path.rsplit_once("::<").map_or(path, |(path, _)| path),
        None => path,
    };
    path.rsplit_once("::").map_or(path, |(_, name)| name)
}

/// A crate's name, without its version; a file's path, where it is the workspace's.
fn whose(call: &PanicCall) -> &str {
    match &call.frame.origin {
        Origin::Own(file) => file,
        Origin::Dependency(package) => package
            .rsplit_once('-')
            .map_or(package.as_str(), |(name, _)| name),
        Origin::Library => "core",
        Origin::Unknown => "nobody",
    }
}

fn told(call: &PanicCall) -> String {
    let (origin, frame) = (whose(call), &call.frame);
    format!(
        "{origin}: {}, line {}, calls {}",
        frame.function, frame.line, call.callee
    )
}

/// A line of the log knows its place, too.
fn is_log(file: &str, line: u32) -> bool {
    let source = fs::read_to_string(Path::new(WORKSPACE).join(file)).unwrap();
    let line = source.lines().nth(line.saturating_sub(1) as usize);
    line.is_some_and(|line| line.contains("log_line!"))
}

/// The program with these features; or what was said where it does not link.
fn link(target: &'static str, features: &[&str], opt_level: &str) -> Result<Vec<u8>, String> {
    let features = [&["firmware"], features].concat();
    let opt_level_is = format!("profile.firmware.opt-level='{opt_level}'");
    let program = Program {
        package: env!("CARGO_PKG_NAME"),
        bin: PROGRAM,
        target,
        arguments: &["--features", &features.join(","), "--config", &opt_level_is],
        file_name: &format!("{PROGRAM}-{}-{opt_level}", features.join("-")),
    };
    let elf = program.build(Progress::Quiet);
    elf.map(|path| fs::read(path).unwrap())
        .map_err(|error| error.to_string())
}
