//! The way to the instance: proxy, name, connection.

use core::{net::SocketAddr, time::Duration};
use std::{
    env, io,
    net::{TcpStream, ToSocketAddrs},
    sync::mpsc,
    thread,
    time::Instant,
};

use super::{
    check::{Check, Report, Stopped, Subject},
    in_words,
};
use crate::{error::Error, settings::Settings, transport::Transport};

/// To the instance, as the settings and the environment have it.
pub(super) struct Way<'w> {
    pub(super) settings: &'w Settings,
    pub(super) transport: &'w Transport,
    pub(super) host: String,
    pub(super) port: u16,
}

impl<'w> Way<'w> {
    pub(super) fn of(settings: &'w Settings, transport: &'w Transport) -> Self {
        let (host, port) = settings.instance().host_and_port();
        Self {
            settings,
            transport,
            host,
            port,
        }
    }

    fn host_and_port(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]:{}", self.host, self.port),
            false => format!("{}:{}", self.host, self.port),
        }
    }
}

pub(super) fn check(way: &Way<'_>, report: &mut Report<'_>) -> Result<(), Stopped> {
    check_proxy(way, report)?;
    let transport = way.transport;
    let behind = transport.proxy().map(|proxy| format!("the proxy {proxy}"));
    let addresses = match &behind {
        Some(proxy) if !transport.looks_names_up() => {
            report.tell(&Check::skipped(
                Subject::Dns,
                format!("{proxy} looks the name up"),
            ));
            Vec::new()
        }
        _ => check_dns(way, report)?,
    };
    match behind {
        Some(proxy) => {
            report.tell(&Check::skipped(Subject::Tcp, format!("{proxy} connects")));
            Ok(())
        }
        None => check_tcp(way, &addresses, report),
    }
}

fn check_proxy(way: &Way<'_>, report: &mut Report<'_>) -> Result<(), Stopped> {
    let subject = Subject::Proxy;
    let set_by = PROXY_VARIABLES.into_iter().find(|name| {
        let value = env::var_os(name).unwrap_or_default();
        !value.is_empty()
    });
    let Some(proxy) = way.transport.proxy() else {
        report.tell(&Check::passed(
            subject,
            match set_by {
                None => "none".to_owned(),
                Some(name) => format!(
                    "none for {}, although {name} is set: NO_PROXY names the host, or it is this \
                     machine",
                    way.host
                ),
            },
        ));
        return Ok(());
    };
    let outcome = way.transport.probe_connection(way.settings);
    let elapsed = report.unless_failed(subject, outcome)?;
    let found = format!(
        "{proxy} ({}) connects to {} in {}",
        set_by.unwrap_or_default(),
        way.host_and_port(),
        in_words(elapsed)
    );
    report.tell(&Check::passed(subject, found));
    Ok(())
}

/// The first that is set counts, as for requests.
const PROXY_VARIABLES: [&str; 6] = [
    "ALL_PROXY",
    "all_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
];

fn check_dns(way: &Way<'_>, report: &mut Report<'_>) -> Result<Vec<SocketAddr>, Stopped> {
    let started = Instant::now();
    let outcome = look_up(way.host.clone(), way.port, way.settings.timeout());
    let outcome = outcome.map_err(|error| match error.kind() {
        io::ErrorKind::TimedOut => no_answer_of_dns(way),
        _ => way.transport.connection_error(&way.host, error),
    });
    let addresses = report.unless_failed(Subject::Dns, outcome)?;
    let ips: Vec<_> = addresses
        .iter()
        .map(|address| address.ip().to_string())
        .collect();
    let found = match &ips[..] {
        [ip] if *ip == way.host => format!("{ip} is an address, no name"),
        ips => format!(
            "{} is {} ({})",
            way.host,
            ips.join(", "),
            in_words(started.elapsed())
        ),
    };
    report.tell(&Check::passed(Subject::Dns, found));
    Ok(addresses)
}

fn no_answer_of_dns(way: &Way<'_>) -> Error {
    let what = format!(
        "{}: no answer to the look-up of the name after {} s",
        way.host,
        way.settings.timeout().as_secs()
    );
    Error::new(crate::ErrorKind::Network, what)
        .with_advice(["look at this machine's name servers (/etc/resolv.conf), and at the network"])
}

fn look_up(host: String, port: u16, patience: Duration) -> io::Result<Vec<SocketAddr>> {
    let look_up = move || (host.as_str(), port).to_socket_addrs();
    within(patience, move || look_up().map(Iterator::collect))
}

/// The system's look-up cannot be bounded: it is left behind in a thread of its own.
fn within<T: Send + 'static>(
    patience: Duration,
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (tell, told) = mpsc::channel();
    thread::Builder::new().spawn(move || {
        // Nobody may be waiting any more.
        let _ = tell.send(work());
    })?;
    let no_answer = |_| io::Error::from(io::ErrorKind::TimedOut);
    told.recv_timeout(patience).map_err(no_answer)?
}

fn check_tcp(
    way: &Way<'_>,
    addresses: &[SocketAddr],
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let started = Instant::now();
    let mut failures = Vec::new();
    for (index, address) in addresses.iter().enumerate() {
        let rest = way.settings.timeout().saturating_sub(started.elapsed());
        // One that does not answer leaves the others their share.
        let share = rest / u32::try_from(addresses.len() - index).unwrap_or(u32::MAX);
        let began = Instant::now();
        match TcpStream::connect_timeout(address, share.max(Duration::from_millis(1))) {
            Ok(_) => {
                let found = format!("{address} answers in {}", in_words(began.elapsed()));
                let check = Check::passed(Subject::Tcp, found);
                let failures = failures
                    .iter()
                    .map(|(address, error)| format!("{address} does not: {error}"));
                report.tell(&check.with_details(failures));
                return Ok(());
            }
            Err(error) => failures.push((address, error)),
        }
    }
    let others = failures.len().saturating_sub(1);
    let (address, error) = match failures.pop() {
        Some((address, error)) => (address.to_string(), error),
        None => (
            way.host_and_port(),
            io::Error::other("the name has no address"),
        ),
    };
    let error = way.transport.connection_error(&address, error);
    let kind = error.kind();
    let check = Check::failed(Subject::Tcp, &error).with_details(
        failures
            .iter()
            .take(others)
            .map(|(address, error)| format!("nor does {address} answer: {error}")),
    );
    Err(report.fail_with(&check, kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_up_that_hangs_is_left_behind() {
        let began = Instant::now();
        let outcome = within(Duration::from_millis(20), || {
            thread::sleep(Duration::from_secs(60));
            Ok(())
        });
        assert_eq!(outcome.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert!(began.elapsed() < Duration::from_secs(30));
        let patience = Duration::from_secs(60);
        assert_eq!(within(patience, || Ok(7)).unwrap(), 7);
        let found = look_up("127.0.0.1".to_owned(), 443, patience).unwrap();
        assert_eq!(found, ["127.0.0.1:443".parse().unwrap()]);
    }
}
