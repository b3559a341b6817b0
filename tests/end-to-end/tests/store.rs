//! What is kept between processes: shared, private, never believed blindly, and whole whatever
//! happens to the process that writes it.

use core::time::Duration;
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use serde_json::Value;
use snow_token::{
    Client, Method, SecretString, Settings,
    settings::{ClientAuth, OAuthClient},
    store::FileStore,
};
use snow_token_end_to_end::{
    Outcome, fresh_home, kill_after, run, simulator, simulator_of, snow_token_as,
};
use snow_token_simulator::{InstanceOptions, Reissue, Simulator};

fn token(simulator: &Simulator, home: &Path, arguments: &[&str]) -> Outcome {
    run(&mut command(simulator, home, arguments))
}

fn command(simulator: &Simulator, home: &Path, arguments: &[&str]) -> Command {
    let mut command = snow_token_as(simulator, "reader");
    command.arg("token").args(arguments).env("HOME", home);
    command
}

fn cache(home: &Path) -> PathBuf {
    home.join(".cache/snow-token")
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect()
}

#[test]
fn a_token_is_had_from_the_cache_while_it_is_good() {
    let simulator = simulator();
    let home = fresh_home();
    let json = |arguments: &[&str]| -> Value {
        let outcome = token(&simulator, &home, arguments);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        serde_json::from_str(&outcome.stdout).unwrap()
    };
    assert_eq!(json(&["--json"])["source"], "instance");
    let cached = json(&["--json"]);
    assert_eq!(cached["source"], "cache");
    assert!(cached["expires_in"].as_u64().unwrap() <= 1800);
    assert_eq!(simulator.instance().token_requests(), 1);
    // Another scope is another token.
    assert_eq!(
        json(&["--json", "--scope", "table_read"])["source"],
        "instance"
    );
    assert_eq!(json(&["--json", "--refresh"])["source"], "instance");
    assert_eq!(json(&["--json", "--no-cache"])["source"], "instance");
    assert_eq!(simulator.instance().token_requests(), 4);
}

#[test]
fn a_token_within_its_margin_is_renewed_and_used_if_that_fails() {
    let simulator = simulator_of(InstanceOptions {
        token_lifetime: Duration::from_secs(90),
        reissue: Reissue::NewToken,
        ..InstanceOptions::default()
    });
    let home = fresh_home();
    let first = token(&simulator, &home, &[]);
    // Written down as 60 s older than it is: 30 s are left, within the margin of 45.
    let file = &files(&cache(&home), "json")[0];
    let mut content: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let requested_at = content["requested_at"].as_u64().unwrap();
    content["requested_at"] = (requested_at - 60).into();
    fs::write(file, content.to_string()).unwrap();

    simulator
        .instance()
        .script_token_answer(503, "text/html", "busy");
    let kept = token(&simulator, &home, &[]);
    assert_eq!(kept.stdout, first.stdout);
    assert!(kept.stderr.contains("was not renewed"), "{}", kept.stderr);
    let renewed = token(&simulator, &home, &[]);
    assert_ne!(renewed.stdout, first.stdout);
}

#[test]
fn what_is_kept_is_for_its_user_alone() {
    let simulator = simulator();
    let home = fresh_home();
    token(&simulator, &home, &[]);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&cache(&home)), 0o700);
    let entries = fs::read_dir(cache(&home)).unwrap();
    for entry in entries {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
    // A folder that somebody opened is closed again.
    fs::set_permissions(cache(&home), fs::Permissions::from_mode(0o755)).unwrap();
    token(&simulator, &home, &["--refresh"]);
    assert_eq!(mode(&cache(&home)), 0o700);
}

