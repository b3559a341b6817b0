//! Processes that are ended from without, that have lost their standard streams, or are many.
//!
//! A signal ends the command at once and by itself, so a shell says 130 after Ctrl-C and a script's
//! loop ends with it. Nothing is left behind: no lock, no temporary file, no half of a token.

use core::time::Duration;
use std::{
    fs,
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::process::ExitStatusExt,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
    thread,
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use snow_token::{
    ExposeSecret,
    store::{FileStore, StoreKey, TokenStore},
};
use snow_token_end_to_end::{
    Outcome, fresh_home, kill_after, refresh_token_of_legacy, run, run_with_input, simulator,
    simulator_of, snow_token_as,
};
use snow_token_simulator::{Fault, InstanceOptions, RefreshTokens, Reissue, Simulator};

use crate::trial::{CONFIGURATION, NETWORK, Trial, UNEXPECTED, expect};

/// The signals that somebody who has enough of a command sends.
const ENDING: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT];

/// With the signals as they are for a command at a terminal: a shell's background job, which these tests
/// may be part of, does not hear of some.
fn start(command: &mut Command) -> Child {
    let mut started = Command::new("/usr/bin/env");
    started
        .arg("--default-signal")
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .stdin(Stdio::null());
    let set = command.get_envs();
    started.envs(set.filter_map(|(name, value)| Some((name, value?))));
    started
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn send(signal: Signal, child: &Child) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

fn wait_until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "waited in vain: {what}"
        );
        thread::sleep(Duration::from_millis(2));
    }
}

/// It ended by this signal and no other way, in silence.
#[track_caller]
fn ended_by(signal: Signal, output: &Output) {
    assert_eq!(output.status.signal(), Some(signal.as_raw()), "{output:?}");
    assert!(output.stdout.is_empty());
}

/// An instance that takes the request and says nothing.
fn silent() -> Trial {
    Trial::with(|simulator| simulator.inject(Fault::StallAfter(0)))
}

#[test]
fn a_signal_during_a_request_ends_it_at_once_and_the_next_command_waits_for_nobody() {
    for signal in ENDING {
        let mut trial = silent();
        let child = start(trial.command());
        wait_until("the request", || {
            trial.simulator().instance().token_requests() == 1
        });
        let began = Instant::now();
        send(signal, &child);
        let output = child.wait_with_output().unwrap();
        ended_by(signal, &output);
        trial.look_for_secrets(&String::from_utf8(output.stderr).unwrap());
        trial.look_for_leftovers();
        let before = trial.kept();
        assert!(before.is_some());
        let trial = trial.gets_a_token_with(&["token acquired"]);
        assert_ne!(trial.kept(), before);
        assert!(
            began.elapsed() < Duration::from_secs(20),
            "it waited for the lock"
        );
    }
}

/// The file is synced when it has all its bytes and is not yet in its place.
#[test]
fn a_signal_amid_the_writing_of_a_token_leaves_no_part_of_it() {
    for signal in [Signal::INT, Signal::TERM, Signal::KILL] {
        let go_on = fresh_home().join("go-on");
        let mut trial = Trial::of(simulator()).on_a_system_with("SYSTEM_SLOW_SYNC", &go_on);
        let before = trial.kept();
        let mut child = start(trial.command());
        let stderr = BufReader::new(child.stderr.take().unwrap());
        stderr
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains("token acquired"))
            .unwrap();
        thread::sleep(Duration::from_millis(200));
        assert!(
            child.try_wait().unwrap().is_none(),
            "it did not wait amid the writing"
        );
        send(signal, &child);
        ended_by(signal, &child.wait_with_output().unwrap());
        trial.look_for_leftovers();
        assert_eq!(trial.kept(), before);
        fs::write(go_on, "").unwrap();
        trial.gets_a_token_with(&["token acquired"]);
    }
}

