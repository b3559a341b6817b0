//! Records in a file.

use std::{
    collections::VecDeque,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use snow_token_core::outbox::{AppendError, OldestError, RecordId, Storage, Stored};

use super::{
    DiskError,
    entry::{self, HEAD_LEN, HEADER_LEN, NoHeader, Salt},
};

/// So much of a file may be of no use before it is written anew, however few records there are.
const SLACK: u64 = 64 * 1024;

/// Records in one file, for this user alone, that outlive the process and the power.
///
/// Each record, and each word that one was taken out, is an entry at the end of the file, on the disk
/// (`fdatasync`) before the call returns. What a power cut leaves of the last entry is known by its
/// length and checksum, and cut off. Where more than half of the file is of no use it is written anew
/// beside its place, and renamed into it.
///
/// With `max_bytes` of records, each with [`OVERHEAD`](Self::OVERHEAD) bytes, the file has up to twice
/// as many and 64 KiB, for a moment beside a copy. Its name with `.lock` behind it is a file that keeps
/// other processes out, until this one ends in whatever way.
///
/// # Examples
/// ```
/// use snow_token::outbox::{Disk, RecordId, Storage};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("readings.outbox");
/// let mut disk = Disk::open(&path, 1024 * 1024)?;
/// disk.append(RecordId { series: 7, sequence: 0 }, b"21.5").unwrap();
/// drop(disk);
///
/// let mut buf = [0; 64];
/// let oldest = Disk::open(&path, 1024 * 1024)?.oldest(&mut buf).unwrap().unwrap();
/// assert_eq!(&buf[..oldest.len], b"21.5");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Disk {
    path: PathBuf,
    max_bytes: u64,
    file: File,
    salt: Salt,
    /// Where the next entry comes.
    end: u64,
    /// There may be something behind the end, of a write that failed.
    is_torn: bool,
    /// A renaming may not outlive a power cut yet.
    is_renamed: bool,
    records: VecDeque<Place>,
    /// What the records take, in bytes.
    live: u64,
    _lock: File,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    at: u64,
    id: RecordId,
    len: usize,
}

impl Place {
    fn size(self) -> u64 {
        (HEAD_LEN + self.len) as u64
    }
}

impl Disk {
    /// What a record takes beside its payload, in bytes.
    pub const OVERHEAD: usize = HEAD_LEN;

