//! The library: a client that lives long. Tokens run out, are revoked, and are shared by threads.

use core::time::Duration;
use std::{sync::Barrier, thread, time::Instant};

use snow_token::{Cause, ErrorKind};
use snow_token_end_to_end::{library_client, simulator, simulator_of};
use snow_token_simulator::{Fault, InstanceOptions, Reissue, ScriptedAnswer, Simulator};

const INCIDENTS: &str = "/api/now/table/incident";

fn with_lifetime(secs: u64, reissue: Reissue) -> Simulator {
    simulator_of(InstanceOptions {
        token_lifetime: Duration::from_secs(secs),
        reissue,
        ..InstanceOptions::default()
    })
}

#[test]
fn a_token_is_asked_for_when_it_is_needed_and_kept() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    assert_eq!(simulator.instance().token_requests(), 0);
    for _ in 0..10 {
        client.get(INCIDENTS).unwrap().into_success().unwrap();
    }
    assert_eq!(simulator.instance().token_requests(), 1);
}

#[test]
fn a_token_that_runs_out_is_renewed_without_a_loop() {
    let simulator = with_lifetime(3, Reissue::SameTokenWithRest);
    let client = library_client(&simulator, "writer");
    let first = client.token().unwrap();
    let mut tokens = vec![first.secret().to_owned()];
    while tokens.len() < 3 {
        client.get(INCIDENTS).unwrap().into_success().unwrap();
        let token = client.token().unwrap();
        if tokens.last().unwrap() != token.secret() {
            tokens.push(token.secret().to_owned());
        }
        thread::sleep(Duration::from_millis(20));
    }
    // Two lifetimes of three seconds; each at most asks at the half, and each second after.
    let requests = simulator.instance().token_requests();
    assert!(requests <= 9, "{requests} requests for a token");
}

#[test]
fn a_token_that_is_still_good_is_used_when_its_renewal_fails() {
    let simulator = with_lifetime(20, Reissue::NewToken);
    let client = library_client(&simulator, "writer");
    let first = client.token().unwrap();
    thread::sleep(Duration::from_millis(10_100));
    for _ in 0..5 {
        simulator
            .instance()
            .script_token_answer(503, "text/html", "busy");
    }
    for _ in 0..20 {
        assert_eq!(client.token().unwrap().secret(), first.secret());
    }
    let requests = simulator.instance().token_requests();
    assert_eq!(requests, 2, "the renewal was not put off");
}

#[test]
fn a_renewal_that_outlives_the_token_fails_for_its_own_reason() {
    let simulator = with_lifetime(4, Reissue::NewToken);
    let client = library_client(&simulator, "writer");
    client.token().unwrap();
    thread::sleep(Duration::from_millis(2100));
    // It falls silent for longer than the token is good.
    simulator.inject(Fault::StallAfter(0));
    let error = client.token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network, "{error}");
}

#[test]
fn threads_that_wait_for_a_token_share_a_failure() {
    let simulator = simulator();
    let client = library_client(&simulator, "without_grant");
    // The first one is kept waiting until all others are.
    simulator.inject(Fault::StallAfter(0));
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                client.token().unwrap_err()
            });
        }
    });
    assert_eq!(simulator.instance().token_requests(), 1);
    // Who asks again at once gets the same answer, and nothing is sent.
    assert_eq!(client.token().unwrap_err().kind(), ErrorKind::Network);
    assert_eq!(simulator.instance().token_requests(), 1);
    // Unless what was wrong has been set right.
    client.retry();
    assert_eq!(client.token().unwrap_err().kind(), ErrorKind::Refused);
    assert_eq!(simulator.instance().token_requests(), 2);
}

#[test]
fn a_rest_that_is_too_short_is_waited_out() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    let nearly_over = r#"{"access_token":"old","token_type":"Bearer","expires_in":1}"#;
    let mut instance = simulator.instance();
    instance.script_token_answer(200, "application/json", nearly_over);
    drop(instance);
    assert_eq!(client.token().unwrap().secret().len(), 86);
    assert_eq!(simulator.instance().token_requests(), 2);
}

#[test]
fn a_lifetime_of_nothing_is_waited_out_once() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    let over = r#"{"access_token":"old","token_type":"Bearer","expires_in":0}"#;
    simulator
        .instance()
        .script_token_answer(200, "application/json", over);
    assert_eq!(client.token().unwrap().secret().len(), 86);
    assert_eq!(simulator.instance().token_requests(), 2);
}

#[test]
fn a_token_that_is_always_over_is_an_error_and_not_a_loop() {
    let simulator = with_lifetime(0, Reissue::NewToken);
    let error = library_client(&simulator, "writer").token().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnexpectedAnswer);
    assert!(error.to_string().contains("lifetime was over"), "{error}");
    // Once, and as often again as the session takes for a passing fault.
    assert_eq!(simulator.instance().token_requests(), 4);
}

