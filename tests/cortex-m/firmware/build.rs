//! Gives the linker the memory map of the machine in QEMU, which the gateway's firmware has too.

use std::env;

const MEMORY: &str = "../../../embassy-demo/boards/memory/qemu-mps2-an386";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={MEMORY}");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() != Ok("none") {
        return;
    }
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    // Sections are not aligned to pages, which flash has not.
    for argument in [&format!("-L{package}/{MEMORY}"), "--nmagic", "-Tlink.x"] {
        println!("cargo:rustc-link-arg-bins={argument}");
    }
}
