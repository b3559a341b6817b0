//! The program `snow-token-simulator` with a scenario file and the admin endpoint.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

/// Killed when the test is done with it, or has failed.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_snow-token-simulator"))
}

fn ready(program: &mut Running) -> Value {
    let stdout = program.0.stdout.as_mut().unwrap();
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn it_is_set_up_by_a_file_and_takes_commands() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("scenario.toml");
    fs::write(
        &file,
        "[[clients]]\nname = \"only\"\ngrants = []\nscopes = []\n",
    )
    .unwrap();
    let child = program()
        .arg("--scenario")
        .arg(&file)
        .arg("--admin")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut program = Running(child);
    let ready = ready(&mut program);
    assert_eq!(ready["clients"].as_array().unwrap().len(), 1);
    let admin = ready["admin_url"].as_str().unwrap();
    let admin = admin.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(admin).unwrap();
    stream
        .write_all(b"POST /hibernate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n")
        .unwrap();
    let mut status = String::new();
    BufReader::new(stream).read_line(&mut status).unwrap();
    assert_eq!(status, "HTTP/1.1 204 No Content\r\n");
}

#[test]
fn a_file_that_is_wrong_is_named_with_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("scenario.toml");
    fs::write(&file, "[instance]\nlifetime = 1\n").unwrap();
    for (file, words) in [
        (file, "unknown field `lifetime`"),
        (directory.path().join("missing.toml"), "os error"),
    ] {
        let output = program().arg("--scenario").arg(&file).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8(output.stderr).unwrap();
        let name = file.display().to_string();
        assert!(said.contains(words) && said.contains(&name), "{said}");
    }
}
