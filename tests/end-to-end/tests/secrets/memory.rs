//! What is left of secrets in the memory of a program that is done with them, for each way in; and what
//! can be seen of one that is not done yet.
//!
//! The programs stop at their end, when everything was dropped, and all memory that they could write to
//! is searched.
//!
//! | Program | Holds |
//! |---|---|
//! | the command | nothing: its allocator wipes what is given back |
//! | one of the library with such an allocator | nothing |
//! | one of the library without | no private key. Access and refresh tokens are left in the buffers of ureq and rustls, which are given back as they are; secrets and passwords may be |
//! | one of core | no text. Of the key that signs, copies by which p256 moves it over the stack, until others overwrite them |

use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Command, Stdio},
    thread,
};

use rustix::process::{Pid, Signal, kill_process};
use snow_token_end_to_end::{Running, example, fresh_home, private_file, snow_token};
use snow_token_simulator::Fault;

use crate::{
    process::{self, Stopped},
    ways::{self, Secrets, Way, for_each_way},
};

/// A test for each way in.
macro_rules! ways {
    ($($name:ident)*) => {
        mod the_memory_of_a_command_that_is_done_holds_no_secret {
            $(#[test] fn $name() { super::of_command(&super::ways::$name()); })*
        }
        mod the_memory_of_a_program_with_a_wiping_allocator_holds_no_secret {
            $(#[test] fn $name() { super::of_wiped_library(&super::ways::$name()); })*
        }
    };
}

for_each_way!(ways);

fn of_command(way: &Way) {
    let stopped = Stopped::at_exit(way.settings_of(command()));
    let left = way.secrets();
    let left = left.left_in(&stopped.memory());
    assert!(left.is_empty(), "{left:?}");
}

fn command() -> Command {
    let mut command = snow_token();
    command.args(["request", "GET", ways::INCIDENTS]);
    command
}

fn of_wiped_library(way: &Way) {
    let stopped = Stopped::at_exit(way.settings_of(example("library_memory_wiped")));
    let left = way.secrets();
    let left = left.left_in(&stopped.memory());
    assert!(left.is_empty(), "{left:?}");
}

/// What has travelled may be left in it, which no test can hold it to.
#[test]
fn the_memory_of_a_program_without_a_wiping_allocator_holds_no_private_key() {
    let way = ways::jwt_bearer();
    let stopped = Stopped::at_exit(way.settings_of(example("library_memory")));
    let left = way.key().left_in(&stopped.memory());
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_memory_of_a_program_of_core_holds_no_secret() {
    const SECRET: &str = "s3cret of the client, long enough";
    const TOKEN: &str = "acce55-t0ken-long-enough-to-be-found-in-halves";
    const REFRESH_TOKEN: &str = "refre5h-t0ken-long-enough-to-be-found-in-halves";
    let home = fresh_home();
    let key = ways::new_key(&home);
    let answer = format!(
        r#"{{"access_token":"{TOKEN}","refresh_token":"{REFRESH_TOKEN}","token_type":"Bearer","expires_in":1799}}"#
    );
    let mut program = example("core_memory");
    program
        .env("KEY_FILE", &key)
        .env("SECRET_FILE", private_file(&home, "secret", SECRET))
        .env("ANSWER_FILE", private_file(&home, "answer", answer));
    let memory = Stopped::at_exit(program).memory();
    let mut secrets = Secrets::default();
    for (name, secret) in [
        ("secret", SECRET),
        ("token", TOKEN),
        ("refresh token", REFRESH_TOKEN),
    ] {
        secrets.add(name, secret);
    }
    secrets.add_key(&fs::read_to_string(&key).unwrap());
    let mut left = secrets.left_in(&memory);
    left.retain(|name| *name != ways::KEY_AS_P256_HAS_IT);
    assert!(left.is_empty(), "{left:?}");
}

/// It needs them still. What it can do is to keep its memory off the disk, whatever becomes of it; and
/// that the search finds what is there makes it worth something where it finds nothing.
#[test]
fn a_command_that_waits_has_its_secrets_in_memory_and_leaves_no_core_dump() {
    let way = ways::client_credentials();
    way.simulator().inject(Fault::StallAfter(0));
    let mut shell = Command::new("/bin/sh");
    // As much as the system allows.
    shell.args([
        "-c",
        "ulimit -S -c \"$(ulimit -H -c)\" && exec /usr/bin/env --default-signal \"$0\" token",
    ]);
    let token = way.settings_of(snow_token());
    shell.arg(token.get_program()).env_clear();
    shell.envs(
        token
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let mut running = Running::start(&mut shell);
    while way.simulator().instance().token_requests() == 0 {
        thread::yield_now();
    }
    let id = running.child().id();
    assert_eq!(process::limit(id, "Max core file size"), "0");
    let secret = way.simulator().client("reader").client_secret;
    let mut secrets = Secrets::default();
    secrets.add("the secret", &secret);
    assert!(!secrets.left_in(&process::memory(id)).is_empty());
    kill_process(Pid::from_child(running.child()), Signal::QUIT).unwrap();
    let status = running.child().wait().unwrap();
    assert_eq!(status.signal(), Some(Signal::QUIT.as_raw()));
    assert!(!status.core_dumped());
}

#[test]
fn no_secret_stands_among_the_arguments_or_in_the_environment_while_a_command_runs() {
    let way = ways::client_credentials();
    way.simulator().inject(Fault::StallAfter(0));
    let mut command = way.settings_of(snow_token());
    let mut running = Running::start(command.args(["token", "-vvvv"]).stderr(Stdio::null()));
    while way.simulator().instance().token_requests() == 0 {
        thread::yield_now();
    }
    let id = running.child().id();
    let secret = way.simulator().client("reader").client_secret;
    let mut secrets = Secrets::default();
    secrets.add("the secret", &secret);
    for seen in ["cmdline", "environ"] {
        let seen = fs::read(format!("/proc/{id}/{seen}")).unwrap();
        assert!(!seen.is_empty());
        assert!(secrets.left_in(&seen).is_empty());
    }
}
