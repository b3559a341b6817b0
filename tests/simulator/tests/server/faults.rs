//! Answers that are late, slow, large, or framed in other ways; a clock that is wrong; limits.

use core::time::Duration;
use std::time::{Instant, SystemTime};

use snow_token_simulator::{Fault, RateLimit, ScriptedAnswer};

use crate::support::{agent, answered, simulator, token};

#[test]
fn an_answer_can_be_late_and_it_can_be_slow() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    for fault in [
        Fault::Delay(Duration::from_millis(400)),
        Fault::Trickle {
            bytes: 20,
            pause: Duration::from_millis(50),
        },
    ] {
        simulator.inject(fault);
        let began = Instant::now();
        assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
        assert!(began.elapsed() >= Duration::from_millis(400));
    }
    let began = Instant::now();
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
    assert!(
        began.elapsed() < Duration::from_millis(400),
        "it struck twice"
    );
}

#[test]
fn an_answer_can_be_cut() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    simulator.inject(Fault::CutAfter(200));
    assert!(token(&simulator, &agent, "reader").is_err());
    assert!(token(&simulator, &agent, "reader").is_ok());
}

#[test]
fn chunks_with_trailers_and_oversized_bodies_are_good_http() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    let body = r#"{"access_token":"abc","token_type":"Bearer"}"#;
    simulator.inject(Fault::chunked_with_trailers(body));
    assert_eq!(token(&simulator, &agent, "reader").unwrap().body, body);
    simulator.inject(Fault::oversized(3_000_000));
    let answered = token(&simulator, &agent, "reader").unwrap();
    assert!(answered.body.len() > 3_000_000);
    assert_eq!(answered.json()["access_token"], "a");
}

#[test]
fn an_answer_can_be_scripted_for_any_path() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    let answer =
        ScriptedAnswer::redirect(307, "https://elsewhere.example.com/").with_header("x-a", "b");
    simulator.instance().script("/api/now/", &answer).unwrap();
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
    let url = format!("{}/api/now/table/incident", simulator.url());
    let redirect = answered(agent.get(&url).call()).unwrap();
    assert_eq!(redirect.status, 307);
    assert_eq!(
        redirect.header("location"),
        "https://elsewhere.example.com/"
    );
    assert_eq!(redirect.header("x-a"), "b");
    assert_eq!(answered(agent.get(&url).call()).unwrap().status, 401);
    for status in [0, 99, 100, 1000] {
        let answer = ScriptedAnswer::new(status, "text/html", "");
        assert!(
            simulator.instance().script("/", &answer).is_err(),
            "{status}"
        );
    }
    let answer = ScriptedAnswer::new(200, "text/html", "").with_header("a b", "c");
    assert!(simulator.instance().script("/", &answer).is_err());
}

#[test]
fn the_date_is_that_of_the_instances_clock() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    for offset_secs in [0, -86_400, 7200] {
        simulator.instance().set_clock(offset_secs);
        let answered = token(&simulator, &agent, "reader").unwrap();
        let date = httpdate::parse_http_date(answered.header("date")).unwrap();
        let now = SystemTime::now();
        let off = match date.duration_since(now) {
            Ok(ahead) => ahead.as_secs() as i64,
            Err(behind) => -(behind.duration().as_secs() as i64),
        };
        assert!((off - offset_secs).abs() <= 5, "{off} is not {offset_secs}");
    }
}

#[test]
fn a_rate_limit_can_be_set_at_run_time_and_for_the_token_endpoint_alone() {
    let simulator = simulator();
    let agent = agent(&simulator, None);
    let limit = |requests| {
        let per = Duration::from_secs(3600);
        Some(RateLimit { requests, per })
    };
    simulator.instance().set_token_rate_limit(limit(1));
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
    let refused = token(&simulator, &agent, "reader").unwrap();
    assert_eq!(refused.status, 429);
    assert_eq!(refused.json()["error"]["message"], "Rate limit exceeded");
    assert_eq!(refused.header("x-ratelimit-limit"), "1");
    assert!(refused.headers.contains_key("x-ratelimit-rule"));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((3590..=3600).contains(&wait));
    let resets_at: u64 = refused.header("x-ratelimit-reset").parse().unwrap();
    let date = httpdate::parse_http_date(refused.header("date")).unwrap();
    let now = date
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!((now + wait).abs_diff(resets_at) <= 1);
    let url = format!("{}/api/now/table/incident", simulator.url());
    assert_eq!(answered(agent.get(&url).call()).unwrap().status, 401);
    simulator.instance().set_rate_limit(limit(0));
    assert_eq!(answered(agent.get(&url).call()).unwrap().status, 429);
    simulator.instance().set_rate_limit(None);
    simulator.instance().set_token_rate_limit(None);
    assert_eq!(token(&simulator, &agent, "reader").unwrap().status, 200);
}
