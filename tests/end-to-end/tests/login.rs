//! `snow-token login`: a person logs in through a real browser, and what else can come to the
//! listener.

use core::time::Duration;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use snow_token_end_to_end::{
    Outcome, browser::Browser, fresh_home, run, simulator_of, snow_token_at,
};
use snow_token_simulator::{InstanceOptions, RegisteredClient, Simulator};

/// A simulated instance, one of its clients with a redirect URL on a free port, and a home.
struct Setup {
    simulator: Simulator,
    client: RegisteredClient,
    port: u16,
    home: PathBuf,
}

impl Setup {
    fn new(client: &str) -> Self {
        let port = free_port();
        let mut options = InstanceOptions::default();
        for client in &mut options.clients {
            client.redirect_uris = vec![format!("http://127.0.0.1:{port}/callback")];
        }
        let simulator = simulator_of(options);
        Self {
            client: simulator.client(client),
            simulator,
            port,
            home: fresh_home(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = snow_token_at(&self.simulator);
        command
            .args(arguments)
            .env("HOME", &self.home)
            .env("SERVICENOW_AUTH_METHOD", "oauth2_authorization_code")
            .env("SERVICENOW_CLIENT_ID", &self.client.client_id)
            .env("SERVICENOW_REDIRECT_PORT", self.port.to_string());
        if !self.client.is_public() {
            command.env("SERVICENOW_CLIENT_SECRET", &self.client.client_secret);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        run(&mut self.command(arguments))
    }

    /// Starts a login whose "browser" writes the address down, and waits until it has.
    fn start_login(&self, arguments: &[&str]) -> Login {
        let address = self.home.join("address");
        let _ = fs::remove_file(&address);
        let mut command = self.command(&["login", "--wait-secs", "60"]);
        let child = command
            .args(arguments)
            .env("BROWSER", browser_that_writes_to(&self.home, &address))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        Login {
            url: wait_for_file(&address),
            child: Some(child),
        }
    }
}

struct Login {
    url: String,
    child: Option<std::process::Child>,
}

impl Login {
    fn state(&self) -> &str {
        let (_, state) = self.url.split_once("state=").unwrap();
        state.split('&').next().unwrap()
    }

    fn outcome(mut self) -> Outcome {
        self.child
            .take()
            .unwrap()
            .wait_with_output()
            .unwrap()
            .into()
    }
}

impl Drop for Login {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn browser_that_writes_to(home: &Path, address: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let script = home.join("browser");
    let (part, whole) = (address.with_extension("part"), address);
    fs::write(
        &script,
        format!(
            "#!/bin/sh\nprintf %s \"$1\" > '{0}' && mv '{0}' '{1}'\n",
            part.display(),
            whole.display()
        ),
    )
    .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script
}

fn wait_for_file(path: &Path) -> String {
    let began = Instant::now();
    loop {
        match fs::read_to_string(path) {
            Ok(text) => return text,
            Err(_) if began.elapsed() < Duration::from_secs(20) => {
                thread::sleep(Duration::from_millis(5));
            }
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
}

/// What the listener answers to a request.
fn get(port: u16, target: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn log_in(setup: &Setup, browser: &Browser, url: &str) {
    let user = setup.simulator.user("abel.tuter");
    browser.open(url);
    browser.fill("user_name", &user.user_name);
    browser.fill("user_password", &user.password);
    browser.click("login");
}

#[test]
fn a_person_logs_in_and_the_login_renews_tokens_until_the_logout() {
    let setup = Setup::new("app");
    let before = setup.run(&["token"]);
    assert_eq!(before.code, 3);
    assert!(
        before.stderr.contains("nobody is logged in"),
        "{}",
        before.stderr
    );
    assert!(
        before.stderr.contains("snow-token login"),
        "{}",
        before.stderr
    );

    let browser = Browser::start();
    let login = setup.start_login(&[]);
    assert!(
        login.url.contains("code_challenge_method=S256"),
        "{}",
        login.url
    );
    log_in(&setup, &browser, &login.url);
    browser.click("allow");
    browser.wait_for_heading("You are logged in");
    browser.screenshot("login-done");
    assert!(
        browser.text().contains("You can close this window"),
        "{}",
        browser.text()
    );
    let outcome = login.outcome();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("The login is kept"),
        "{}",
        outcome.stdout
    );

    let first = setup.run(&["token"]);
    assert_eq!(first.code, 0, "{}", first.stderr);
    // The instance's clock and the cache's are the same; the token is asked for anew.
    setup
        .simulator
        .instance()
        .advance_clock(Duration::from_secs(1801));
    let second = setup.run(&["token", "--refresh"]);
    assert_eq!(second.code, 0, "{}", second.stderr);
    assert_ne!(first.stdout, second.stdout);
    let request = setup.run(&["request", "GET", "/api/now/table/incident?sysparm_limit=1"]);
    assert_eq!(request.code, 0, "{}", request.stderr);
    let status = setup.run(&["status"]);
    assert!(status.stdout.contains("Logged in yes"), "{}", status.stdout);

    let logout = setup.run(&["logout", "-vv"]);
    assert_eq!(logout.code, 0, "{}", logout.stderr);
    assert!(
        logout.stdout.contains("Revoked and forgot"),
        "{}",
        logout.stdout
    );
    // The token stands in the URL that revokes it.
    assert!(
        !logout.stderr.contains(second.stdout.trim()),
        "{}",
        logout.stderr
    );
    assert_eq!(setup.run(&["token"]).code, 3);
    let again = setup.run(&["logout"]);
    assert!(
        again.stdout.contains("nothing to forget"),
        "{}",
        again.stdout
    );
}

#[test]
fn a_public_client_logs_in_by_pkce_alone_for_as_long_as_its_token_is_good() {
    let setup = Setup::new("public_app");
    let browser = Browser::start();
    let login = setup.start_login(&[]);
    log_in(&setup, &browser, &login.url);
    browser.click("allow");
    browser.wait_for_heading("You are logged in");
    let outcome = login.outcome();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("no refresh token"),
        "{}",
        outcome.stdout
    );
    assert_eq!(setup.run(&["token"]).code, 0);
}

#[test]
fn a_person_who_refuses_is_told_so_in_the_browser_and_on_the_terminal() {
    let setup = Setup::new("app");
    let browser = Browser::start();
    let login = setup.start_login(&[]);
    log_in(&setup, &browser, &login.url);
    browser.click("deny");
    browser.wait_for_heading("The login failed");
    browser.screenshot("login-refused");
    let outcome = login.outcome();
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("the login was refused: access_denied"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn an_implicit_login_hands_the_fragment_back_and_clears_it_from_the_address() {
    let setup = Setup::new("legacy");
    let browser = Browser::start();
    let login = setup.start_login(&["--implicit"]);
    log_in(&setup, &browser, &login.url);
    browser.click("allow");
    browser.wait_for_heading("You are logged in");
    browser.screenshot("login-implicit");
    assert_eq!(
        browser.url(),
        format!("http://127.0.0.1:{}/callback", setup.port)
    );
    let outcome = login.outcome();
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("legacy"), "{}", outcome.stderr);
    assert_eq!(setup.run(&["token"]).code, 0);
}

#[test]
fn what_belongs_to_another_login_is_refused_and_the_login_goes_on() {
    let setup = Setup::new("app");
    let login = setup.start_login(&[]);
    // A browser opens connections ahead of time.
    let silent = TcpStream::connect(("127.0.0.1", setup.port)).unwrap();
    assert!(get(setup.port, "/favicon.ico").starts_with("HTTP/1.1 404"));
    for foreign in [
        "/callback?code=slipped-in".to_owned(),
        "/callback?code=slipped-in&code=again".to_owned(),
        format!("/callback?code=slipped-in&state={}", "0".repeat(32)),
        format!("/callback?code=slipped-in&state={}&state=x", login.state()),
    ] {
        let answer = get(setup.port, &foreign);
        if foreign.ends_with("&state=x") {
            assert!(answer.contains("The login failed"), "{answer}");
        } else {
            assert!(
                answer.contains("This is not the answer to the login"),
                "{answer}"
            );
        }
        assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
        assert!(
            answer.contains("Content-Security-Policy: default-src 'none'"),
            "{answer}"
        );
    }
    drop(silent);
    // The one with this login's own state, twice, has ended it.
    let outcome = login.outcome();
    assert_eq!(outcome.code, 6, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("does not belong to this login"),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        setup.simulator.instance().token_requests(),
        0,
        "a foreign code was traded in"
    );
}

#[test]
fn the_browser_does_not_get_the_secrets_of_the_environment() {
    let setup = Setup::new("app");
    let address = setup.home.join("address");
    let seen = setup.home.join("seen");
    let browser = browser_that_writes_to(&setup.home, &address);
    let script = fs::read_to_string(&browser).unwrap();
    let script = script.replace("\nprintf", &format!("\nenv > '{}'\nprintf", seen.display()));
    fs::write(&browser, script).unwrap();
    let outcome = run(setup
        .command(&["login", "--wait-secs", "1"])
        .env("BROWSER", &browser)
        .env("SERVICENOW_PASSWORD", "hunter2")
        .env("PATH", "/usr/bin:/bin"));
    assert_eq!(outcome.code, 5, "{}", outcome.stderr);
    let url = wait_for_file(&address);
    assert!(!url.contains(&setup.client.client_secret), "{url}");
    let seen = fs::read_to_string(seen).unwrap();
    assert!(seen.contains("SERVICENOW_CLIENT_ID="), "{seen}");
    for secret in [setup.client.client_secret.as_str(), "hunter2"] {
        assert!(!seen.contains(secret), "{seen}");
    }
}

#[test]
fn a_standard_error_that_nobody_reads_does_not_end_the_login() {
    let setup = Setup::new("app");
    let mut child = setup
        .command(&["login", "--no-browser", "--wait-secs", "1"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(5));
}

#[test]
fn a_code_that_the_instance_refuses_is_told_in_the_browser_too() {
    let setup = Setup::new("app");
    let login = setup.start_login(&[]);
    let answer = get(
        setup.port,
        &format!("/callback?code=made-up&state={}", login.state()),
    );
    assert!(answer.contains("The login failed"), "{answer}");
    let outcome = login.outcome();
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(!outcome.stderr.contains("made-up"), "{}", outcome.stderr);
}

#[test]
fn a_port_that_is_taken_and_a_person_who_does_not_come_are_errors_with_advice() {
    let setup = Setup::new("app");
    let taken = TcpListener::bind(("127.0.0.1", setup.port)).unwrap();
    let outcome = setup.run(&["login", "--no-browser"]);
    assert_eq!(outcome.code, 3, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("SERVICENOW_REDIRECT_PORT"),
        "{}",
        outcome.stderr
    );
    drop(taken);
    let outcome = setup.run(&["login", "--no-browser", "--wait-secs", "1"]);
    assert_eq!(outcome.code, 5, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("nobody came back"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_browser_on_another_machine_hands_its_last_address_in() {
    let setup = Setup::new("app");
    let mut child = setup
        .command(&["login", "--no-browser", "--wait-secs", "60"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            line.trim()
                .starts_with("https://")
                .then(|| line.trim().to_owned())
        })
        .unwrap();
    let (_, state) = url.split_once("state=").unwrap();
    let state = state.split('&').next().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    writeln!(
        stdin,
        "http://127.0.0.1:{}/callback?error=access_denied&state={state}",
        setup.port
    )
    .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4));
}
