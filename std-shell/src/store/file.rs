//! Tokens in files that their user alone can read.
//!
//! A file is written beside its place, synced and renamed into it, so a reader sees the old one or
//! the new one and nothing between. Each names whose token is in it; one that names somebody else,
//! or is no such file at all, is set aside and never believed.

use core::time::Duration;
use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    thread,
    time::Instant,
};

use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use tempfile::TempPath;
use zeroize::Zeroizing;

use super::{StoreError, StoreKey, StoreLock, StoredToken, TokenStore};
use crate::folders;

const VERSION: u64 = 1;
const EXTENSION: &str = "json";
/// Of a file that was not believed.
const SET_ASIDE: &str = "set-aside";
/// A token of 4 KiB and what stands beside it is far below.
const FILE_LIMIT: u64 = 256 * 1024;
/// How often somebody who waits looks whether the lock is free.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// Keeps access tokens in `$XDG_CACHE_HOME/snow-token` and refresh tokens in
/// `$XDG_STATE_HOME/snow-token`.
///
/// # Examples
/// ```no_run
/// # use snow_token::{Client, Settings, store::FileStore};
/// let client = Client::builder(Settings::from_env()?).with_store(FileStore::of_user()?).build()?;
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct FileStore {
    cache: PathBuf,
    state: PathBuf,
    keeps_access_tokens: bool,
    /// Whether the folders are this program's own, to be closed to others.
    owns_folders: bool,
}

impl FileStore {
    /// The store of this user, which the command uses too.
    ///
    /// # Errors
    /// [`StoreError`], where the user has no home.
    pub fn of_user() -> Result<Self, StoreError> {
        match (folders::cache(), folders::state()) {
            (Some(cache), Some(state)) => Ok(Self {
                owns_folders: true,
                ..Self::in_folders(cache, state)
            }),
            _ => Err(StoreError::new(
                "this user has no folder to keep tokens in: set HOME, or XDG_CACHE_HOME and \
                 XDG_STATE_HOME",
            )),
        }
    }

