//! Trials on a system that does not do what it should underneath the command.

use std::ffi::OsStr;

use rustix::io::Errno;
use snow_token_end_to_end::FAULTS_OF_THE_SYSTEM;

use crate::trial::Trial;

impl Trial {
    /// On a system with this fault; `src/system.c` has them all.
    pub(crate) fn on_a_system_with(self, variable: &str, value: impl AsRef<OsStr>) -> Self {
        self.env("LD_PRELOAD", &*FAULTS_OF_THE_SYSTEM)
            .env(variable, value)
    }

    /// On a system where something ends in this error.
    pub(crate) fn on_a_system_that_fails(self, variable: &str, error: Errno) -> Self {
        self.on_a_system_with(variable, error.raw_os_error().to_string())
    }
}
