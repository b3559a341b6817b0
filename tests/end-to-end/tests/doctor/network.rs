//! Hosts, ports, proxies.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread,
};

use snow_token_end_to_end::{simulator, simulator_with, snow_token, snow_token_as};
use snow_token_simulator::Options;

use crate::support::examine;

#[test]
fn hosts_and_ports_that_are_not_there() {
    let simulator = simulator();
    let examined = |instance: &str| {
        examine(snow_token_as(&simulator, "reader").env("SERVICENOW_INSTANCE", instance))
    };
    examined("https://nowhere.invalid").failed_at(
        "dns",
        5,
        &["nowhere.invalid: the host was not found"],
    );
    examined("https://127.0.0.1:1").failed_at(
        "tcp",
        5,
        &["127.0.0.1:1: the connection was refused"],
    );
}

#[test]
fn plain_http_to_a_loopback_address_has_no_tls_to_check() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let body = r#"{"error":"invalid_client"}"#;
            let _ = write!(
                stream,
                "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let mut command = snow_token();
    command
        .env("SERVICENOW_INSTANCE", format!("http://{address}"))
        .env("SERVICENOW_CLIENT_ID", "id")
        .env("SERVICENOW_CLIENT_SECRET", "secret")
        .env("HTTP_PROXY", "http://127.0.0.1:1");
    let examined = examine(&mut command);
    examined.failed_at("grant", 4, &["invalid_client"]);
    examined.has_words("proxy", &["none for 127.0.0.1, although HTTP_PROXY is set"]);
    for (name, words) in [("tls", "http:// has none"), ("clock", "no date")] {
        assert_eq!(examined.outcome(name), "skipped");
        examined.has_words(name, &[words]);
    }
}

/// A proxy that connects to `target`, whatever it is asked for, or refuses.
fn proxy(target: Option<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let target = target.clone();
            thread::spawn(move || tunnel(client, target));
        }
    });
    address.to_string()
}

fn tunnel(mut client: TcpStream, target: Option<String>) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        client.read_exact(&mut byte).unwrap();
        request.extend(byte);
    }
    assert!(request.starts_with(b"CONNECT dev.simulated.test:"));
    let Some(target) = target else {
        client.write_all(b"HTTP/1.1 403 Forbidden\r\n\r\n").unwrap();
        return;
    };
    let mut server = TcpStream::connect(target).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
    let (mut from_client, mut to_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    thread::spawn(move || std::io::copy(&mut from_client, &mut to_server));
    let _ = std::io::copy(&mut server, &mut client);
}

#[test]
fn the_way_goes_through_the_proxy() {
    let simulator = simulator_with(Options {
        names: vec!["dev.simulated.test".to_owned()],
        ..Options::default()
    });
    let (_, port) = simulator.url().rsplit_once(':').unwrap();
    let by = |proxy: &str| {
        let mut command = snow_token_as(&simulator, "reader");
        command.env("HTTPS_PROXY", format!("http://me:hunter2@{proxy}"));
        let examined = examine(&mut command);
        let all = format!("{:?}{}", examined.checks, examined.stderr);
        assert!(!all.contains("hunter2"));
        examined
    };
    let good = proxy(Some(format!("127.0.0.1:{port}")));
    let examined = by(&good);
    assert_eq!(examined.code, 0, "{:#?}", examined.checks);
    examined.has_words(
        "proxy",
        &[&good, "HTTPS_PROXY", "connects to dev.simulated.test:"],
    );
    examined.has_words("dns", &["because the proxy", "looks the name up"]);
    assert_eq!(examined.outcome("tcp"), "skipped");
    examined.has_words(
        "tls",
        &["TLS 1.3", "for 127.0.0.1, ::1, dev.simulated.test"],
    );

    let refusing = proxy(None);
    by(&refusing).failed_at("proxy", 5, &["the proxy refused", "403", &refusing]);
    by("127.0.0.1:1").failed_at("proxy", 5, &["the proxy 127.0.0.1:1 stands between"]);
    let mut nonsense = snow_token_as(&simulator, "reader");
    nonsense.env("HTTPS_PROXY", "carrier-pigeon://coop");
    examine(&mut nonsense).failed_at("proxy", 3, &["HTTPS_PROXY is not the address"]);
}