    /// A store in these folders: one for access tokens, one for refresh tokens. Where one is not there
    /// it is made, for this user alone; one that is there stays open to whom it is open.
    pub fn in_folders(cache: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Self {
        Self {
            cache: cache.into(),
            state: state.into(),
            keeps_access_tokens: true,
            owns_folders: false,
        }
    }

    /// Neither reads nor keeps access tokens; refresh tokens go on as they are.
    #[must_use]
    pub const fn without_access_tokens(mut self) -> Self {
        self.keeps_access_tokens = false;
        self
    }
}

impl TokenStore for FileStore {
    /// A lock of the operating system on a file in the folder for refresh tokens, which nobody deletes
    /// to make room. It ends with its process, however that ends.
    fn lock(&self, key: &StoreKey, patience: Duration) -> Result<StoreLock, StoreError> {
        self.make_folder(&self.state)?;
        let path = self.state.join(format!("{}.lock", name(key)));
        let failed = |error| StoreError::new(format!("cannot lock {}: {error}", path.display()));
        let began = Instant::now();
        loop {
            let file = private()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let file = file.map_err(failed)?;
            match file.try_lock() {
                // One that was deleted meanwhile locks nobody out.
                Ok(()) if is_at(&file, &path) => {
                    for folder in [&self.cache, &self.state] {
                        remove_leftovers(folder, &name(key));
                    }
                    return Ok(StoreLock::new(file));
                }
                Ok(()) => {}
                Err(TryLockError::WouldBlock) if began.elapsed() < patience => {
                    thread::sleep(LOCK_INTERVAL);
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(StoreError::busy(format!(
                        "another process has held {} for {:.0} s",
                        path.display(),
                        patience.as_secs_f32()
                    )));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    fn access_token(&self, key: &StoreKey) -> Result<Option<StoredToken>, StoreError> {
        if !self.keeps_access_tokens {
            return Ok(None);
        }
        read(&self.cache, key, |file| {
            Some(StoredToken {
                access_token: SecretString::from(file["access_token"].as_str()?),
                scope: file["scope"].as_str().map(str::to_owned),
                expires_in_secs: match &file["expires_in"] {
                    Value::Null => None,
                    secs => Some(u32::try_from(secs.as_u64()?).ok()?),
                },
                requested_at_unix: file["requested_at"].as_u64()?,
            })
        })
    }

    fn keep_access_token(&self, key: &StoreKey, token: &StoredToken) -> Result<(), StoreError> {
        if !self.keeps_access_tokens {
            return Ok(());
        }
        let file = json!({
            "version": VERSION,
            "key": describe(key),
            "access_token": token.access_token.expose_secret(),
            "scope": token.scope,
            "expires_in": token.expires_in_secs,
            "requested_at": token.requested_at_unix,
        });
        self.write(&self.cache, key, file)
    }

    fn refresh_token(&self, key: &StoreKey) -> Result<Option<SecretString>, StoreError> {
        read(&self.state, key, |file| {
            file["refresh_token"].as_str().map(SecretString::from)
        })
    }

    fn keep_refresh_token(&self, key: &StoreKey, token: &SecretString) -> Result<(), StoreError> {
        let file = json!({
            "version": VERSION,
            "key": describe(key),
            "refresh_token": token.expose_secret(),
        });
        self.write(&self.state, key, file)
    }

    /// Whatever becomes of one file, the others are deleted.
    fn forget(&self, key: &StoreKey) -> Result<(), StoreError> {
        let mut outcome = Ok(());
        for folder in [&self.state, &self.cache] {
            remove_leftovers(folder, &name(key));
            for extension in [EXTENSION, SET_ASIDE] {
                let path = path(folder, key).with_extension(extension);
                if let Err(error) = fs::remove_file(&path)
                    && error.kind() != io::ErrorKind::NotFound
                {
                    let what = format!("cannot delete {}: {error}", path.display());
                    outcome = outcome.and(Err(StoreError::new(what)));
                }
            }
        }
        outcome
    }
}

impl FileStore {
    fn write(&self, folder: &Path, key: &StoreKey, content: Value) -> Result<(), StoreError> {
        let content = JsonFile(content);
        let path = path(folder, key);
        let failed =
            |error: io::Error| StoreError::new(format!("cannot write {}: {error}", path.display()));
        self.make_folder(folder)?;
        let mut bytes = Zeroizing::new(Vec::with_capacity(8 * 1024));
        serde_json::to_writer_pretty(&mut *bytes, &content.0)
            .map_err(|error| failed(error.into()))?;
        bytes.push(b'\n');
        let prefix = leftover_prefix(&name(key));
        let file = write_nameless(folder, &prefix, &bytes)
            .or_else(|_| write_named(folder, &prefix, &bytes))
            .map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        sync_folder(folder);
        Ok(())
    }

    fn make_folder(&self, folder: &Path) -> Result<(), StoreError> {
        if folder.is_dir() {
            if self.owns_folders {
                keep_out_others(folder);
            }
            return Ok(());
        }
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|error| {
            StoreError::new(format!(
                "cannot make the folder {}: {error}",
                folder.display()
            ))
        })
    }
}

fn path(folder: &Path, key: &StoreKey) -> PathBuf {
    folder.join(format!("{}.{EXTENSION}", name(key)))
}

/// The name of a key's files: the host for people, and a hash over all of it.
pub(super) fn name(key: &StoreKey) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, describe(key).to_string().as_bytes());
    let hash: String = hash.as_ref()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let host = key.instance.split("://").last().unwrap_or_default();
    let host: String = host
        .chars()
        .map(|char| match char {
            '.' | '-' | '0'..='9' | 'a'..='z' | 'A'..='Z' => char,
            _ => '_',
        })
        .take(100)
        .collect();
    format!("{host}-{hash}")
}

fn describe(key: &StoreKey) -> Value {
    json!({
        "instance": key.instance,
        "method": key.method,
        "client_id": key.client_id,
        "scope": key.scope,
        "user": key.user,
    })
}

fn read<T>(
    folder: &Path,
    key: &StoreKey,
    take: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, StoreError> {
    let path = path(folder, key);
    let failed = |error| StoreError::new(format!("cannot read {}: {error}", path.display()));
    let file = match not_waiting().open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(StoreError::new(format!("{} is no file", path.display())));
    }
    let bytes = read_content(file, metadata.len()).map_err(failed)?;
    let reason = match serde_json::from_slice(&bytes).map(JsonFile) {
        Ok(content) if content.0["version"].as_u64() > Some(VERSION) => {
            let what = format!("{} is of a newer version of this program", path.display());
            return Err(StoreError::new(what));
        }
        Ok(content) => match believe(&content, key, &metadata, take) {
            Ok(found) => return Ok(Some(found)),
            Err(reason) => reason,
        },
        Err(_) => "it is torn, or no such file at all",
    };
    // Unless another process has just put a good one there.
    let now = not_waiting().open(&path);
    let now = now.and_then(|file| read_content(file, metadata.len()));
    if now.is_ok_and(|now| *now == *bytes) {
        set_aside(&path, reason);
    }
    Ok(None)
}

/// As much as a file of this store has, into a buffer for what it is said to have.
fn read_content(file: File, len: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let capacity = usize::try_from(len.min(FILE_LIMIT)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(capacity));
    file.take(FILE_LIMIT).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What `take` finds, if the file is one that this store wrote for this key.
fn believe<T>(
    content: &JsonFile,
    key: &StoreKey,
    metadata: &fs::Metadata,
    take: impl FnOnce(&Value) -> Option<T>,
) -> Result<T, &'static str> {
    let content = &content.0;
    if others_could_have_written(metadata) {
        return Err("others could have written it");
    }
    if content["version"] != VERSION || content["key"] != describe(key) {
        return Err("it belongs to something else");
    }
    take(content).ok_or("a part of it is missing")
}

/// A parsed file, whose texts are wiped: there is a token among them.
struct JsonFile(Value);

impl Drop for JsonFile {
    fn drop(&mut self) {
        for member in ["access_token", "refresh_token"] {
            if let Some(Value::String(text)) = self.0.get_mut(member) {
                zeroize::Zeroize::zeroize(text);
            }
        }
    }
}

/// Renames a file that is not to be believed, in place of the one that was set aside before.
fn set_aside(path: &Path, reason: &str) {
    let aside = path.with_extension(SET_ASIDE);
    match fs::rename(path, &aside) {
        Ok(()) => tracing::warn!(
            "{} is not believed ({reason}) and was set aside as {}",
            path.display(),
            aside.display()
        ),
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => tracing::warn!(
            "{} is not believed ({reason}), and cannot be set aside: {error}",
            path.display()
        ),
    }
}

/// A whole file beside its place. It has no name until it is whole, so a process that is killed over
/// it leaves nothing behind.
///
/// # Errors
/// Where the file system has no such files, too.
#[cfg(target_os = "linux")]
fn write_nameless(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<TempPath> {
    use rustix::fs::{AtFlags, CWD, OFlags, linkat};
    use std::os::{fd::AsRawFd, unix::fs::OpenOptionsExt};
    let mut file = File::options()
        .write(true)
        .mode(0o600)
        .custom_flags(OFlags::TMPFILE.bits().cast_signed())
        .open(folder)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    let nameless = format!("/proc/self/fd/{}", file.as_raw_fd());
    let named = tempfile::Builder::new()
        .prefix(prefix)
        .make_in(folder, |path| {
            Ok(linkat(CWD, &nameless, CWD, path, AtFlags::SYMLINK_FOLLOW)?)
        })?;
    Ok(named.into_temp_path())
}

#[cfg(not(target_os = "linux"))]
fn write_nameless(_: &Path, _: &str, _: &[u8]) -> io::Result<TempPath> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A whole file beside its place. Such a file is made with mode 0600.
fn write_named(folder: &Path, prefix: &str, bytes: &[u8]) -> io::Result<TempPath> {
    let mut file = tempfile::Builder::new()
        .prefix(prefix)
        .tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file.into_temp_path())
}

/// What a process that was killed may have left beside the place of a file.
fn leftover_prefix(name: &str) -> String {
    format!(".{name}-")
}

/// Nobody writes while the lock is held by the one who looks.
fn remove_leftovers(folder: &Path, name: &str) {
    let prefix = leftover_prefix(name);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&prefix) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// A folder that was made in another way may be open to others.
#[cfg(unix)]
fn keep_out_others(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(folder).map(|metadata| metadata.permissions().mode());
    if mode.is_ok_and(|mode| mode & 0o077 != 0) {
        // Of no use where it belongs to somebody else; then the files cannot be written either.
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
}

#[cfg(not(unix))]
fn keep_out_others(_: &Path) {}

/// To read a file, and not to wait where there is a FIFO in its place.
fn not_waiting() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    options.read(true);
    options
}

fn private() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true);
    options
}

#[cfg(unix)]
fn others_could_have_written(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    metadata.uid() != rustix::process::geteuid().as_raw()
        || metadata.permissions().mode() & 0o022 != 0
}

#[cfg(not(unix))]
fn others_could_have_written(_: &fs::Metadata) -> bool {
    false
}

/// Whether the file is still the one of that name.
#[cfg(unix)]
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
    match (file.metadata(), fs::metadata(path)) {
        (Ok(file), Ok(named)) => place(file) == place(named),
        _ => false,
    }
}

/// An open file cannot be deleted elsewhere.
#[cfg(not(unix))]
fn is_at(_: &File, _: &Path) -> bool {
    true
}

/// Makes the renaming last through a power cut.
#[cfg(unix)]
fn sync_folder(folder: &Path) {
    // The file itself is synced. Where a folder cannot be, the old name may come back.
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) {}
