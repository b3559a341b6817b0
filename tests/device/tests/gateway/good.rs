//! Servers and answers of every kind that is allowed.

use snow_token_device::{
    device::Device,
    firmware::Firmware,
    scenario::{INSTANCE, PATIENCE, Scenario, Target},
    texts,
};
use snow_token_simulator::{CipherSuites, Fault, KeyKind, Options, ScriptedAnswer};

use crate::support::{quick, with_readings};

/// Brings a few readings, and the device with them.
fn delivers(scenario: &mut Scenario) -> Device {
    scenario.set_readings(3);
    let device = scenario.boot();
    scenario.expect_each_once(3);
    assert_eq!(device.count(texts::NO_TLS), 0);
    assert_eq!(device.count(texts::NO_TOKEN), 0);
    device
}

#[test]
fn client_credentials_into_a_table() {
    let mut scenario = Scenario::with(quick());
    let device = delivers(&mut scenario);
    for text in [texts::ADDRESS, texts::TIME, texts::VERIFIED] {
        assert_eq!(device.count(text), 1, "{text}");
    }
    assert_eq!(scenario.traffic().connections, 1);
    assert_eq!(scenario.simulator.instance().token_requests(), 1);
    assert_eq!(scenario.requests("POST", Target::Table.path()), 3);
    let instance = scenario.simulator.instance();
    assert_eq!(instance.records("u_reading")[0]["u_value"], "20.0");
}

#[test]
fn the_log_holds_no_secret() {
    let mut scenario = Scenario::with(quick());
    scenario.boot.arguments.push("log=trace".to_owned());
    let device = delivers(&mut scenario);
    let secret = scenario.simulator.client("writer").client_secret;
    let bearer = {
        let instance = scenario.simulator.instance();
        let mut requests = instance.requests().iter();
        let bearer = requests.find_map(|request| request.headers.get("authorization"));
        bearer.unwrap().to_str().unwrap().to_owned()
    };
    let token = bearer.strip_prefix("Bearer ").unwrap();
    for line in device.log() {
        assert!(!line.contains(&secret), "the secret is in the log");
        assert!(!line.contains(&token[..16]), "the token is in the log");
    }
}

#[test]
fn rows_of_an_import_set() {
    let mut scenario = Scenario::with(quick());
    scenario.set_target(Target::ImportSet);
    delivers(&mut scenario);
}

#[test]
fn events() {
    let mut scenario = Scenario::with(quick());
    scenario.set_target(Target::Events);
    delivers(&mut scenario);
    let instance = scenario.simulator.instance();
    assert_eq!(instance.records("em_event").len(), 3);
}

#[test]
fn jwt_bearer() {
    let mut scenario = Scenario::with(quick());
    scenario.boot.firmware = Firmware::JwtBearer;
    scenario.log_in_by_jwt_bearer();
    delivers(&mut scenario);
    assert_eq!(scenario.simulator.instance().token_requests(), 1);
}

#[test]
fn p384_at_each_of_three_levels() {
    let mut scenario = Scenario::with(Options::default());
    delivers(&mut scenario);
}

#[test]
fn p256_in_a_firmware_without_p384() {
    let mut scenario = Scenario::with(quick());
    scenario.boot.firmware = Firmware::P256;
    delivers(&mut scenario);
}

#[test]
fn rsa_in_a_firmware_with_it() {
    let mut scenario = Scenario::with(Options {
        keys: KeyKind::Rsa2048Tls13,
        ..Options::default()
    });
    scenario.boot.firmware = Firmware::Rsa;
    delivers(&mut scenario);
}

#[test]
fn a_server_that_takes_aes_256_alone() {
    let mut scenario = Scenario::with(Options {
        cipher_suites: CipherSuites::Aes256,
        ..quick()
    });
    delivers(&mut scenario);
    // Once with the other suite.
    assert_eq!(scenario.traffic().connections, 2);
}

#[test]
fn a_certificate_with_a_wildcard() {
    delivers(&mut Scenario::with(Options {
        names: vec!["*.service-now.com".to_owned()],
        ..quick()
    }));
}

#[test]
fn a_certificate_with_the_name_behind_five_others() {
    let others = (1..6).map(|number| format!("node{number}.service-now.com"));
    delivers(&mut Scenario::with(Options {
        names: others.chain([INSTANCE.to_owned()]).collect(),
        ..quick()
    }));
}

#[test]
fn a_token_in_chunks_with_trailers_behind_it() {
    let scenario = with_readings(3);
    let body = r#"{"access_token":"in-chunks","token_type":"Bearer","expires_in":1800}"#;
    let token = Fault::chunked_with_trailers(body);
    scenario.simulator.inject(token);
    let device = scenario.boot();
    device.wait_for(texts::TOKEN_RECEIVED, PATIENCE);
    // The instance does not know that token: one 401, and its own.
    scenario.expect_each_once(3);
    assert_eq!(device.count(texts::UNAUTHORIZED), 1);
}

#[test]
fn an_answer_in_a_tls_record_of_16_kilobytes() {
    let scenario = with_readings(3);
    let body = format!(r#"{{"result":{{"filling":"{}"}}}}"#, "x".repeat(20_000));
    let answer = ScriptedAnswer::new(201, "application/json", &body);
    let mut instance = scenario.simulator.instance();
    instance.script(Target::Table.path(), &answer).unwrap();
    drop(instance);
    let _device = scenario.boot();
    // The first one was answered by the script, and is nowhere.
    scenario.expect_each_once(2);
    assert_eq!(scenario.requests("POST", Target::Table.path()), 3);
}
