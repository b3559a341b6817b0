//! Places for tokens that are full, read-only, somebody else's, or none. A token that cannot be kept is
//! still a token, and one that cannot be read is asked for.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use rustix::io::Errno;
use snow_token_end_to_end::simulator;

use crate::trial::{NETWORK, Trial};

fn trial() -> Trial {
    Trial::of(simulator())
}

/// The token is printed, what was wrong is said, and the one that was kept before is as it was.
fn cannot_keep(trial: Trial, words: &[&str]) {
    let kept = trial.kept();
    let trial = trial.gets_a_token_with(words);
    assert_eq!(trial.kept(), kept);
}

#[test]
fn a_full_disk() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_WRITES", Errno::NOSPC);
    cannot_keep(
        trial,
        &["warning: cannot write ", "No space left on device"],
    );
}

#[test]
fn a_quota_that_is_used_up() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_WRITES", Errno::DQUOT);
    cannot_keep(trial, &["warning: cannot write ", "quota exceeded"]);
}

#[test]
fn a_disk_that_breaks() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_WRITES", Errno::IO);
    cannot_keep(trial, &["warning: cannot write ", "Input/output error"]);
}

#[test]
fn a_file_system_without_a_file_to_spare() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_FILES", Errno::NOSPC);
    cannot_keep(
        trial,
        &[
            "warning: cannot lock ",
            "warning: cannot write ",
            "No space left on device",
        ],
    );
}

#[test]
fn a_read_only_file_system() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_FILES", Errno::ROFS);
    cannot_keep(trial, &["warning: cannot write ", "Read-only file system"]);
}

#[test]
fn a_folder_in_which_this_user_may_not_write() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_FILES", Errno::ACCESS);
    cannot_keep(trial, &["warning: cannot write ", "Permission denied"]);
}

/// Two that renew at once are better than none.
#[test]
fn a_file_system_without_locks() {
    let trial = trial().on_a_system_that_fails("SYSTEM_NO_LOCKS", Errno::NOLCK);
    let before = trial.kept();
    let trial = trial.gets_a_token_with(&["warning: cannot lock ", "No locks available"]);
    assert_ne!(trial.kept(), before);
}

#[test]
fn a_file_of_somebody_else() {
    let trial = trial()
        .without_refresh()
        .on_a_system_with("SYSTEM_FOREIGN_FILES", "1");
    let trial = trial.gets_a_token_with(&["others could have written it", "was set aside"]);
    assert_eq!(trial.simulator().instance().token_requests(), 1);
}

/// What is in the file's place in the cache, and the words for it; then a new token is there, or what
/// was there before.
#[track_caller]
fn in_place_of_the_cache_file(
    put: impl FnOnce(&std::path::Path),
    words: &[&str],
    is_replaced: bool,
) {
    let trial = trial().without_refresh();
    let file = trial.cache_file();
    fs::remove_file(&file).unwrap();
    put(&file);
    let trial = trial.gets_a_token_with(words);
    assert_eq!(trial.simulator().instance().token_requests(), 1);
    let is_file = file.symlink_metadata().is_ok_and(|found| found.is_file());
    assert_eq!(is_file && trial.kept().is_some(), is_replaced);
}

#[test]
fn an_empty_file() {
    in_place_of_the_cache_file(|file| private(file, b""), &["torn", "was set aside"], true);
}

#[test]
fn a_file_of_zeros() {
    in_place_of_the_cache_file(
        |file| private(file, &[0; 4096]),
        &["torn", "was set aside"],
        true,
    );
}

#[test]
fn a_file_that_is_far_too_large() {
    let large = vec![b' '; 2_000_000];
    in_place_of_the_cache_file(
        |file| private(file, &large),
        &["torn", "was set aside"],
        true,
    );
}

#[test]
fn a_folder_in_the_files_place() {
    let words = ["is no file", "cannot write"];
    in_place_of_the_cache_file(|file| fs::create_dir(file).unwrap(), &words, false);
}

#[test]
fn a_link_to_nowhere_in_the_files_place() {
    in_place_of_the_cache_file(|file| symlink("/nowhere/at/all", file).unwrap(), &[], true);
}

/// The link is replaced, and what it leads to is let be.
#[test]
fn a_link_to_something_else_in_the_files_place() {
    let other = snow_token_end_to_end::fresh_home().join("other");
    private(&other, b"something else");
    in_place_of_the_cache_file(
        |file| symlink(&other, file).unwrap(),
        &["torn", "was set aside"],
        true,
    );
    assert_eq!(fs::read(&other).unwrap(), b"something else");
}

/// Who opens one to read waits for somebody who writes, if nobody takes care.
#[test]
fn a_fifo_in_the_files_place() {
    let fifo = |file: &std::path::Path| {
        rustix::fs::mknodat(
            rustix::fs::CWD,
            file,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
    };
    in_place_of_the_cache_file(fifo, &["is no file"], true);
}

#[test]
fn a_file_that_may_not_be_read() {
    let trial = trial().without_refresh();
    let trial = trial.on_a_system_that_fails("SYSTEM_NO_READS", Errno::ACCESS);
    let trial = trial.gets_a_token_with(&["warning: cannot read ", "Permission denied"]);
    assert_eq!(trial.simulator().instance().token_requests(), 1);
}

#[test]
fn a_file_in_the_place_of_the_folders() {
    let trial = trial();
    for folder in [".cache", ".local"] {
        let _ = fs::remove_dir_all(trial.home().join(folder));
        fs::write(trial.home().join(folder), "a file where a folder should be").unwrap();
    }
    trial.gets_a_token_with(&["warning: cannot make the folder ", "Not a directory"]);
}

#[test]
fn no_home() {
    let mut trial = trial();
    trial.command().env_remove("HOME").env("HOME", "");
    trial.gets_a_token_with(&["token acquired"]);
}

/// Even where nothing can be kept, what is wrong with the instance is what counts.
#[test]
fn a_full_disk_and_no_network() {
    let trial = Trial::at("https://127.0.0.1:1");
    let trial = trial.on_a_system_that_fails("SYSTEM_NO_FILES", Errno::NOSPC);
    trial.ends(
        NETWORK,
        &["the connection was refused", "No space left on device"],
    );
}

fn private(file: &std::path::Path, content: &[u8]) {
    fs::write(file, content).unwrap();
    fs::set_permissions(file, fs::Permissions::from_mode(0o600)).unwrap();
}
