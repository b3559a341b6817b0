//! Cargo for a Cortex-M, whichever compiler has its core library.

use std::{
    env,
    path::Path,
    process::{Command, Stdio},
};

const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Debian's Rust, which brings the source of core where rustup can download nothing.
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

/// Cargo, to build for `target` in the workspace; nothing where no compiler can.
///
/// Debian's Rust has an output folder of its own, as in `tests/run`. Where `RUSTC` names a compiler, no
/// other is looked for.
pub fn cargo(target: &str) -> Option<Command> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(WORKSPACE).stdin(Stdio::null());
    let chosen = env::var_os("RUSTC");
    if env::var_os("CARGO_UNSTABLE_BUILD_STD").is_some() {
        return Some(cargo);
    }
    let rustc = chosen.as_deref().unwrap_or("rustc".as_ref());
    let libraries = answer(Command::new(rustc).current_dir(WORKSPACE).args([
        "--print",
        "target-libdir",
        "--target",
        target,
    ]));
    if libraries.is_some_and(|folder| Path::new(&folder).is_dir()) {
        return Some(cargo);
    }
    if chosen.is_some() {
        return None;
    }
    let sysroot = answer(Command::new(DEBIAN_RUSTC).args(["--print", "sysroot"]))?;
    if !Path::new(&sysroot)
        .join("lib/rustlib/src/rust/library/core")
        .is_dir()
    {
        return None;
    }
    let linker = target.replace(['-', '.'], "_").to_uppercase();
    cargo
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_UNSTABLE_BUILD_STD", "core")
        .env("CARGO_TARGET_DIR", "target/debian-rust")
        .env(format!("CARGO_TARGET_{linker}_LINKER"), "arm-none-eabi-ld");
    Some(cargo)
}

/// What a command prints in one line, if it succeeds.
fn answer(command: &mut Command) -> Option<String> {
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim_end().to_owned())
}