#[test]
fn a_file_that_is_torn_or_somebody_elses_is_set_aside_named_and_replaced() {
    let simulator = simulator();
    let home = fresh_home();
    let good = token(&simulator, &home, &[]).stdout;
    let file = files(&cache(&home), "json").remove(0);
    let content = fs::read(&file).unwrap();
    let foreign = String::from_utf8(content.clone())
        .unwrap()
        .replace("127.0.0.1", "127.0.0.2");
    let header_breaker = String::from_utf8(content.clone())
        .unwrap()
        .replace(good.trim(), "a\\r\\nb");
    for (what, spoilt, aside) in [
        ("torn", &content[..content.len() / 2], true),
        ("empty", b"", true),
        ("no JSON", b"\xff\xfe", true),
        ("foreign", foreign.as_bytes(), true),
        (
            "a token that breaks out of a header",
            header_breaker.as_bytes(),
            false,
        ),
    ] {
        fs::write(&file, spoilt).unwrap();
        let outcome = token(&simulator, &home, &[]);
        assert_eq!(outcome.code, 0, "{what}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, good, "{what}");
        if aside {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(outcome.stderr.contains(name), "{what}: {}", outcome.stderr);
            assert!(
                outcome.stderr.contains("set aside"),
                "{what}: {}",
                outcome.stderr
            );
            let set_aside = files(&cache(&home), "set-aside");
            assert_eq!(fs::read(&set_aside[0]).unwrap(), spoilt, "{what}");
        }
        let next = token(&simulator, &home, &[]);
        assert_eq!(
            (next.stdout, next.stderr.as_str()),
            (good.clone(), ""),
            "{what}"
        );
    }
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let outcome = token(&simulator, &home, &[]);
    assert!(
        outcome.stderr.contains("others could have written it"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn of_fifty_processes_that_ask_at_once_one_goes_to_the_network() {
    let simulator = simulator();
    let home = fresh_home();
    let children: Vec<_> = (0..50)
        .map(|_| {
            command(&simulator, &home, &[])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let outcomes: Vec<Outcome> = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap().into())
        .collect();
    for outcome in &outcomes {
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert_eq!(outcome.stdout, outcomes[0].stdout);
        assert_eq!(outcome.stderr, "");
    }
    assert_eq!(simulator.instance().token_requests(), 1);
}

#[test]
fn a_process_that_is_killed_at_any_moment_leaves_a_store_that_the_next_one_can_use() {
    const KILLS: u32 = 200;
    let simulator = simulator_of(InstanceOptions {
        reissue: Reissue::NewToken,
        ..InstanceOptions::default()
    });
    let home = fresh_home();
    // How long a renewal takes here, so that the kills fall all over it.
    let began = std::time::Instant::now();
    assert_eq!(token(&simulator, &home, &["--refresh"]).code, 0);
    let whole = began.elapsed();
    for kill in 0..KILLS {
        let mut renewal = command(&simulator, &home, &["--refresh"]);
        kill_after(&mut renewal, whole * kill / KILLS);
        for path in files(&cache(&home), "json") {
            let content: Value = serde_json::from_slice(&fs::read(&path).unwrap())
                .unwrap_or_else(|error| panic!("kill {kill}: {}: {error}", path.display()));
            assert_eq!(
                content["access_token"].as_str().unwrap().len(),
                86,
                "kill {kill}"
            );
        }
        if kill % 10 == 0 {
            let next = token(&simulator, &home, &[]);
            assert_eq!((next.code, next.stderr.as_str()), (0, ""), "kill {kill}");
        }
    }
    // What the killed ones left lying about is gone after the next renewal.
    assert_eq!(token(&simulator, &home, &["--refresh"]).code, 0);
    let left: Vec<_> = fs::read_dir(cache(&home))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 1, "{left:?}");
}

#[test]
fn who_waits_too_long_for_another_process_says_so_and_sends_nothing() {
    let simulator = simulator();
    let home = fresh_home();
    token(&simulator, &home, &[]);
    let folder = home.join(".local/state/snow-token");
    let lock = fs::File::open(&files(&folder, "lock")[0]).unwrap();
    lock.lock().unwrap();
    let outcome = token(&simulator, &home, &["--refresh", "--timeout-secs", "1"]);
    assert_eq!(outcome.code, 5, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("another process has held"),
        "{}",
        outcome.stderr
    );
    assert_eq!(simulator.instance().token_requests(), 1);
    // Whoever needs no renewal waits for nobody.
    assert_eq!(token(&simulator, &home, &[]).code, 0);
}

#[test]
fn a_file_of_a_newer_version_is_left_as_it_is() {
    let simulator = simulator();
    let home = fresh_home();
    token(&simulator, &home, &[]);
    let file = files(&cache(&home), "json").remove(0);
    let newer = fs::read_to_string(&file)
        .unwrap()
        .replace("\"version\": 1", "\"version\": 2");
    fs::write(&file, &newer).unwrap();
    let outcome = token(&simulator, &home, &[]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("newer version"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_refresh_token_that_cannot_be_kept_is_held_by_the_process() {
    let simulator = simulator_of(InstanceOptions {
        refresh_tokens: snow_token_simulator::RefreshTokens::Rotate,
        token_lifetime: Duration::from_secs(3),
        reissue: Reissue::NewToken,
        ..InstanceOptions::default()
    });
    let home = fresh_home();
    fs::write(home.join("state"), "a file where a folder should be").unwrap();
    let registered = simulator.client("legacy");
    let secret = SecretString::from(registered.client_secret.as_str());
    let client = OAuthClient::new(registered.client_id, ClientAuth::Body(secret));
    let refresh_token = snow_token_end_to_end::refresh_token_of_legacy(&simulator);
    let method = Method::RefreshToken {
        client,
        refresh_token: SecretString::from(refresh_token),
    };
    let settings =
        Settings::new(simulator.url().parse().unwrap(), method).with_ca_pem(simulator.ca_pem());
    let store = FileStore::in_folders(home.join("cache"), home.join("state"));
    let client = Client::builder(settings).with_store(store).build().unwrap();
    let first = client.token().unwrap();
    while client.token().unwrap().secret() == first.secret() {
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_logout_that_the_instance_sleeps_through_is_an_error_and_forgets_all_the_same() {
    let simulator = simulator();
    let home = fresh_home();
    token(&simulator, &home, &[]);
    simulator.instance().set_hibernating(true);
    let mut command = snow_token_as(&simulator, "reader");
    let outcome = run(command.arg("logout").env("HOME", &home));
    assert_eq!(outcome.code, 6, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("was not revoked"),
        "{}",
        outcome.stderr
    );
    assert!(files(&cache(&home), "json").is_empty());
}

#[test]
fn status_and_logout_show_and_forget_what_is_kept() {
    let simulator = simulator();
    let home = fresh_home();
    let run = |arguments: &[&str]| {
        let mut command = snow_token_as(&simulator, "reader");
        run(command.args(arguments).env("HOME", &home))
    };
    assert!(run(&["status"]).stdout.contains("none in the cache"));
    let token = run(&["token"]).stdout;
    let status = run(&["status"]);
    // Or still the whole half hour, within the same second.
    let is_whole = status.stdout.contains("good for 30 min 0 s");
    assert!(
        is_whole || status.stdout.contains("good for 29 min"),
        "{}",
        status.stdout
    );
    assert!(
        status.stdout.contains("oauth2_client_credentials"),
        "{}",
        status.stdout
    );
    assert!(!status.stdout.contains(token.trim()));
    assert!(
        !status
            .stdout
            .contains(&simulator.client("reader").client_secret)
    );
    let json: Value = serde_json::from_str(&run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(json["token"]["scope"], "table_read");
    assert_eq!(
        json["settings"]["SERVICENOW_CLIENT_SECRET"]["value"],
        Value::Null
    );
    let logout = run(&["logout"]);
    assert_eq!(logout.code, 0, "{}", logout.stderr);
    assert!(run(&["status"]).stdout.contains("none in the cache"));
    // It was revoked: the next one is another.
    assert_ne!(run(&["token"]).stdout, token);
}
