//! Which servers are trusted, and by which way they are reached. What goes wrong there is in `faults/`.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
};

use snow_token_end_to_end::{run, simulator_with, snow_token, snow_token_as};
use snow_token_simulator::{KeyKind, Options};

/// The command `token` with credentials for an instance that is none of the simulated ones.
fn token_from(instance: impl AsRef<OsStr>) -> Command {
    let mut command = snow_token();
    command
        .arg("token")
        .env("SERVICENOW_INSTANCE", instance)
        .env("SERVICENOW_CLIENT_ID", "id")
        .env("SERVICENOW_CLIENT_SECRET", "secret");
    command
}

#[test]
fn both_kinds_of_certificates_of_instances_are_trusted() {
    for keys in [KeyKind::EcdsaP384, KeyKind::Rsa2048] {
        let simulator = simulator_with(Options {
            keys,
            ..Options::default()
        });
        let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
        assert_eq!(outcome.code, 0, "{keys:?}: {}", outcome.stderr);
    }
}

#[test]
fn plain_http_to_another_machine_is_refused_before_anything_is_sent() {
    let outcome = run(&mut token_from("http://dev12345.service-now.com"));
    assert_eq!(outcome.code, 3);
    assert!(
        outcome.stderr.contains("in the clear"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn plain_http_to_a_loopback_address_is_for_tests_and_never_takes_a_proxy() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let len = stream.read(&mut request).unwrap();
        let body = r#"{"access_token":"abc","token_type":"Bearer"}"#;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        String::from_utf8_lossy(&request[..len]).into_owned()
    });
    let outcome = run(token_from(format!("http://{address}"))
        // Nobody listens on port 1.
        .env("HTTP_PROXY", "http://127.0.0.1:1")
        .env("HTTPS_PROXY", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1"));
    assert_eq!(
        (outcome.code, outcome.stdout.as_str()),
        (0, "abc\n"),
        "{}",
        outcome.stderr
    );
    assert!(
        server
            .join()
            .unwrap()
            .starts_with("POST /oauth_token.do HTTP/1.1")
    );
}

#[test]
fn a_proxy_that_is_at_fault_is_named() {
    for (name, value) in [
        ("HTTPS_PROXY", "http://127.0.0.1:1"),
        ("https_proxy", "http://user:hunter2@127.0.0.1:1"),
        ("ALL_PROXY", "socks5://127.0.0.1:1"),
    ] {
        let outcome = run(token_from("dev12345").env(name, value));
        assert_eq!(outcome.code, 5, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("the proxy 127.0.0.1:1"),
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
    }
    let outcome = run(token_from("dev12345").env("HTTPS_PROXY", "carrier-pigeon://hunter2@coop"));
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("HTTPS_PROXY is not the address"),
        "{}",
        outcome.stderr
    );
    assert!(!outcome.stderr.contains("hunter2"), "{}", outcome.stderr);
}