#[test]
fn a_signal_ends_a_login_that_waits_and_its_port_is_free_again() {
    let simulator = simulator();
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
    let port = port.unwrap().port();
    let home = fresh_home();
    let mut login = snow_token_as(&simulator, "app");
    login
        .args(["login", "--no-browser"])
        .env("HOME", &home)
        .env("SERVICENOW_REDIRECT_PORT", port.to_string());
    let mut child = start(&mut login);
    let stderr = BufReader::new(child.stderr.take().unwrap());
    stderr
        .lines()
        .map_while(Result::ok)
        .find(|line| line.contains("oauth_auth.do"))
        .unwrap();
    send(Signal::INT, &child);
    ended_by(Signal::INT, &child.wait_with_output().unwrap());
    TcpListener::bind(("127.0.0.1", port)).unwrap();
    assert!(!home.join(".cache").exists());
    assert!(!home.join(".local").exists());
}

/// A login that is kept for the client `legacy`, and its home.
fn logged_in(refresh_tokens: RefreshTokens) -> (Simulator, PathBuf, StoreKey) {
    let simulator = simulator_of(InstanceOptions {
        refresh_tokens,
        reissue: Reissue::NewToken,
        ..InstanceOptions::default()
    });
    let home = fresh_home();
    let key = StoreKey::new(
        simulator.url(),
        "oauth2_authorization_code",
        simulator.client("legacy").client_id,
        None,
        None,
    );
    let token = refresh_token_of_legacy(&simulator);
    store(&home)
        .keep_refresh_token(&key, &token.into())
        .unwrap();
    (simulator, home, key)
}

fn store(home: &std::path::Path) -> FileStore {
    FileStore::in_folders(
        home.join(".cache/snow-token"),
        home.join(".local/state/snow-token"),
    )
}

fn refresh(simulator: &Simulator, home: &std::path::Path) -> Command {
    let mut command = snow_token_as(simulator, "legacy");
    command
        .args(["token", "--refresh"])
        .env("HOME", home)
        .env("SERVICENOW_AUTH_METHOD", "oauth2_authorization_code");
    command
}

/// Kills renewals of a login all over the time that one takes, and looks at what is kept after each.
fn kill_renewals(simulator: &Simulator, home: &std::path::Path, look: impl Fn(u32)) {
    const KILLS: u32 = 60;
    let began = Instant::now();
    let first = run(&mut refresh(simulator, home));
    assert_eq!(first.code, 0, "{}", first.stderr);
    let whole = began.elapsed();
    for kill in 0..KILLS {
        kill_after(&mut refresh(simulator, home), whole * kill / KILLS);
        look(kill);
    }
}

#[test]
fn a_login_outlives_any_number_of_kills() {
    let (simulator, home, key) = logged_in(RefreshTokens::SameToken);
    let login = store(&home).refresh_token(&key).unwrap().unwrap();
    kill_renewals(&simulator, &home, |kill| {
        let kept = store(&home).refresh_token(&key).unwrap().unwrap();
        assert_eq!(kept.expose_secret(), login.expose_secret(), "kill {kill}");
    });
    let next = run(&mut refresh(&simulator, &home));
    assert_eq!((next.code, next.stderr.as_str()), (0, ""));
}

/// Between the instance's answer and the disk nobody can help: the token that the instance holds good
/// is lost with the process. What is kept is whole all the same, and who must log in again is told so.
#[test]
fn a_rotated_login_is_kept_whole_by_a_kill_or_is_over_and_says_so() {
    let (simulator, home, key) = logged_in(RefreshTokens::Rotate);
    kill_renewals(&simulator, &home, |kill| {
        let kept = store(&home).refresh_token(&key).unwrap();
        assert!(!kept.unwrap().expose_secret().is_empty(), "kill {kill}");
        assert_eq!(set_aside(&home), 0, "kill {kill}");
    });
    let next = run(&mut refresh(&simulator, &home));
    match next.code {
        0 => assert_eq!(next.stderr, ""),
        code => {
            assert_eq!(code, 4, "{}", next.stderr);
            assert!(
                next.stderr
                    .contains("hint: the login may have run out: snow-token login"),
                "{}",
                next.stderr
            );
        }
    }
}

fn set_aside(home: &std::path::Path) -> usize {
    let entries = fs::read_dir(home.join(".local/state/snow-token")).unwrap();
    entries
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .path()
                .extension()
                .is_some_and(|found| found == "set-aside")
        })
        .count()
}

