//! The examples of the library, run against the simulated instance.

use std::fs;

use snow_token_end_to_end::{example_as, fresh_home, run, simulator, simulator_with};
use snow_token_simulator::{ClientCertificates, Options, VerifierKey};

#[test]
fn script_prints_records() {
    let simulator = simulator();
    let outcome = run(&mut example_as("script", &simulator, "reader"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "{\"result\":[]}\n");
}

#[test]
fn gateway_pushes_each_reading_once_whatever_happens() {
    let simulator = simulator();
    simulator
        .instance()
        .script_token_answer(503, "text/html", "busy");
    simulator.inject(snow_token_simulator::Fault::CutAfter(0));
    let mut gateway = example_as("gateway", &simulator, "writer");
    gateway.env("OUTBOX", fresh_home().join("gateway.outbox"));
    let outcome = run(gateway.env("READINGS", "3").env("SETTLE_SECS", "1"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 3);
    let instance = simulator.instance();
    assert_eq!(instance.records("u_reading").len(), 3, "{}", outcome.stderr);
}

#[test]
fn mtls_shows_its_certificate() {
    let simulator = simulator_with(Options {
        client_certificates: ClientCertificates::Required,
        ..Options::default()
    });
    let home = fresh_home();
    let (certificate, key) = simulator.client_certificate();
    fs::write(home.join("cert.pem"), certificate).unwrap();
    fs::write(home.join("key.pem"), key).unwrap();
    let mut mtls = example_as("mtls", &simulator, "reader");
    let outcome = run(mtls.arg(home.join("cert.pem")).arg(home.join("key.pem")));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("a token that is good for"),
        "{}",
        outcome.stdout
    );
}

#[test]
fn jwt_bearer_signs_with_its_key() {
    let simulator = simulator();
    let home = fresh_home();
    let secret = "a shared secret of at least thirty-two bytes";
    fs::write(home.join("secret"), secret).unwrap();
    let client = simulator.client("jwt_public");
    let key = VerifierKey::SharedSecret(secret.as_bytes().to_vec());
    simulator
        .instance()
        .add_jwt_verifier(&client.client_id, None, &key)
        .unwrap();
    let mut bearer = example_as("jwt_bearer", &simulator, "jwt_public");
    let outcome = run(bearer
        .arg(home.join("secret"))
        .arg("abel.tuter@example.com"));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains(r#"{"result":["#),
        "{}",
        outcome.stdout
    );
}
