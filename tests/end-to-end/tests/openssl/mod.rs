//! The openssl command: keys and certificates of another implementation, and its judgement of ours.

use std::process::{Command, Stdio};

/// What the command prints, words on standard error included. It must succeed.
pub(crate) fn openssl(arguments: &[&str]) -> String {
    let output = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .expect("the tests need the openssl command");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "openssl {arguments:?}: {words}");
    text + &words
}