    /// Opens the file, or makes it, for `max_bytes` of records. One that holds more keeps them.
    ///
    /// # Errors
    /// [`DiskError`]: the file cannot be made or read, is none of these, or
    /// [another process](DiskError::is_busy) has it.
    pub fn open(path: impl Into<PathBuf>, max_bytes: u64) -> Result<Self, DiskError> {
        let path = path.into();
        let lock = lock(&path)?;
        let file = match private().open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let (file, _) = write_anew(&path, |_, _| Ok(()))?;
                file
            }
            Err(error) => return Err(DiskError::io("open", &path, &error)),
        };
        let mut disk = Self {
            path,
            max_bytes,
            file,
            salt: Salt::default(),
            end: 0,
            is_torn: true,
            // A process before this one may have been killed behind it.
            is_renamed: true,
            records: VecDeque::new(),
            live: 0,
            _lock: lock,
        };
        disk.load()?;
        disk.repair()?;
        Ok(disk)
    }

    fn load(&mut self) -> Result<(), DiskError> {
        let mut bytes = Vec::new();
        self.file
            .rewind()
            .and_then(|()| self.file.read_to_end(&mut bytes))
            .map_err(|error| self.failed("read", &error))?;
        self.salt = entry::read_header(&bytes).map_err(|error| {
            let what = match error {
                NoHeader::Foreign => "is no file of records",
                NoHeader::Newer => "is of a newer version of this program",
            };
            DiskError::new(format!("{} {what}", self.path.display()))
        })?;
        let mut at = HEADER_LEN;
        while let Some((start, entry)) = next_entry(self.salt, at, &bytes) {
            if start > at {
                tracing::error!(
                    "{} is damaged: {} bytes at {at} are skipped",
                    self.path.display(),
                    start - at
                );
            }
            at = start + entry.size();
            match entry.len {
                Some(len) => self.put(Place {
                    at: start as u64,
                    id: entry.id,
                    len,
                }),
                None => self.take_until(entry.id),
            }
        }
        self.end = at as u64;
        if bytes.len() > at {
            tracing::warn!(
                "{}: {} bytes of an entry that was not finished are cut off",
                self.path.display(),
                bytes.len() - at
            );
        }
        Ok(())
    }

    fn put(&mut self, place: Place) {
        self.live += place.size();
        self.records.push_back(place);
    }

    fn take(&mut self) {
        if let Some(place) = self.records.pop_front() {
            self.live -= place.size();
        }
    }

    /// Where the word that one before was taken out is damaged, this one says it too.
    fn take_until(&mut self, id: RecordId) {
        if let Some(index) = self.records.iter().position(|place| place.id == id) {
            for _ in 0..=index {
                self.take();
            }
        }
    }

    /// Makes good what a call that failed, or a process that was killed, may have left behind.
    fn repair(&mut self) -> Result<(), DiskError> {
        if self.is_renamed {
            sync_folder(&self.path).map_err(|error| self.failed("sync the folder of", &error))?;
            self.is_renamed = false;
        }
        if self.is_torn {
            let cut = self.file.set_len(self.end);
            cut.and_then(|()| self.file.sync_all())
                .map_err(|error| self.failed("write", &error))?;
            self.is_torn = false;
        }
        Ok(())
    }

    /// Puts an entry at the end: it is on the disk, or it is not there.
    fn write(&mut self, id: RecordId, payload: Option<&[u8]>) -> Result<u64, DiskError> {
        self.repair()?;
        let size = (HEAD_LEN + payload.map_or(0, <[u8]>::len)) as u64;
        let limit = self
            .max_bytes
            .max(self.live)
            .saturating_mul(2)
            .saturating_add(SLACK);
        if self.end.saturating_add(size) > limit {
            self.compact()?;
        }
        let at = self.end;
        let entry = entry::encode(self.salt, at, id, payload);
        self.is_torn = true;
        let seek = self.file.seek(SeekFrom::Start(at));
        let written = seek.and_then(|_| self.file.write_all(&entry));
        match written.and_then(|()| self.file.sync_data()) {
            Ok(()) => self.is_torn = false,
            Err(error) => {
                // What cannot be made good now is before the next call.
                let _ = self.repair();
                return Err(self.failed("write", &error));
            }
        }
        self.end += size;
        Ok(at)
    }

    /// Writes the file anew where most of it is of no use. If that fails it is as good as it was.
    fn tidy(&mut self) {
        let dead = self.end.saturating_sub(self.live);
        if dead > self.live.max(SLACK)
            && let Err(error) = self.compact()
        {
            tracing::warn!("{error}");
        }
    }

    fn compact(&mut self) -> Result<(), DiskError> {
        let mut records = VecDeque::with_capacity(self.records.len());
        let mut end = HEADER_LEN as u64;
        let (file, salt) = write_anew(&self.path, |out, salt| {
            let mut payload = Vec::new();
            for place in &self.records {
                payload.resize(place.len, 0);
                read_at(&mut self.file, place.at, &mut payload)?;
                out.write_all(&entry::encode(salt, end, place.id, Some(&payload)))?;
                records.push_back(Place { at: end, ..*place });
                end += place.size();
            }
            Ok(())
        })?;
        (self.file, self.salt) = (file, salt);
        (self.records, self.end) = (records, end);
        (self.is_torn, self.is_renamed) = (false, true);
        self.repair()
    }

    fn failed(&self, verb: &str, error: &io::Error) -> DiskError {
        DiskError::io(verb, &self.path, error)
    }
}

