//! A command on its way into a fault, and all that may come of it.

use core::{net::SocketAddr, time::Duration};
use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Instant, SystemTime},
};

use snow_token::{
    ExposeSecret,
    store::{FileStore, StoreKey, StoredToken, TokenStore},
};
use snow_token_end_to_end::{Outcome, fresh_home, run, simulator, snow_token};
use snow_token_simulator::{Fault, Simulator};

pub(crate) const CONFIGURATION: i32 = 3;
pub(crate) const REFUSED: i32 = 4;
pub(crate) const NETWORK: i32 = 5;
pub(crate) const UNEXPECTED: i32 = 6;

/// The access token that an answer in these tests has, and that must be nowhere but on standard output.
pub(crate) const GRANTED: &str = "granted-T0ken-of-the-answer";
pub(crate) const JSON: &str = "application/json;charset=UTF-8";

/// What lies in the cache before the fault: a token that is good.
const KEPT: &str = "kept-T0ken-from-before-the-fault";
const CLIENT_ID: &str = "id";
const CLIENT_SECRET: &str = "s3cret-of-the-client";
/// How long the command may still take where the time that it was given is over: a loaded machine is
/// slow, and a command that hangs does not end at all.
const SLACK: Duration = Duration::from_secs(30);

/// A test for each row: what is in the way, in which exit code it ends, and the words that say what was
/// wrong and what to do.
macro_rules! faults {
    ($($name:ident: $trial:expr => $code:expr, $words:expr;)*) => {$(
        #[test]
        fn $name() {
            $trial.ends($code, &$words);
        }
    )*};
}
pub(crate) use faults;

/// `token --refresh -vv` by a user who has a good token in the cache.
pub(crate) struct Trial {
    command: Command,
    home: PathBuf,
    key: StoreKey,
    timeout_secs: u64,
    /// What is not to be seen on standard error.
    secrets: Vec<String>,
    simulator: Option<Simulator>,
}

impl Trial {
    /// At an address where no instance is.
    pub(crate) fn at(instance: &str) -> Self {
        Self::new(instance, CLIENT_ID, CLIENT_SECRET)
    }

    /// At a simulated instance, which something was done to.
    pub(crate) fn with(set: impl FnOnce(&Simulator)) -> Self {
        let simulator = simulator();
        set(&simulator);
        Self::of(simulator)
    }

    /// At that simulated instance.
    pub(crate) fn of(simulator: Simulator) -> Self {
        let client = simulator.client("reader");
        let mut trial = Self::new(simulator.url(), &client.client_id, &client.client_secret);
        trial.command.env("SERVICENOW_CA_FILE", simulator.ca_file());
        trial.simulator = Some(simulator);
        trial
    }

    fn new(instance: &str, client_id: &str, client_secret: &str) -> Self {
        let home = fresh_home();
        let mut command = snow_token();
        command
            .args(["token", "--refresh", "-vv"])
            .env("HOME", &home)
            .env("SERVICENOW_INSTANCE", instance)
            .env("SERVICENOW_CLIENT_ID", client_id)
            .env("SERVICENOW_CLIENT_SECRET", client_secret);
        let trial = Self {
            command,
            key: StoreKey::new(instance, "oauth2_client_credentials", client_id, None, None),
            home,
            timeout_secs: 30,
            secrets: [client_secret, KEPT, GRANTED].map(str::to_owned).into(),
            simulator: None,
        };
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let token = StoredToken::new(KEPT.into(), None, Some(1800), now.unwrap().as_secs());
        trial.store().keep_access_token(&trial.key, &token).unwrap();
        trial
    }

