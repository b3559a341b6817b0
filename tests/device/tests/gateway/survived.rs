//! What breaks and comes back: no reading is lost, and none is there twice.

use core::time::Duration;
use std::{thread, time::Instant};

use snow_token_device::{
    network::{Dns, Happening, Tcp},
    scenario::{INSTANCE_ADDRESS, PATIENCE, Scenario, Target},
    texts::{self, state},
};
use snow_token_simulator::{Fault, ScriptedAnswer};

use crate::support::{quick, quick_with_lifetime, with_readings};

const UNAUTHORIZED: &str = r#"{"error":{"message":"User is not authenticated","detail":"Required to provide Auth information"},"status":"failure"}"#;
const FORBIDDEN: &str = r#"{"error":{"message":"Operation Failed","detail":"ACL Exception Insert Failed due to security constraints"},"status":"failure"}"#;

fn script(scenario: &Scenario, path: &str, times: usize, answer: &ScriptedAnswer) {
    let mut instance = scenario.simulator.instance();
    for _ in 0..times {
        instance.script(path, answer).unwrap();
    }
}

fn json(status: u16, body: &str) -> ScriptedAnswer {
    ScriptedAnswer::new(status, "application/json", body)
}

#[test]
fn dhcp_that_is_late() {
    let scenario = with_readings(3);
    scenario.network.set_dhcp(false);
    let device = scenario.boot();
    device.wait_for(state::NETWORK, PATIENCE);
    thread::sleep(Duration::from_secs(1));
    assert_eq!(scenario.traffic().connections, 0);
    scenario.network.set_dhcp(true);
    scenario.expect_each_once(3);
}

#[test]
fn names_that_are_not_found_for_a_while() {
    let scenario = with_readings(3);
    scenario.network.set_dns(Dns::NoSuchName);
    let device = scenario.boot();
    device.wait_for(texts::NO_NAME, PATIENCE);
    scenario.network.set_dns(Dns::ServerFailure);
    device.wait_for_after(device.mark(), texts::NO_NAME, PATIENCE);
    scenario.network.set_dns(Dns::Silent);
    device.wait_for_after(device.mark(), texts::NO_NAME, PATIENCE);
    assert_eq!(scenario.traffic().connections, 0);
    scenario.network.set_dns(Dns::Answers);
    scenario.expect_each_once(3);
}

#[test]
fn a_server_that_refuses_connections_and_one_that_ignores_them() {
    let scenario = with_readings(3);
    scenario.network.set_tcp(INSTANCE_ADDRESS, Tcp::Refused);
    let device = scenario.boot();
    device.wait_for(texts::NO_CONNECTION, PATIENCE);
    scenario.network.set_tcp(INSTANCE_ADDRESS, Tcp::Silent);
    device.wait_for_after(device.mark(), texts::NO_CONNECTION, PATIENCE);
    scenario.start_instance();
    scenario.expect_each_once(3);
}

#[test]
fn a_token_that_is_cut_off() {
    let scenario = with_readings(3);
    for bytes in [0, 40, 250] {
        scenario.simulator.inject(Fault::CutAfter(bytes));
    }
    let _device = scenario.boot();
    scenario.expect_each_once(3);
    assert_eq!(scenario.simulator.instance().token_requests(), 4);
}

#[test]
fn an_instance_that_sleeps_and_wakes_up() {
    let scenario = with_readings(20);
    scenario.simulator.instance().set_hibernating(true);
    let device = scenario.boot();
    device.wait_for(texts::NO_TOKEN, PATIENCE);
    scenario.simulator.instance().set_hibernating(false);
    scenario.wait_for_readings(5);
    // And again, when there is a token already.
    scenario.simulator.instance().set_hibernating(true);
    device.wait_for(texts::NOT_STORED, PATIENCE);
    scenario.simulator.instance().set_hibernating(false);
    scenario.expect_each_once(20);
}

#[test]
fn one_401_brings_one_token_request() {
    let scenario = with_readings(20);
    let device = scenario.boot();
    scenario.wait_for_readings(2);
    scenario.simulator.instance().revoke_all_tokens();
    device.wait_for(texts::UNAUTHORIZED, PATIENCE);
    scenario.expect_each_once(20);
    assert_eq!(device.count(texts::UNAUTHORIZED), 1);
    assert_eq!(scenario.simulator.instance().token_requests(), 2);
}

#[test]
fn a_401_for_ever_stops_it_and_the_readings_are_kept() {
    let scenario = with_readings(3);
    script(
        &scenario,
        Target::Table.path(),
        50,
        &json(401, UNAUTHORIZED),
    );
    let device = scenario.boot();
    device.wait_for(texts::READINGS_KEPT, PATIENCE);
    device.wait_for(state::STOPPED, PATIENCE);
    thread::sleep(Duration::from_secs(2));
    assert!(scenario.arrived().is_empty());
    let asked = scenario.simulator.instance().token_requests();
    assert!(asked <= 3, "{asked} token requests");
    let sent = scenario.requests("POST", Target::Table.path());
    assert!(sent <= 3, "{sent} times sent");
}

#[test]
fn a_stop_ends_when_it_is_time_to_ask_again() {
    let mut scenario = with_readings(3);
    scenario.config.set("retry_stopped_s", 2);
    script(&scenario, Target::Table.path(), 1, &json(401, UNAUTHORIZED));
    let device = scenario.boot();
    device.wait_for(texts::READINGS_KEPT, PATIENCE);
    scenario.simulator.instance().revoke_all_tokens();
    scenario.expect_each_once(3);
}

