//! Logins, refresh tokens, and the cache.

use std::{fs, path::Path};

use snow_token_end_to_end::{
    fresh_home, refresh_token_of_legacy, run, simulator, simulator_of, snow_token_as,
};
use snow_token_simulator::{InstanceOptions, RefreshTokens};

use crate::support::{NAMES, examine};

#[test]
fn nobody_is_logged_in() {
    let simulator = simulator();
    let mut command = snow_token_as(&simulator, "public_app");
    command.env_remove("SERVICENOW_CLIENT_SECRET");
    let examined = examine(&mut command);
    examined.failed_at("login", 3, &["nobody is logged in", "snow-token login"]);
    assert_eq!(examined.checks.len(), NAMES.len() + 1);
}

#[test]
fn a_refresh_token_that_comes_in_the_place_of_another_is_kept() {
    let simulator = simulator_of(InstanceOptions {
        refresh_tokens: RefreshTokens::Rotate,
        ..InstanceOptions::default()
    });
    let home = fresh_home();
    let token = refresh_token_of_legacy(&simulator);
    for _ in 0..2 {
        let mut command = snow_token_as(&simulator, "legacy");
        command
            .env("HOME", &home)
            .env("SERVICENOW_REFRESH_TOKEN", &token);
        let examined = examine(&mut command);
        assert_eq!(examined.code, 0, "{:#?}", examined.checks);
    }
}

/// Every file below a folder, with what is in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push((path.display().to_string(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

#[test]
fn the_cache_is_left_as_it_was_and_not_believed() {
    let simulator = simulator();
    let home = fresh_home();
    let examined = examine(snow_token_as(&simulator, "reader").env("HOME", &home));
    assert_eq!((examined.code, files(&home)), (0, vec![]));

    let token = run(snow_token_as(&simulator, "reader")
        .arg("token")
        .env("HOME", &home));
    let before = files(&home);
    assert_ne!(before, []);
    let requests = simulator.instance().token_requests();
    let examined = examine(snow_token_as(&simulator, "reader").env("HOME", &home));
    assert_eq!((examined.code, files(&home)), (0, before));
    assert_eq!(simulator.instance().token_requests(), requests + 2);
    // The instance gives the same token again.
    let all = format!("{:?}{}", examined.checks, examined.stderr);
    assert!(!all.contains(token.stdout.trim()));
    assert!(!all.contains(&simulator.client("reader").client_secret));
}
