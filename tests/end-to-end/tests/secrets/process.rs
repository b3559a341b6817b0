//! Processes that stand still, and their memory.

use std::{
    fs::{self, File},
    os::unix::fs::FileExt,
    process::{Child, Command, Stdio},
};

use rustix::process::{Pid, WaitOptions, waitpid};
use snow_token_end_to_end::FAULTS_OF_THE_SYSTEM;

/// A process that has stopped. It is killed when this is dropped.
pub(crate) struct Stopped(Child);

impl Stopped {
    /// Runs the program until all that it does at its end is done.
    pub(crate) fn at_exit(mut command: Command) -> Self {
        command
            .env("LD_PRELOAD", &*FAULTS_OF_THE_SYSTEM)
            .env("SYSTEM_STOP_AT_EXIT", "1")
            .stdout(Stdio::null());
        let child = command.spawn().unwrap();
        let stopped = Self(child);
        let pid = Pid::from_child(&stopped.0);
        let (_, status) = waitpid(Some(pid), WaitOptions::UNTRACED).unwrap().unwrap();
        assert!(status.stopped(), "it ended: {status:?}");
        stopped
    }

    pub(crate) fn memory(&self) -> Vec<u8> {
        memory(self.0.id())
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// All memory of the process that it can write to.
pub(crate) fn memory(id: u32) -> Vec<u8> {
    let maps = fs::read_to_string(format!("/proc/{id}/maps")).unwrap();
    let memory = File::open(format!("/proc/{id}/mem")).unwrap();
    let mut bytes = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (range, _) = line.split_once(' ').unwrap();
        let (start, end) = range.split_once('-').unwrap();
        let [start, end] = [start, end].map(|address| u64::from_str_radix(address, 16).unwrap());
        let at = bytes.len();
        bytes.resize(at + usize::try_from(end - start).unwrap(), 0);
        memory.read_exact_at(&mut bytes[at..], start).unwrap();
    }
    bytes
}

/// What the process may use of something, as in `Max core file size`.
pub(crate) fn limit(id: u32, what: &str) -> String {
    let limits = fs::read_to_string(format!("/proc/{id}/limits")).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix(what));
    line.unwrap().split_whitespace().next().unwrap().to_owned()
}