    /// For a server that falls silent: the command must end by itself.
    pub(crate) fn within(mut self, secs: u64) -> Self {
        self.timeout_secs = secs;
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// `token -vv`: the one in the cache will do, if it can be had.
    pub(crate) fn without_refresh(mut self) -> Self {
        let mut command = Command::new(self.command.get_program());
        command
            .args(["token", "-vv"])
            .env_clear()
            .stdin(Stdio::null());
        let set = self.command.get_envs();
        command.envs(set.filter_map(|(name, value)| Some((name, value?))));
        self.command = command;
        self
    }

    /// Something else that must not be seen.
    pub(crate) fn hides(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The user's store, as the command has it.
    pub(crate) fn store(&self) -> FileStore {
        FileStore::in_folders(
            self.home.join(".cache/snow-token"),
            self.home.join(".local/state/snow-token"),
        )
    }

    /// The access token in the cache.
    pub(crate) fn kept(&self) -> Option<String> {
        let kept = self.store().access_token(&self.key).unwrap();
        kept.map(|token| token.access_token.expose_secret().to_owned())
    }

    /// The file of the access token.
    pub(crate) fn cache_file(&self) -> PathBuf {
        let entries = fs::read_dir(self.home.join(".cache/snow-token")).unwrap();
        let mut paths = entries.map(|entry| entry.unwrap().path());
        let is_json = |path: &PathBuf| path.extension().is_some_and(|found| found == "json");
        paths.find(is_json).unwrap()
    }

    /// The command, for what a trial cannot do with it.
    pub(crate) fn command(&mut self) -> &mut Command {
        let timeout = self.timeout_secs.to_string();
        self.command.env("SERVICENOW_TIMEOUT_SECS", timeout)
    }

    pub(crate) fn simulator(&self) -> &Simulator {
        self.simulator.as_ref().expect("there is an instance")
    }

    /// Runs it, and holds it to what goes for every end: in time, no secret, nobody but this user can
    /// read what is kept, and no temporary file is left.
    pub(crate) fn run(&mut self) -> Outcome {
        let began = Instant::now();
        let outcome = run(self.command());
        let took = began.elapsed();
        assert!(
            took < Duration::from_secs(self.timeout_secs) + SLACK,
            "it took {took:?}"
        );
        self.look_for_secrets(&outcome.stderr);
        self.look_for_leftovers();
        outcome
    }

    /// Nobody but this user can read what is kept, and no temporary file is left.
    pub(crate) fn look_for_leftovers(&self) {
        for (path, (mode, content)) in self.kept_files() {
            assert_eq!(mode, 0o600, "{}", path.display());
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("json" | "set-aside") => {}
                Some("lock") => assert!(content.is_empty()),
                _ => panic!("{} was left behind", path.display()),
            }
        }
    }

    pub(crate) fn look_for_secrets(&self, stderr: &str) {
        for secret in &self.secrets {
            assert!(!stderr.contains(secret), "{secret}: {stderr}");
        }
    }

    /// Runs it to the end in this exit code and these words, with advice and without a token on
    /// standard output; after one request at most, and with the good token as it was.
    #[track_caller]
    pub(crate) fn ends(mut self, code: i32, words: &[&str]) {
        let before = self.tokens();
        let outcome = self.run();
        expect(&outcome, code, words);
        assert_eq!(self.tokens(), before, "the good token was touched");
        if let Some(simulator) = &self.simulator {
            let requests = simulator.instance().token_requests();
            assert!(requests <= 1, "it was tried again");
            let claims_silence = outcome.stderr.contains("nothing was sent");
            assert!(!claims_silence || simulator.instance().requests().is_empty());
        }
    }

    /// The same for a command that gets a token in spite of it, and says what was wrong.
    #[track_caller]
    pub(crate) fn gets_a_token_with(mut self, words: &[&str]) -> Self {
        let outcome = self.run();
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(outcome.stdout.trim().len() > 20, "{}", outcome.stdout);
        assert!(!outcome.stderr.contains(outcome.stdout.trim()));
        expect_words(&outcome, words);
        self
    }

    fn tokens(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let mut files = self.kept_files();
        files.retain(|path, _| path.extension().is_none_or(|found| found != "lock"));
        files
    }

    /// Modes and contents of what is kept. Anything but a file is none of the command's.
    fn kept_files(&self) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
        let folders = [".cache/snow-token", ".local/state/snow-token"];
        let entries = folders.iter().filter_map(|folder| {
            let folder = self.home.join(folder);
            fs::read_dir(folder).ok()
        });
        let paths = entries.flatten().map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.symlink_metadata().unwrap().is_file())
            .map(|path| {
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                let content = fs::read(&path).unwrap();
                (path, (mode, content))
            })
            .collect()
    }
}

/// What every failure has: its exit code, its words, advice, no output, and no panic.
#[track_caller]
pub(crate) fn expect(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(outcome.code, code, "{}", outcome.stderr);
    assert_eq!(outcome.stdout, "");
    assert!(
        outcome.stderr.contains("snow-token: "),
        "{}",
        outcome.stderr
    );
    assert!(outcome.stderr.contains("  hint: "), "{}", outcome.stderr);
    expect_words(outcome, words);
}

#[track_caller]
fn expect_words(outcome: &Outcome, words: &[&str]) {
    for words in words {
        assert!(
            outcome.stderr.contains(words),
            "{words:?} is not in:\n{}",
            outcome.stderr
        );
    }
    assert!(!outcome.stderr.contains("panicked"), "{}", outcome.stderr);
    let is_control = |char: char| char.is_control() && char != '\n';
    assert!(!outcome.stderr.contains(is_control), "{:?}", outcome.stderr);
}

/// The token endpoint answers this.
pub(crate) fn answer(status: u16, content_type: &str, body: &str) -> Trial {
    Trial::with(|simulator| {
        let mut instance = simulator.instance();
        instance.script_token_answer(status, content_type, body);
    })
}

/// The token endpoint answers 200 with this for JSON.
pub(crate) fn json(body: &str) -> Trial {
    answer(200, JSON, body)
}

/// A connection or an answer of the instance breaks.
pub(crate) fn broken(fault: Fault) -> Trial {
    Trial::with(|simulator| simulator.inject(fault))
}

/// These bytes come over TLS instead of an answer; a line of the head ends in `\n` here.
pub(crate) fn raw(head: &str, body: impl AsRef<[u8]>) -> Trial {
    let head = head.replace('\n', "\r\n") + "\r\n\r\n";
    broken(Fault::Raw([head.as_bytes(), body.as_ref()].concat()))
}

/// The first byte of a hello.
const TLS_HANDSHAKE: u8 = 22;

/// Listens for one connection, and hands it on with what came on it first.
pub(crate) fn listen(serve: impl FnOnce(TcpStream, Vec<u8>) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut first = Vec::new();
        let mut piece = [0; 16 * 1024];
        // The hello of TLS comes at once, a request line by line.
        loop {
            let len = stream.read(&mut piece).unwrap_or_default();
            first.extend_from_slice(&piece[..len]);
            if len == 0 || first[0] == TLS_HANDSHAKE || first.ends_with(b"\r\n\r\n") {
                break;
            }
        }
        serve(stream, first);
    });
    address
}

/// A server that answers the beginning of TLS with these bytes, and then closes.
pub(crate) fn instead_of_tls(bytes: impl AsRef<[u8]> + Send + 'static) -> Trial {
    let address = listen(move |mut stream, _| {
        let _ = stream.write_all(bytes.as_ref());
    });
    Trial::at(&format!("https://{address}"))
}
