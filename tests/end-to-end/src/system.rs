//! A system that does not do what it should underneath a program.

use std::{
    fs,
    path::PathBuf,
    process::{self, Command},
    sync::LazyLock,
};

/// The library that a program loads by `LD_PRELOAD` to have faults; `system.c` says which. Built once.
pub static FAULTS_OF_THE_SYSTEM: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/tmp");
    fs::create_dir_all(folder).expect("a folder can be made");
    let library = PathBuf::from(folder).join("faults-of-the-system.so");
    // Test programs may run at once: each puts its own into the place of the one before.
    let own = library.with_extension(process::id().to_string());
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src/system.c");
    let built = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(&own)
        .args([source, "-ldl"])
        .output()
        .expect("cc runs: install a C compiler");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    fs::rename(&own, &library).expect("it can be put in its place");
    library
});
