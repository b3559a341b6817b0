//! The demonstration that a newcomer runs.

use std::process::Command;

use snow_token_device::firmware::FOLDER_VARIABLE;

fn demo() -> Command {
    Command::new(env!("CARGO_BIN_EXE_gateway-demo"))
}

#[test]
fn it_shows_what_the_device_says_and_what_arrives() {
    let output = demo()
        .args(["--readings", "3", "--interval", "50", "--figures"])
        .output()
        .unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{out}{err}");
    for text in [
        "device | figures: ",
        "TLS 1.3, verified",
        "instance | u_reading: pump-7-",
        "value 20.2 (3)",
        "\n3 readings arrived, 3 of them once; 1 token requests over 1 connections",
    ] {
        assert!(out.contains(text), "{text:?} is missing\n{out}");
    }
}

#[test]
fn it_says_what_is_missing_and_how_to_get_it() {
    let said = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).unwrap()
    };
    let without_qemu = said(demo().env("PATH", "/nowhere"));
    assert!(
        without_qemu.contains("apt-get install qemu-system-arm"),
        "{without_qemu}"
    );
    let without_target = said(
        demo()
            .env_remove(FOLDER_VARIABLE)
            .env("RUSTC", "/nowhere/rustc"),
    );
    assert!(
        without_target.contains("rustup target add thumbv7em"),
        "{without_target}"
    );
    let elsewhere = said(demo().env(FOLDER_VARIABLE, "/nowhere"));
    assert!(
        elsewhere.contains("/nowhere/qemu-mps2-an386-p384"),
        "{elsewhere}"
    );
}
