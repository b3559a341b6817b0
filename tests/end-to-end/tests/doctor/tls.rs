//! Handshakes and certificates.

use std::{io::Write, net::TcpListener, thread, time::SystemTime};

use snow_token_end_to_end::{
    fresh_home, private_file, run, simulator, simulator_with, snow_token_as,
};
use snow_token_simulator::{ClientCertificates, Fault, KeyKind, LeafFlaw, Options};

use crate::support::{examine, examine_as};

#[test]
fn a_server_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        }
    });
    let simulator = simulator();
    let mut command = snow_token_as(&simulator, "reader");
    command.env("SERVICENOW_INSTANCE", format!("https://{address}"));
    examine(&mut command).failed_at("tls", 5, &["may not speak TLS"]);
}

#[test]
fn a_server_that_falls_silent_is_waited_for_no_longer_than_was_set() {
    let simulator = simulator();
    // The connection of the check of TCP, then that of TLS.
    simulator.inject(Fault::SilentBeforeTls);
    simulator.inject(Fault::SilentBeforeTls);
    let mut command = snow_token_as(&simulator, "reader");
    command.args(["--timeout-secs", "1"]);
    let began = SystemTime::now();
    examine(&mut command).failed_at(
        "tls",
        5,
        &["no whole answer after 1.0 s", "SERVICENOW_TIMEOUT_SECS"],
    );
    assert!(began.elapsed().unwrap().as_secs() < 5);
}

#[test]
fn certificates_that_are_refused_are_shown() {
    let simulator = simulator();
    let examined = examine(snow_token_as(&simulator, "reader").env_remove("SERVICENOW_CA_FILE"));
    examined.failed_at(
        "tls",
        5,
        &[
            "SERVICENOW_CA_FILE",
            "ends at the issuer CN=Simulated Root CA",
        ],
    );
    for (leaf_flaw, words) in [
        (LeafFlaw::Expired, ["(over)", "has run out"]),
        (LeafFlaw::NotYetValid, ["(not yet)", "not valid yet"]),
        (
            LeafFlaw::OtherName,
            ["for another.service-now.com", "for another host"],
        ),
    ] {
        let simulator = simulator_with(Options {
            leaf_flaw,
            ..Options::default()
        });
        let examined = examine_as(&simulator, "reader");
        examined.failed_at("tls", 5, &words);
        examined.has_words("tls", &["CN=Simulated ServiceNow instance, issued by CN="]);
        assert!(simulator.instance().requests().is_empty());
    }
}

#[test]
fn an_instance_of_tls_1_2_passes_with_a_word_for_devices() {
    let simulator = simulator_with(Options {
        keys: KeyKind::Rsa2048,
        ..Options::default()
    });
    let examined = examine_as(&simulator, "reader");
    assert_eq!((examined.code, examined.outcome("tls")), (0, "passed"));
    examined.has_words(
        "tls",
        &[
            "TLS 1.2 and nothing later",
            "RSA 2048",
            "a microcontroller with TLS 1.3 alone cannot reach it",
        ],
    );
}

#[test]
fn client_certificates_that_are_asked_for() {
    let simulator = simulator_with(Options {
        client_certificates: ClientCertificates::Required,
        ..Options::default()
    });
    let without = examine_as(&simulator, "reader");
    without.failed_at(
        "token_endpoint",
        4,
        &["the load balancer refused the client certificate"],
    );

    let home = fresh_home();
    let (certificate, key) = simulator.client_certificate();
    let (_, other_key) = simulator.client_certificate();
    let command = |key: &str| {
        let mut command = snow_token_as(&simulator, "reader");
        command
            .env(
                "SERVICENOW_CLIENT_CERT_FILE",
                private_file(&home, "cert.pem", &certificate),
            )
            .env(
                "SERVICENOW_CLIENT_KEY_FILE",
                private_file(&home, "key.pem", key),
            );
        command
    };
    let with = |key: &str| examine(&mut command(key));
    let examined = with(&key);
    assert_eq!(examined.code, 0, "{:#?}", examined.checks);
    with("nonsense").failed_at("settings", 3, &["SERVICENOW_CLIENT_KEY_FILE"]);
    with(&other_key).failed_at("settings", 3, &["must belong together"]);
    // Nor does any other command go on with them.
    let outcome = run(command(&other_key).arg("token"));
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
}