/// The command by a shell, which closes standard streams as `script` says.
fn by_shell(trial: &mut Trial, redirections: &str) -> ExitStatus {
    let command = trial.command();
    let mut shell = Command::new("/bin/sh");
    shell
        .arg("-c")
        .arg(format!("exec \"$0\" \"$@\" {redirections}"))
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear();
    shell.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let mut child = shell
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.wait().unwrap()
}

/// What is opened next would get the number of the stream that is closed, and what is printed with it.
#[test]
fn standard_streams_that_are_closed_are_no_way_into_a_file() {
    for redirections in [">&-", "2>&-", "<&-", "<&- >&- 2>&-"] {
        let mut trial = Trial::of(simulator());
        let before = trial.kept();
        let status = by_shell(&mut trial, redirections);
        assert_eq!(status.code(), Some(0), "{redirections}");
        assert_ne!(trial.kept(), before, "{redirections}");
        let file: Value = serde_json::from_slice(&fs::read(trial.cache_file()).unwrap()).unwrap();
        assert_eq!(file["version"], 1);
        trial.look_for_leftovers();
    }
}

#[test]
fn a_standard_output_that_is_full_fails_the_command_and_the_token_is_kept() {
    let mut trial = Trial::of(simulator());
    let before = trial.kept();
    assert_eq!(by_shell(&mut trial, ">/dev/full").code(), Some(1));
    assert_ne!(trial.kept(), before);
}

#[test]
fn a_standard_error_that_is_full_changes_nothing() {
    let mut trial = Trial::of(simulator());
    assert_eq!(by_shell(&mut trial, "2>/dev/full").code(), Some(0));
    let mut trial = Trial::at("https://127.0.0.1:1");
    assert_eq!(by_shell(&mut trial, "2>/dev/full").code(), Some(NETWORK));
}

#[test]
fn a_secret_from_a_standard_input_that_is_empty_is_none() {
    let mut trial = Trial::of(simulator());
    let command = trial.command();
    command
        .env_remove("SERVICENOW_CLIENT_SECRET")
        .env("SERVICENOW_CLIENT_SECRET_FILE", "-");
    let outcome = run_with_input(command, b"");
    assert_eq!(outcome.code, CONFIGURATION, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("SERVICENOW_CLIENT_SECRET"),
        "{}",
        outcome.stderr
    );
    assert_eq!(trial.simulator().instance().token_requests(), 0);
}

/// Twenty at once, and what became of each.
fn twenty(trial: &mut Trial) -> Vec<Outcome> {
    let children: Vec<_> = (0..20).map(|_| start(trial.command())).collect();
    let outcomes = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().into());
    outcomes.collect()
}

#[test]
fn twenty_at_once_each_fail_in_their_turn_while_the_server_fails() {
    let mut trial = Trial::with(|simulator| {
        for _ in 0..20 {
            simulator
                .instance()
                .script_token_answer(503, "text/html", "busy");
        }
    });
    let before = trial.kept();
    for outcome in twenty(&mut trial) {
        expect(&outcome, UNEXPECTED, &["HTTP 503"]);
        trial.look_for_secrets(&outcome.stderr);
    }
    assert_eq!(trial.simulator().instance().token_requests(), 20);
    assert_eq!(trial.kept(), before);
    trial.look_for_leftovers();
}

/// The first waits for its answer, and the others for it: none for longer than it was told.
#[test]
fn twenty_at_once_all_end_while_the_server_is_silent() {
    let mut trial = Trial::with(|simulator| {
        for _ in 0..20 {
            simulator.inject(Fault::StallAfter(0));
        }
    })
    .within(1);
    let before = trial.kept();
    let began = Instant::now();
    for outcome in twenty(&mut trial) {
        let words = match outcome.stderr.contains("another process has held") {
            true => "is the instance reached at all?",
            false => "no whole answer after ",
        };
        expect(&outcome, NETWORK, &[words]);
        trial.look_for_secrets(&outcome.stderr);
    }
    assert!(began.elapsed() < Duration::from_secs(40));
    assert_eq!(trial.kept(), before);
    trial.look_for_leftovers();
}
