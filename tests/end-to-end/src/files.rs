//! Files as far as it matters who can read them.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A new file that this user alone can read.
pub fn private_file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, content).expect("the file can be written");
    set_mode(&file, 0o600);
    file
}

/// Sets the mode of a file, where files have one.
pub fn set_mode(file: &Path, mode: u32) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(file, permissions).expect("the mode can be set");
    }
    #[cfg(not(unix))]
    let _ = (file, mode);
}
