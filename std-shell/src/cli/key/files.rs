//! Files that are whole or not there, and never take another's place.

use std::{
    fs::{self, Permissions},
    io::{self, Write},
    path::Path,
};

use crate::cli::Failure;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Readers {
    /// This user, from the moment on that it is there.
    Owner,
    /// As the user's umask has it.
    Others,
}

/// Refuses a place that is taken, before anything is made that would go there.
pub(super) fn refuse_taken(path: &Path) -> Result<(), Failure> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::cannot_write(path, &error)),
        Ok(_) => Err(Failure::Input(format!(
            "{} is there already, and is not overwritten: choose another name with --out",
            path.display()
        ))),
    }
}

/// Writes a new file: under another name first, then in one step to its place, unless that is taken
/// meanwhile.
pub(super) fn write_new(path: &Path, content: &str, readers: Readers) -> Result<(), Failure> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let written = file(folder, readers).and_then(|mut file| {
        file.write_all(content.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist_noclobber(path).map_err(|error| error.error)
    });
    match written {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::cannot_write(path, &error)),
    }
}

fn file(folder: &Path, readers: Readers) -> io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".snow-token-");
    if let Some(permissions) = permissions(readers) {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// `None` for what temporary files have by themselves: this user alone.
#[cfg(unix)]
fn permissions(readers: Readers) -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    (readers == Readers::Others).then(|| Permissions::from_mode(0o666))
}

/// Elsewhere files are as their folder says.
#[cfg(not(unix))]
fn permissions(_: Readers) -> Option<Permissions> {
    None
}
