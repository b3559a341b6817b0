//! The user's folders: XDG's on Unix (macOS too, as developers' tools have it there), the known
//! folders on Windows.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use etcetera::BaseStrategy;

const NAME: &str = "snow-token";

/// The profile file, which need not be there.
pub(crate) fn config_file() -> Option<PathBuf> {
    let at_home = strategy().map(|strategy| strategy.config_dir());
    Some(folder("XDG_CONFIG_HOME", at_home)?.join("config.toml"))
}

/// The folder for what can be had again: access tokens.
pub(crate) fn cache() -> Option<PathBuf> {
    let at_home = strategy().map(|strategy| strategy.cache_dir());
    folder("XDG_CACHE_HOME", at_home)
}

/// The folder for what cannot be had again without a person: refresh tokens.
pub(crate) fn state() -> Option<PathBuf> {
    // Windows has no folder for state; its local data are not carried to other machines.
    let at_home =
        strategy().map(|strategy| strategy.state_dir().unwrap_or_else(|| strategy.cache_dir()));
    folder("XDG_STATE_HOME", at_home)
}

/// The user's home.
pub(crate) fn home() -> Option<PathBuf> {
    etcetera::home_dir().ok().filter(|home| home.is_absolute())
}

/// `None` where the user has no home.
fn strategy() -> Option<impl BaseStrategy> {
    etcetera::choose_base_strategy().ok()
}

fn folder(variable: &str, at_home: Option<PathBuf>) -> Option<PathBuf> {
    let set = env::var_os(variable).filter(|_| cfg!(unix));
    Some(chosen(set, at_home)?.join(NAME))
}

/// A user without a home, as in a container, can still have folders. XDG Base Directory
/// Specification: "all paths set in these environment variables must be absolute".
fn chosen(set: Option<OsString>, at_home: Option<PathBuf>) -> Option<PathBuf> {
    let is_absolute = |folder: &PathBuf| Path::is_absolute(folder);
    let set = set.map(PathBuf::from).filter(is_absolute);
    set.or_else(|| at_home.filter(is_absolute))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_set_needs_no_home() {
        let chosen = |set: Option<&str>, at_home: Option<&str>| {
            chosen(set.map(OsString::from), at_home.map(PathBuf::from))
        };
        let a = Some(PathBuf::from("/a"));
        assert_eq!(chosen(Some("/a"), None), a);
        assert_eq!(chosen(Some("/a"), Some("/home/b")), a);
        for not_absolute in [Some(""), Some("b"), None] {
            assert_eq!(chosen(not_absolute, Some("/a")), a);
            assert_eq!(chosen(not_absolute, None), None);
            assert_eq!(chosen(not_absolute, Some(".cache")), None);
        }
    }
}
