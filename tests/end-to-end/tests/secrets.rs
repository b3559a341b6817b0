//! Where a secret or a token must not be: arguments, logs, and the memory of a command that has done
//! its work.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use snow_token_end_to_end::{Running, fresh_home, private_file, run, simulator, snow_token_as};
use snow_token_simulator::{Fault, Simulator};

/// The command `token` with its secret in a file, as the environment is a part of the memory.
fn token_by_file(simulator: &Simulator, home: &Path) -> Command {
    let secret = simulator.client("reader").client_secret;
    let secret = private_file(home, "secret", secret);
    let mut command = snow_token_as(simulator, "reader");
    command
        .arg("token")
        .env("HOME", home)
        .env_remove("SERVICENOW_CLIENT_SECRET")
        .env("SERVICENOW_CLIENT_SECRET_FILE", secret);
    command
}

/// The secret as it is, and as it travels.
fn forms_of(secret: &str) -> Vec<Vec<u8>> {
    let encoded: String = secret
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'*' | b'-' | b'.' | b'_' => {
                char::from(byte).to_string()
            }
            b' ' => "+".to_owned(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    vec![secret.as_bytes().to_vec(), encoded.into_bytes()]
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(bytes, part).is_some()
}

/// The memory of the command at the moment when it ends, and what it printed.
fn core_dump(command: &Command, home: &Path) -> (Vec<u8>, String) {
    let core: PathBuf = home.join("core");
    let mut debugger = Command::new("gdb");
    debugger.args(["-q", "-batch", "-nx"]);
    for step in [
        "set pagination off",
        "set debuginfod enabled off",
        "catch syscall exit_group",
        "run",
        &format!("gcore {}", core.display()),
        "kill",
    ] {
        debugger.args(["-ex", step]);
    }
    debugger
        .arg("--args")
        .arg(command.get_program())
        .args(command.get_args());
    debugger.env_clear().stdin(Stdio::null());
    debugger.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if let Some(path) = std::env::var_os("PATH") {
        debugger.env("PATH", path);
    }
    let output = debugger.output().expect("gdb runs: install Debian's gdb");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let dump = fs::read(&core).unwrap_or_else(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        panic!("no core dump ({error}):\n{printed}\n{said}")
    });
    (dump, printed)
}

#[test]
fn the_memory_of_a_command_that_is_done_holds_neither_secret_nor_token() {
    let simulator = simulator();
    let home = fresh_home();
    let client = simulator.client("reader");
    for source in ["instance", "cache"] {
        let (dump, printed) = core_dump(&token_by_file(&simulator, &home), &home);
        let is_token = |line: &&str| line.len() == 86 && !line.contains(' ');
        let token = printed
            .lines()
            .find(is_token)
            .unwrap_or_else(|| panic!("no token in {printed}"));
        // What is not wiped is found: the search finds something.
        assert!(
            contains(&dump, client.client_id.as_bytes()),
            "the dump is no dump"
        );
        for secret in forms_of(&client.client_secret) {
            assert!(
                !contains(&dump, &secret),
                "the secret, token from the {source}"
            );
        }
        for part in [&token[..40], &token[40..]] {
            assert!(
                !contains(&dump, part.as_bytes()),
                "the token, from the {source}"
            );
        }
    }
    assert_eq!(simulator.instance().token_requests(), 1);
}

#[test]
fn no_secret_stands_among_the_arguments_while_a_command_runs() {
    let simulator = simulator();
    let home = fresh_home();
    simulator.inject(Fault::StallAfter(0));
    let mut running = Running::start(
        token_by_file(&simulator, &home)
            .arg("-vvvv")
            .stderr(Stdio::null()),
    );
    while simulator.instance().token_requests() == 0 {
        std::thread::yield_now();
    }
    let id = running.child().id();
    let arguments = fs::read(format!("/proc/{id}/cmdline")).unwrap();
    let environment = fs::read(format!("/proc/{id}/environ")).unwrap();
    assert!(contains(&arguments, b"token"));
    for secret in forms_of(&simulator.client("reader").client_secret) {
        assert!(!contains(&arguments, &secret));
        assert!(!contains(&environment, &secret));
    }
}

#[test]
fn logs_of_every_level_hold_neither_secret_nor_token() {
    let simulator = simulator();
    for arguments in [&["-v"][..], &["-vv"], &["-vvvvv"], &["--refresh", "-vvvvv"]] {
        let outcome = run(token_by_file(&simulator, &fresh_home()).args(arguments));
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("token acquired"),
            "{}",
            outcome.stderr
        );
        for secret in forms_of(&simulator.client("reader").client_secret) {
            assert!(!contains(outcome.stderr.as_bytes(), &secret));
        }
        assert!(!outcome.stderr.contains(&outcome.stdout.trim()[..40]));
    }
}
