//! The openssl command: keys from another implementation, and signatures that it judges.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

pub(crate) fn openssl(arguments: &[&str], stdin: &[u8]) -> Vec<u8> {
    let mut child = Command::new("openssl")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the tests need the openssl command");
    child.stdin.take().unwrap().write_all(stdin).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {arguments:?}");
    output.stdout
}

pub(crate) fn openssl_text(arguments: &[&str], stdin: &[u8]) -> String {
    String::from_utf8(openssl(arguments, stdin)).unwrap()
}
