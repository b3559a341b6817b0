//! The way to the instance: names, addresses, proxies, and connections that break or fall silent.

use core::time::Duration;
use std::{io::Write, sync::mpsc, thread};

use snow_token_simulator::Fault;

use crate::trial::{NETWORK, Trial, UNEXPECTED, broken, faults, listen};

const CUT: &str = "the connection ended before the answer was whole";
const LOOK: &str = "look at the network";

faults! {
    a_name_that_does_not_resolve: Trial::at("https://nowhere.invalid")
        => NETWORK, ["nowhere.invalid/oauth_token.do: the host was not found", "look at the spelling of SERVICENOW_INSTANCE"];
    a_port_where_nobody_listens: Trial::at("https://127.0.0.1:1")
        => NETWORK, ["the connection was refused", "look at host and port of SERVICENOW_INSTANCE"];
    // The kernel makes no connection to a broadcast address.
    a_network_without_a_way_to_it: Trial::at("https://255.255.255.255").within(5)
        => NETWORK, ["Network is unreachable", LOOK];
    a_close_before_tls: broken(Fault::CloseBeforeTls) => NETWORK, [CUT, LOOK];
    a_silence_before_tls: broken(Fault::SilentBeforeTls).within(2)
        => NETWORK, ["no whole answer after ", "allow more with"];
    a_reset_before_the_head: reset() => NETWORK, [CUT, LOOK];
    a_cut_before_the_head: broken(Fault::CutAfter(0)) => NETWORK, [CUT, LOOK];
    a_cut_amid_the_head: broken(Fault::CutAfter(40)) => NETWORK, [CUT, LOOK];
    // Behind the head, whose Content-Length promises more.
    a_cut_amid_the_body: broken(Fault::CutAfter(200)) => NETWORK, [CUT, LOOK];
    a_silence_before_the_head: broken(Fault::StallAfter(0)).within(2)
        => NETWORK, ["no whole answer after ", LOOK];
    a_silence_amid_the_head: broken(Fault::StallAfter(40)).within(2)
        => NETWORK, ["no whole answer after ", LOOK];
    a_silence_amid_the_body: broken(Fault::StallAfter(200)).within(2)
        => NETWORK, ["no whole answer after ", LOOK];
    an_answer_that_drips: broken(Fault::Trickle { bytes: 1, pause: Duration::from_millis(100) }).within(3)
        => NETWORK, ["no whole answer after ", LOOK];
    a_proxy_that_does_not_listen: through("http://user:hunter2@127.0.0.1:1")
        => NETWORK, ["the connection was refused", "the proxy 127.0.0.1:1 stands between"];
    a_socks_proxy_that_does_not_listen: through("socks5://user:hunter2@127.0.0.1:1")
        => NETWORK, ["the proxy 127.0.0.1:1 stands between"];
    a_proxy_that_wants_a_password: proxy("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n")
        => NETWORK, ["the proxy refused", "407", "look at the proxy's rules"];
    a_proxy_that_forbids_the_host: proxy("HTTP/1.1 403 Forbidden\r\nContent-Length: 9\r\n\r\nforbidden")
        => NETWORK, ["the proxy refused", "403", "look at the proxy's rules"];
    a_proxy_that_cannot_reach_the_host: proxy("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        => NETWORK, ["the proxy refused", "502", "look at the proxy's rules"];
    a_proxy_that_closes: proxy("") => NETWORK, ["stands between"];
    a_proxy_that_is_none: proxy("SSH-2.0-OpenSSH_9.2\r\n\r\n")
        => UNEXPECTED, ["the answer is not HTTP", "the proxy 127.0.0.1:", "stands between"];
}

/// An instance on another machine, by way of a proxy.
fn through(proxy: &str) -> Trial {
    Trial::at("https://dev12345.service-now.com")
        .env("HTTPS_PROXY", proxy)
        .hides("hunter2")
        // `user:hunter2`, as Basic has it.
        .hides("dXNlcjpodW50ZXIy")
}

/// A proxy that answers so to what asks it for a way.
fn proxy(answer: &'static str) -> Trial {
    let address = listen(move |mut stream, _| {
        let _ = stream.write_all(answer.as_bytes());
    });
    through(&format!("http://user:hunter2@{address}"))
}

/// A server that resets the connection when something comes.
fn reset() -> Trial {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        // A close with bytes unread is a reset.
        while stream.peek(&mut [0; 64]).unwrap_or_default() == 0 {}
    });
    Trial::at(&format!("https://{address}"))
}

#[test]
fn a_proxy_is_shown_the_host_and_its_own_password_and_no_secret() {
    let (seen, request) = mpsc::channel();
    let address = listen(move |mut stream, first| {
        let _ = seen.send(first);
        let _ = stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    });
    through(&format!("http://user:hunter2@{address}")).ends(NETWORK, &["the proxy refused"]);
    let request = String::from_utf8(request.recv().unwrap()).unwrap();
    assert!(
        request.starts_with("CONNECT dev12345.service-now.com:443 HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(!request.contains("s3cret"), "{request}");
}
