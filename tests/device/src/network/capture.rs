//! A file of all frames, for Wireshark and tcpdump.

use std::{
    fs::File,
    io::{self, Write},
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The link type of Ethernet, in the pcap format.
const ETHERNET: u32 = 1;

#[derive(Debug)]
pub(super) struct Capture(File);

impl Capture {
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        let mut file = File::create(path)?;
        let mut head = Vec::new();
        head.extend(0xa1b2_c3d4_u32.to_le_bytes());
        head.extend(2_u16.to_le_bytes());
        head.extend(4_u16.to_le_bytes());
        head.extend([0; 8]);
        head.extend(65_535_u32.to_le_bytes());
        head.extend(ETHERNET.to_le_bytes());
        file.write_all(&head)?;
        Ok(Self(file))
    }

    /// One write a frame, so that a file of a test that hangs can be read.
    pub(super) fn frame(&mut self, frame: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.unwrap_or_default();
        let len = u32::try_from(frame.len()).unwrap_or(u32::MAX);
        let secs = u32::try_from(now.as_secs()).unwrap_or(u32::MAX);
        let mut record = Vec::with_capacity(16 + frame.len());
        for word in [secs, now.subsec_micros(), len, len] {
            record.extend(word.to_le_bytes());
        }
        record.extend_from_slice(frame);
        // A capture is help for a person; a full disk does not fail a test.
        let _ = self.0.write_all(&record);
    }
}
