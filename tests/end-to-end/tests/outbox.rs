//! A queue on a disk whose process is killed at any moment.

use core::time::Duration;
use std::{
    env,
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
};

use snow_token::outbox::{Disk, RecordId, Storage};
use snow_token_end_to_end::fresh_home;

const FILE: &str = "SNOW_TOKEN_TEST_OUTBOX";
const MAX_BYTES: u64 = 64 * 1024;
const KILLS: u32 = 50;

fn payload(number: u32) -> Vec<u8> {
    let len = number as usize * 37 % 900;
    (0..len).map(|at| (at + number as usize) as u8).collect()
}

/// What the process does that is killed: it puts records in and takes them out, as many in the long
/// run, and says each that the disk has taken.
#[test]
fn the_process_that_is_killed() {
    let Some(path) = env::var_os(FILE) else {
        return;
    };
    let mut disk = Disk::open(path, MAX_BYTES).unwrap();
    let mut next = env::var("FIRST").unwrap().parse().unwrap();
    let say = |word: &str, number: u32| {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{word} {number}").unwrap();
        stdout.flush().unwrap();
    };
    loop {
        for _ in 0..8 {
            let id = RecordId {
                series: 0,
                sequence: next,
            };
            disk.append(id, &payload(next)).unwrap();
            say("in", next);
            next += 1;
        }
        while disk.len() > 8 {
            let oldest = disk.oldest(&mut [0; 1_024]).unwrap().unwrap();
            disk.remove_oldest().unwrap();
            say("out", oldest.id.sequence);
        }
    }
}

/// The numbers of the records, whose payloads are as they were.
fn records(path: &Path) -> Vec<u32> {
    // A copy can be emptied.
    let copy = path.with_extension("copy");
    std::fs::copy(path, &copy).unwrap();
    let mut disk = Disk::open(&copy, MAX_BYTES).unwrap();
    let mut numbers = Vec::new();
    let mut buf = [0; 1_024];
    while let Some(stored) = disk.oldest(&mut buf).unwrap() {
        let number = stored.id.sequence;
        assert_eq!(&buf[..stored.len], &payload(number)[..]);
        numbers.push(number);
        disk.remove_oldest().unwrap();
    }
    numbers
}

#[test]
fn a_process_that_is_killed_at_any_moment_loses_no_record_and_brings_none_back() {
    let path = fresh_home().join("readings.outbox");
    drop(Disk::open(&path, MAX_BYTES).unwrap());
    // The first that is in the file, and the one behind the last.
    let (mut first, mut next) = (0, 0);
    for kill in 0..KILLS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "the_process_that_is_killed", "--nocapture"])
            .env(FILE, &path)
            .env("FIRST", next.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(Duration::from_millis(u64::from(20 + kill * 7)));
        child.kill().unwrap();
        let said = child.wait_with_output().unwrap().stdout;
        let said = String::from_utf8(said).unwrap();
        for line in said.lines() {
            match line.split_once(' ') {
                Some(("in", number)) => next = number.parse::<u32>().unwrap() + 1,
                Some(("out", number)) => first = number.parse::<u32>().unwrap() + 1,
                _ => {}
            }
        }
        let records = records(&path);
        // A call that was not finished was done, or it was not.
        let is_first = |number| number == first || number == first + 1;
        let start = records.first().copied().unwrap_or(next);
        let end = records.last().map_or(start, |last| last + 1);
        assert!(is_first(start), "kill {kill}: {first} {records:?}");
        assert!(
            end == next || end == next + 1,
            "kill {kill}: {next} {records:?}"
        );
        assert_eq!(records, Vec::from_iter(start..end), "kill {kill}");
        (first, next) = (start, end);
    }
    assert!(next > 100, "{next} records were written");
}
