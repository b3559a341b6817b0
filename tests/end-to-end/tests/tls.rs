//! Which servers are trusted, and that nothing is sent to the others.

use std::{
    ffi::OsStr,
    io::{Read, Write},
    net::TcpListener,
    process::Command,
    thread,
};

use snow_token_end_to_end::{run, simulator, simulator_with, snow_token, snow_token_as};
use snow_token_simulator::{KeyKind, LeafFlaw, Options};

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
fn a_certificate_with_a_flaw_is_refused_before_anything_is_sent() {
    for (leaf_flaw, words) in [
        (
            LeafFlaw::Expired,
            "has run out, or the clock of this machine is wrong",
        ),
        (
            LeafFlaw::NotYetValid,
            "not valid yet, or the clock of this machine is wrong",
        ),
        (LeafFlaw::OtherName, "for another host"),
    ] {
        let simulator = simulator_with(Options {
            leaf_flaw,
            ..Options::default()
        });
        let outcome = run(snow_token_as(&simulator, "reader").arg("token"));
        assert_eq!(outcome.code, 5, "{leaf_flaw:?}: {}", outcome.stderr);
        assert!(
            outcome.stderr.contains(words),
            "{leaf_flaw:?}: {}",
            outcome.stderr
        );
        assert!(simulator.instance().requests().is_empty());
    }
}

#[test]
fn a_root_that_is_not_trusted_is_refused_before_anything_is_sent() {
    let (simulator, other) = (simulator(), simulator());
    let refused = |outcome: snow_token_end_to_end::Outcome| {
        assert_eq!(outcome.code, 5, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("TLS failed, nothing was sent"),
            "{}",
            outcome.stderr
        );
        assert!(
            outcome.stderr.contains("SERVICENOW_CA_FILE"),
            "{}",
            outcome.stderr
        );
        assert!(simulator.instance().requests().is_empty());
    };
    // The platform's roots.
    refused(run(snow_token_as(&simulator, "reader")
        .arg("token")
        .env_remove("SERVICENOW_CA_FILE")));
    // Another root; the flag goes before the variable.
    refused(run(snow_token_as(&simulator, "reader")
        .args(["token", "--ca-file"])
        .arg(other.ca_file())));
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
fn a_server_without_tls_is_called_that() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
    });
    let outcome = run(&mut token_from(format!("https://{address}")));
    assert_eq!(outcome.code, 5, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("may not speak TLS"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_port_where_nobody_listens() {
    let outcome = run(&mut token_from("https://127.0.0.1:1"));
    assert_eq!(outcome.code, 5);
    assert!(
        outcome.stderr.contains("the connection was refused"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_host_that_does_not_exist() {
    let outcome = run(&mut token_from("https://nowhere.invalid"));
    assert_eq!(outcome.code, 5);
    for words in [
        "https://nowhere.invalid/oauth_token.do",
        "the host was not found",
        "look at the spelling of SERVICENOW_INSTANCE",
    ] {
        assert!(outcome.stderr.contains(words), "{}", outcome.stderr);
    }
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
