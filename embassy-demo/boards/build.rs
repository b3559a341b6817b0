//! Gives each board its memory map and the linker its scripts.

use std::env;

/// The boards, and whether their log is `defmt`'s, which has a linker script of its own. A board's
/// memory map is `memory/NAME/memory.x`.
const BOARDS: [(&str, bool); 3] = [
    ("nucleo-h743zi", true),
    ("qemu-mps2-an386", false),
    ("w5500-evb-pico2", true),
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=memory");
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    for (board, defmt) in BOARDS {
        // One board's directory alone is searched: all maps have the same name, which link.x asks
        // for.
        let mut arguments = vec![
            format!("-L{package}/memory/{board}"),
            // Sections are not aligned to pages, which flash has not.
            "--nmagic".to_owned(),
            "-Tlink.x".to_owned(),
        ];
        if defmt {
            arguments.push("-Tdefmt.x".to_owned());
        }
        for argument in arguments {
            println!("cargo:rustc-link-arg-bin={board}={argument}");
        }
    }
}