#[test]
fn a_revoked_token_is_replaced_and_the_request_repeated() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    client.get(INCIDENTS).unwrap().into_success().unwrap();
    simulator.instance().revoke_all_tokens();
    let created = client.post(INCIDENTS, b"{}").unwrap();
    assert_eq!(created.status(), 201);
    assert_eq!(simulator.instance().token_requests(), 2);
    let list = client.get(INCIDENTS).unwrap().into_success().unwrap();
    let list: serde_json::Value = serde_json::from_slice(list.body()).unwrap();
    assert_eq!(
        list["result"].as_array().unwrap().len(),
        1,
        "it was written twice"
    );
}

#[test]
fn the_same_token_after_a_401_ends_the_matter() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    // A token that the instance hands out again and again and does not take.
    for _ in 0..5 {
        let body = r#"{"access_token":"unloved","token_type":"Bearer","expires_in":1800}"#;
        simulator
            .instance()
            .script_token_answer(200, "application/json", body);
    }
    let error = client.get(INCIDENTS).unwrap().into_success().unwrap_err();
    assert_eq!(error.cause(), Some(Cause::NotAuthenticated));
    assert_eq!(error.kind(), ErrorKind::Refused);
    let instance = simulator.instance();
    assert_eq!(instance.token_requests(), 2);
    assert_eq!(instance.requests().len(), 3, "the request was repeated");
}

#[test]
fn an_api_that_refuses_a_good_token_does_not_keep_others_from_using_it() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    client.get(INCIDENTS).unwrap().into_success().unwrap();
    let refusal = ScriptedAnswer::new(401, "application/json", "{}");
    for _ in 0..5 {
        let mut instance = simulator.instance();
        instance
            .script("/api/now/table/u_closed", &refusal)
            .unwrap();
        drop(instance);
        assert_eq!(client.get("/api/now/table/u_closed").unwrap().status(), 401);
        client.get(INCIDENTS).unwrap().into_success().unwrap();
    }
    // Asked once whether the token is good; the instance said so.
    assert_eq!(simulator.instance().token_requests(), 2);
}

#[test]
fn tokens_that_are_refused_one_after_the_other_are_asked_for_more_and_more_seldom() {
    let simulator = with_lifetime(1800, Reissue::NewToken);
    let client = library_client(&simulator, "writer");
    let began = Instant::now();
    for _ in 0..20 {
        simulator.instance().revoke_all_tokens();
        let refusal = ScriptedAnswer::new(401, "application/json", "{}");
        let mut instance = simulator.instance();
        for _ in 0..2 {
            instance.script(INCIDENTS, &refusal).unwrap();
        }
        drop(instance);
        // The answer is given back at once, or the reason why there is no token.
        match client.get(INCIDENTS) {
            Ok(answer) => assert_eq!(answer.status(), 401),
            Err(error) => assert_eq!(error.cause(), Some(Cause::NotAuthenticated), "{error}"),
        }
    }
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "waits are waited out"
    );
    let requests = simulator.instance().token_requests();
    assert!(requests <= 6, "{requests} requests for a token");
}

#[test]
fn a_403_never_brings_a_new_token() {
    let simulator = simulator();
    let client = library_client(&simulator, "reader");
    for _ in 0..3 {
        let error = client
            .post(INCIDENTS, b"{}")
            .unwrap()
            .into_success()
            .unwrap_err();
        assert_eq!(error.cause(), Some(Cause::MissingScope));
    }
    assert_eq!(simulator.instance().token_requests(), 1);
}

#[test]
fn a_lost_answer_is_an_error_and_the_request_is_not_repeated() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    client.get(INCIDENTS).unwrap().into_success().unwrap();
    simulator.inject(Fault::CutAfter(0));
    let error = client.post(INCIDENTS, b"{}").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Network);
    let list = client.get(INCIDENTS).unwrap().into_success().unwrap();
    let list: serde_json::Value = serde_json::from_slice(list.body()).unwrap();
    assert_eq!(
        list["result"].as_array().unwrap().len(),
        1,
        "the instance had written it, once"
    );
}

#[test]
fn threads_share_one_token() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    let start = Barrier::new(64);
    thread::scope(|scope| {
        for _ in 0..64 {
            scope.spawn(|| {
                start.wait();
                client.token().unwrap();
            });
        }
    });
    assert_eq!(simulator.instance().token_requests(), 1);
}

#[test]
fn threads_whose_token_was_revoked_ask_for_one_new_one() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    client.token().unwrap();
    simulator.instance().revoke_all_tokens();
    let start = Barrier::new(16);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                start.wait();
                client.get(INCIDENTS).unwrap().into_success().unwrap();
            });
        }
    });
    assert_eq!(simulator.instance().token_requests(), 2);
}

#[test]
fn nothing_that_is_printed_shows_a_secret() {
    let simulator = simulator();
    let client = library_client(&simulator, "writer");
    let token = client.token().unwrap();
    let secret = simulator.client("writer").client_secret;
    for shown in [format!("{client:?}"), format!("{token:?}")] {
        assert!(!shown.contains(token.secret()));
        assert!(!shown.contains(&secret));
    }
}
