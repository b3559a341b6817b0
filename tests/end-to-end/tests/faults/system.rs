//! A system that does not do what it should underneath the command.

use std::{fs, path::PathBuf, process::Command, sync::LazyLock};

use rustix::io::Errno;

use crate::trial::Trial;

/// The library with the faults, built once.
static LIBRARY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let library = folder.join("libfaults-of-the-system.so");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/faults/system.c");
    let built = Command::new("cc")
        .args([
            "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(&library)
        .args([source, "-ldl"])
        .output()
        .expect("cc runs: install a C compiler");
    assert!(
        built.status.success(),
        "{}",
        String::from_utf8_lossy(&built.stderr)
    );
    library
});

impl Trial {
    /// On a system with this fault; `system.c` has them all.
    pub(crate) fn on_a_system_with(
        self,
        variable: &str,
        value: impl AsRef<std::ffi::OsStr>,
    ) -> Self {
        self.env("LD_PRELOAD", &*LIBRARY).env(variable, value)
    }

    /// On a system where something ends in this error.
    pub(crate) fn on_a_system_that_fails(self, variable: &str, error: Errno) -> Self {
        self.on_a_system_with(variable, error.raw_os_error().to_string())
    }
}
