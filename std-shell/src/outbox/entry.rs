//! The format of a file of records.
//!
//! ```text
//! file   = magic (16 bytes), salt (8 bytes), entry*
//! entry  = checksum (8 bytes), length (4), series (4), sequence (4), payload (length bytes)
//! ```
//! Numbers are little-endian. An entry of the length [`REMOVED`] has no payload, and takes the record
//! of that name out with all before it.
//!
//! The checksum covers the file's salt and the entry's place beside the entry: what a power cut leaves
//! of other files, or of this one at another time, is no entry.

use ring::digest;
use snow_token_core::outbox::RecordId;

const MAGIC: &[u8; 16] = b"snow-token out 1";
const SALT_LEN: usize = 8;
pub(super) const HEADER_LEN: usize = MAGIC.len() + SALT_LEN;
const CHECKSUM_LEN: usize = 8;
/// What an entry takes beside its payload, in bytes.
pub(super) const HEAD_LEN: usize = CHECKSUM_LEN + 12;
const REMOVED: u32 = u32::MAX;

pub(super) type Salt = [u8; SALT_LEN];

/// Why a file is not one of these.
pub(super) enum NoHeader {
    Foreign,
    Newer,
}

pub(super) fn header(salt: Salt) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..MAGIC.len()].copy_from_slice(MAGIC);
    header[MAGIC.len()..].copy_from_slice(&salt);
    header
}

pub(super) fn read_header(file: &[u8]) -> Result<Salt, NoHeader> {
    let (version, name) = MAGIC.split_last().expect("it is not empty");
    match file.first_chunk::<HEADER_LEN>() {
        Some(header) if header.starts_with(MAGIC) => {
            let salt = &header[MAGIC.len()..];
            Ok(salt.try_into().expect("the length is that of a salt"))
        }
        Some(header) if header.starts_with(name) && header[name.len()] > *version => {
            Err(NoHeader::Newer)
        }
        _ => Err(NoHeader::Foreign),
    }
}

/// An entry as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) id: RecordId,
    /// The length of the payload; `None` where the entry takes the record out.
    pub(super) len: Option<usize>,
}

impl Entry {
    pub(super) fn size(self) -> usize {
        HEAD_LEN + self.len.unwrap_or(0)
    }
}

/// The entry of a record, or with no payload the one that takes it out, for that place in the file.
pub(super) fn encode(salt: Salt, at: u64, id: RecordId, payload: Option<&[u8]>) -> Vec<u8> {
    let len = payload.map_or(REMOVED, |payload| {
        u32::try_from(payload.len()).expect("the caller has compared it with the limit")
    });
    let mut entry = vec![0; CHECKSUM_LEN];
    for number in [len, id.series, id.sequence] {
        entry.extend_from_slice(&number.to_le_bytes());
    }
    entry.extend_from_slice(payload.unwrap_or_default());
    let checksum = checksum(salt, at, &entry[CHECKSUM_LEN..]);
    entry[..CHECKSUM_LEN].copy_from_slice(&checksum);
    entry
}

/// The entry at that place of a file, if there is one.
pub(super) fn decode(salt: Salt, at: usize, file: &[u8]) -> Option<Entry> {
    let rest = file.get(at..)?;
    let head = rest.first_chunk::<HEAD_LEN>()?;
    let number =
        |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let len = match number(CHECKSUM_LEN) {
        REMOVED => None,
        len => Some(usize::try_from(len).ok()?),
    };
    let entry = Entry {
        id: RecordId {
            series: number(CHECKSUM_LEN + 4),
            sequence: number(CHECKSUM_LEN + 8),
        },
        len,
    };
    let covered = rest.get(CHECKSUM_LEN..HEAD_LEN.checked_add(len.unwrap_or(0))?)?;
    let is_whole = head[..CHECKSUM_LEN] == checksum(salt, at as u64, covered);
    is_whole.then_some(entry)
}

fn checksum(salt: Salt, at: u64, covered: &[u8]) -> [u8; CHECKSUM_LEN] {
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(&salt);
    hash.update(&at.to_le_bytes());
    hash.update(covered);
    let mut checksum = [0; CHECKSUM_LEN];
    checksum.copy_from_slice(&hash.finish().as_ref()[..CHECKSUM_LEN]);
    checksum
}
