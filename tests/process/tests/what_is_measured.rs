//! What is measured does what it is measured for.

use std::path::{Path, PathBuf};

use snow_token_process::{Folder, Instance, Prints, ProgramName, run, rust_programs, token};

const LAUNCHER: &str = env!("CARGO_BIN_EXE_process-launch");

/// The programs that the workspace builds: all of them are in one folder.
fn folder() -> Folder {
    snow_token_end_to_end::program("snow-token");
    let launcher = Path::new(LAUNCHER);
    Folder(launcher.parent().map_or_else(PathBuf::new, Path::to_owned))
}

#[test]
fn each_program_in_rust_prints_the_same_token_and_costs_something() {
    let folder = folder();
    let instance = Instance::start(Path::new(&folder.program("snow-token"))).unwrap();
    let home = tempfile::tempdir().unwrap();
    let programs = rust_programs(&folder, home.path(), &instance).unwrap();
    let token = token(&programs).unwrap();
    for program in &programs {
        let cost = run(LAUNCHER, program, &token).unwrap();
        let figures = [cost.wall_ms, cost.cpu_ms, cost.memory_kib];
        assert!(figures.iter().all(|figure| *figure > 0.0), "{cost:?}");
        assert!(!program.version.contains('?'), "{}", program.version);
    }

    let mut silent = programs[0].clone();
    assert_eq!(silent.name, ProgramName::Empty);
    silent.prints = Prints::Token;
    let error = run(LAUNCHER, &silent, &token).unwrap_err().to_string();
    assert!(error.contains("does not print what it should"), "{error}");
    silent.command = vec!["false".to_owned()];
    let error = run(LAUNCHER, &silent, &token).unwrap_err().to_string();
    assert!(error.contains("failed"), "{error}");
}
