//! The program `snow-token-simulator`, and the command `demo` that has the same inside.

use std::{
    io::{BufRead, BufReader},
    process::Command,
};

use serde_json::Value;
use snow_token_end_to_end::{
    Running, run, simulator_program, simulator_with, snow_token, snow_token_as,
};
use snow_token_simulator::Options;

#[test]
fn the_program_prints_one_line_that_is_enough_to_use_it() {
    let mut program = Running::start(simulator_program().args(["--token-lifetime", "77"]));
    let program = program.child();
    let mut line = String::new();
    BufReader::new(program.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    let ready: Value = serde_json::from_str(&line).unwrap();
    let ca_file = ready["ca_file"].as_str().unwrap();
    let client = &ready["clients"][0];

    let outcome = run(snow_token()
        .args(["token", "--json"])
        .env("SERVICENOW_INSTANCE", ready["url"].as_str().unwrap())
        .env("SERVICENOW_CA_FILE", ca_file)
        .env(
            "SERVICENOW_CLIENT_ID",
            client["client_id"].as_str().unwrap(),
        )
        .env(
            "SERVICENOW_CLIENT_SECRET",
            client["client_secret"].as_str().unwrap(),
        ));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let token: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(token["expires_in"], 77);

    #[cfg(unix)]
    {
        let id = program.id().to_string();
        assert!(Command::new("kill").arg(id).status().unwrap().success());
        assert!(program.wait().unwrap().success());
        assert!(
            !std::path::Path::new(ca_file).exists(),
            "it left its file behind"
        );
    }
}

#[test]
fn the_program_listens_for_other_machines_only_when_told() {
    let outcome = run(simulator_program().args(["--listen", "0.0.0.0:0"]));
    assert_eq!(outcome.code, 1);
    assert_eq!(outcome.stdout, "");
    assert!(
        outcome.stderr.contains("other machines"),
        "{}",
        outcome.stderr
    );
    let outcome = run(simulator_program().args(["--listen", "0.0.0.0:0", "--allow-remote"]));
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stderr.contains("by which name"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn clients_that_use_another_name_find_it_in_the_certificate() {
    let simulator = simulator_with(Options {
        names: vec!["localhost".to_owned()],
        ..Options::default()
    });
    assert!(simulator.url().starts_with("https://localhost:"));
    let outcome = run(snow_token_as(&simulator, "reader")
        .arg("token")
        // Nobody listens on port 1: a proxy has no business on this machine.
        .env("HTTPS_PROXY", "http://127.0.0.1:1"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

#[test]
fn the_demo_shows_every_step() {
    let outcome = run(snow_token().arg("demo"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stderr, "");
    for words in [
        "1. An instance",
        "2. TLS is verified",
        "3. A token",
        "4. A record is written",
        "HTTP 201, INC0010001",
        "5. The record is read back",
        "6. A scope that is too small",
        "it lacks table_read_write",
        "7. A token runs out",
        "All 7 steps done",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words}: {}",
            outcome.stdout
        );
    }
}
