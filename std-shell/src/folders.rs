//! The user's folders: XDG's on Unix (macOS too, as developers' tools have it there), the known
//! folders on Windows.

use std::path::PathBuf;

use etcetera::BaseStrategy;

const NAME: &str = "snow-token";

/// The profile file, which need not be there.
pub(crate) fn config_file() -> Option<PathBuf> {
    Some(strategy()?.config_dir().join(NAME).join("config.toml"))
}

/// The folder for what can be had again: access tokens.
pub(crate) fn cache() -> Option<PathBuf> {
    Some(strategy()?.cache_dir().join(NAME))
}

/// The folder for what cannot be had again without a person: refresh tokens.
pub(crate) fn state() -> Option<PathBuf> {
    let strategy = strategy()?;
    // Windows has no folder for state; its local data are not carried to other machines.
    let state = strategy.state_dir().unwrap_or_else(|| strategy.cache_dir());
    Some(state.join(NAME))
}

/// `None` where the user has no home.
fn strategy() -> Option<impl BaseStrategy> {
    etcetera::choose_base_strategy().ok()
}