impl Storage for Disk {
    type Error = DiskError;

    fn append(&mut self, id: RecordId, payload: &[u8]) -> Result<(), AppendError<DiskError>> {
        let most = usize::try_from(self.max_bytes).unwrap_or(usize::MAX);
        let max = most.saturating_sub(HEAD_LEN).min(MAX_PAYLOAD_LEN);
        if payload.len() > max || most < HEAD_LEN {
            return Err(AppendError::TooLong { max });
        }
        let size = (HEAD_LEN + payload.len()) as u64;
        if self.live.saturating_add(size) > self.max_bytes {
            return Err(AppendError::Full);
        }
        let at = self
            .write(id, Some(payload))
            .map_err(AppendError::Storage)?;
        self.put(Place {
            at,
            id,
            len: payload.len(),
        });
        self.tidy();
        Ok(())
    }

    fn oldest(&mut self, buf: &mut [u8]) -> Result<Option<Stored>, OldestError<DiskError>> {
        let Some(&Place { at, id, len }) = self.records.front() else {
            return Ok(None);
        };
        let payload = buf
            .get_mut(..len)
            .ok_or(OldestError::BufferTooSmall { needed: len })?;
        read_at(&mut self.file, at, payload)
            .map_err(|error| OldestError::Storage(self.failed("read", &error)))?;
        Ok(Some(Stored { id, len }))
    }

    fn remove_oldest(&mut self) -> Result<(), DiskError> {
        if let Some(place) = self.records.front() {
            self.write(place.id, None)?;
            self.take();
            self.tidy();
        }
        Ok(())
    }

    fn len(&self) -> usize {
        self.records.len()
    }
}

/// A length that is no other word.
const MAX_PAYLOAD_LEN: usize = (u32::MAX - 1) as usize;

/// The first entry from that place on, and where it is: behind a damaged one there may be others.
fn next_entry(salt: Salt, at: usize, file: &[u8]) -> Option<(usize, entry::Entry)> {
    (at..file.len()).find_map(|at| Some((at, entry::decode(salt, at, file)?)))
}

/// The payload of the entry at that place.
fn read_at(file: &mut File, at: u64, payload: &mut [u8]) -> io::Result<()> {
    file.seek(SeekFrom::Start(at + HEAD_LEN as u64))?;
    file.read_exact(payload)
}

/// Writes a file with a salt of its own beside its place, syncs it and renames it into it.
fn write_anew(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>, Salt) -> io::Result<()>,
) -> Result<(File, Salt), DiskError> {
    let beside = with_suffix(path, ".new");
    let attempt = || {
        let mut salt = Salt::default();
        getrandom::fill(&mut salt).map_err(io::Error::other)?;
        // One that a process was killed over may have another mode.
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut out = BufWriter::new(private().create_new(true).open(&beside)?);
        out.write_all(&entry::header(salt))?;
        write(&mut out, salt)?;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        Ok((file, salt))
    };
    attempt().map_err(|error| {
        let _ = fs::remove_file(&beside);
        DiskError::io("write", &beside, &error)
    })
}

fn lock(path: &Path) -> Result<File, DiskError> {
    let lock_path = with_suffix(path, ".lock");
    let failed = |error: &io::Error| DiskError::io("lock", &lock_path, error);
    let file = private().create(true).truncate(false).open(&lock_path);
    let file = file.map_err(|error| failed(&error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DiskError::busy(path)),
        Err(TryLockError::Error(error)) => Err(failed(&error)),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut path = path.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// For this user alone.
fn private() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.read(true).write(true);
    options
}

/// Makes a renaming last through a power cut. Some file systems cannot be asked to.
#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    match File::open(folder.unwrap_or(Path::new(".")))?.sync_all() {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        outcome => outcome,
    }
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests;