#[test]
fn a_reading_that_is_refused_for_its_own_sake_blocks_no_other() {
    const TRIES: usize = 3;
    let scenario = with_readings(5);
    let bad_request = json(
        400,
        r#"{"error":{"message":"Invalid payload"},"status":"failure"}"#,
    );
    script(&scenario, Target::Table.path(), TRIES, &bad_request);
    let device = scenario.boot();
    device.wait_for(texts::SET_ASIDE, PATIENCE);
    scenario.expect_each_once(4);
}

#[test]
fn a_403_asks_for_no_token() {
    let scenario = with_readings(3);
    script(&scenario, Target::Table.path(), 2, &json(403, FORBIDDEN));
    let _device = scenario.boot();
    scenario.expect_each_once(3);
    assert_eq!(scenario.simulator.instance().token_requests(), 1);
}

#[test]
fn a_429_is_waited_out() {
    let wait = Duration::from_secs(3);
    let limited = json(
        429,
        r#"{"error":{"message":"Rate limit exceeded"},"status":"failure"}"#,
    )
    .with_header("retry-after", &wait.as_secs().to_string());
    for path in ["/oauth_token.do", Target::Table.path()] {
        let scenario = with_readings(3);
        script(&scenario, path, 1, &limited);
        let _device = scenario.boot();
        let seen = || scenario.requests("POST", path);
        let booted = Instant::now();
        while seen() == 0 {
            assert!(booted.elapsed() < PATIENCE, "{path}: no request");
            thread::sleep(Duration::from_millis(1));
        }
        let refused = Instant::now();
        while seen() == 1 {
            assert!(refused.elapsed() < PATIENCE, "{path}: no second request");
            thread::sleep(Duration::from_millis(1));
        }
        // The device's clock may be a little faster than this one.
        let waited = refused.elapsed() + Duration::from_millis(100);
        assert!(waited >= wait, "{path}: again after {waited:?}");
        scenario.expect_each_once(3);
    }
}

#[test]
fn a_500_for_a_while() {
    let scenario = with_readings(3);
    script(&scenario, "/oauth_token.do", 2, &json(500, "{}"));
    script(&scenario, Target::Table.path(), 3, &json(500, "{}"));
    let _device = scenario.boot();
    scenario.expect_each_once(3);
}

#[test]
fn an_answer_that_is_lost_is_looked_up() {
    for target in [Target::Table, Target::ImportSet, Target::Events] {
        let mut scenario = with_readings(20);
        scenario.set_target(target);
        let device = scenario.boot();
        scenario.wait_for_readings(2);
        scenario.simulator.inject(Fault::CutAfter(0));
        device.wait_for(texts::IN_DOUBT, PATIENCE);
        scenario.expect_each_once(20);
        let looked_up = scenario.requests("GET", Target::Table.path());
        assert_eq!(looked_up > 0, target == Target::Table, "{target:?}");
    }
}

#[test]
fn a_reading_that_did_not_arrive_is_sent_again() {
    let scenario = with_readings(20);
    let _device = scenario.boot();
    for count in [2, 4, 6] {
        scenario.wait_for_readings(count);
        scenario.network.happen(Happening::Reset);
    }
    scenario.expect_each_once(20);
}

#[test]
fn an_instance_that_restarts_and_has_forgotten_all_tokens() {
    let scenario = with_readings(40);
    let device = scenario.boot();
    scenario.wait_for_readings(3);
    scenario.stop_instance();
    device.wait_for(texts::NO_CONNECTION, PATIENCE);
    scenario.start_instance();
    scenario.expect_each_once(40);
    assert_eq!(scenario.simulator.instance().token_requests(), 2);
}

#[test]
fn a_cable_that_is_out_for_longer_than_a_token_lives() {
    let mut scenario = Scenario::with(quick_with_lifetime(3));
    scenario.set_readings(40);
    scenario.config.set("interval_ms", 100);
    let mut device = scenario.boot();
    scenario.wait_for_readings(3);
    device.set_link(false);
    device.wait_for(texts::NO_ADDRESS, PATIENCE);
    thread::sleep(Duration::from_secs(4));
    let before = scenario.arrived().len();
    assert!(before < 40);
    device.set_link(true);
    scenario.expect_each_once(40);
    assert!(device.count(texts::ADDRESS) >= 2);
}

#[test]
fn a_device_that_is_reset_repeats_no_name() {
    let scenario = with_readings(3);
    let mut device = scenario.boot();
    scenario.expect_each_once(3);
    device.reset();
    scenario.expect_each_once(6);
}

#[test]
fn a_clock_that_is_set_back_is_set_right_again() {
    const A_WEEK: i64 = 7 * 24 * 3600;
    let mut scenario = Scenario::with(quick());
    scenario.set_readings(3);
    // To the device, the instance's certificate has run out.
    scenario.network.set_ntp_offset(8 * A_WEEK);
    let device = scenario.boot();
    device.wait_for(texts::tls::EXPIRED, PATIENCE);
    assert!(scenario.simulator.instance().requests().is_empty());
    scenario.network.set_ntp_offset(0);
    scenario.expect_each_once(3);
}

#[test]
fn a_clock_that_is_wrong_by_hours_follows_the_instance() {
    let scenario = with_readings(3);
    scenario.network.set_ntp_offset(5 * 3600);
    let device = scenario.boot();
    device.wait_for(texts::CLOCK_CORRECTED, PATIENCE);
    scenario.expect_each_once(3);
}

#[test]
fn an_instance_whose_clock_is_stepped() {
    let scenario = with_readings(40);
    let device = scenario.boot();
    scenario.wait_for_readings(3);
    // Its tokens have run out, long before the device thinks so.
    scenario.simulator.instance().set_clock(2 * 3600);
    device.wait_for(texts::UNAUTHORIZED, PATIENCE);
    scenario.expect_each_once(40);
}
