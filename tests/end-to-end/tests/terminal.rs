//! What is different where a person sits at a terminal: a pseudo-terminal by util-linux's `script`.
#![cfg(target_os = "linux")]

use core::time::Duration;
use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
    thread,
};

use snow_token_end_to_end::{simulator, snow_token, snow_token_as};
use snow_token_simulator::Simulator;

/// Runs the command with a terminal as its standard input, output and error.
fn at_a_terminal(command: &Command) -> Child {
    let words = [command.get_program()]
        .into_iter()
        .chain(command.get_args());
    let words: Vec<_> = words
        .map(|word| format!("'{}'", word.to_str().unwrap()))
        .collect();
    let mut script = Command::new("script");
    script
        .args(["-qec", &words.join(" "), "/dev/null"])
        .env_clear();
    script.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    script
        .env("TERM", "xterm")
        .env("PATH", std::env::var_os("PATH").unwrap());
    script.stdin(Stdio::piped()).stdout(Stdio::piped());
    script.spawn().expect("util-linux's script runs")
}

fn everything_from(mut child: Child) -> (String, Option<i32>) {
    let mut printed = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut printed)
        .unwrap();
    (printed, child.wait().unwrap().code())
}

#[test]
fn a_secret_that_is_missing_is_asked_for_and_not_shown() {
    let simulator = simulator();
    let client = simulator.client("reader");
    let mut command = snow_token();
    command
        .arg("token")
        .env("SERVICENOW_INSTANCE", simulator.url())
        .env("SERVICENOW_CA_FILE", simulator.ca_file())
        // A client ID by itself means a login through the browser.
        .env("SERVICENOW_AUTH_METHOD", "oauth2_client_credentials")
        .env("SERVICENOW_CLIENT_ID", &client.client_id);
    let mut child = at_a_terminal(&command);
    let mut stdout = child.stdout.take().unwrap();
    // What is typed before the question would be dropped by it.
    let mut printed = Vec::new();
    while !printed.ends_with(b"The client secret: ") {
        let mut byte = [0];
        stdout.read_exact(&mut byte).unwrap();
        printed.push(byte[0]);
    }
    // The terminal stops to show what is typed right after the question.
    thread::sleep(Duration::from_millis(200));
    writeln!(child.stdin.take().unwrap(), "{}", client.client_secret).unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0), "{rest}");
    assert!(!rest.contains(&client.client_secret), "{rest}");
    assert_eq!(rest.trim().len(), 86, "{rest}");
}

#[test]
fn json_is_indented() {
    let simulator = simulator();
    let request = |simulator: &Simulator, extra: &[&str]| {
        let mut command = snow_token_as(simulator, "reader");
        command
            .args(["request", "GET", "/api/now/table/incident"])
            .args(extra);
        everything_from(at_a_terminal(&command))
    };
    assert_eq!(
        request(&simulator, &[]),
        ("{\r\n  \"result\": []\r\n}\r\n".to_owned(), Some(0))
    );
    assert_eq!(
        request(&simulator, &["--raw"]),
        ("{\"result\":[]}\r\n".to_owned(), Some(0))
    );
}

#[test]
fn the_doctor_uses_marks_and_colours_unless_asked_not_to() {
    let simulator = simulator();
    let doctor = |no_color: &str| {
        let mut command = snow_token_as(&simulator, "reader");
        command.arg("doctor").env("NO_COLOR", no_color);
        everything_from(at_a_terminal(&command)).0
    };
    assert!(doctor("").contains("\u{1b}[32m✓"));
    let plain = doctor("1");
    assert!(plain.contains('✓') && !plain.contains('\u{1b}'), "{plain}");
}
