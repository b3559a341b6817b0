//! Looks at each record's header before embedded-tls does.

use core::cell::Cell;

use embedded_io_async::{Error as _, ErrorKind, ErrorType, Read, Write};

use super::{Suite, TlsError};

/// What the records may be, by what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// Nothing was sent.
    Fresh,
    /// Nothing came: a ServerHello, or an alert.
    Hello,
    /// The ServerHello came: what follows is encrypted, but for a ChangeCipherSpec that means
    /// nothing (RFC 8446 appendix D.4).
    Handshake,
    /// The handshake is over: everything is encrypted.
    Data,
}

/// What the guard and the stream above embedded-tls tell each other, past embedded-tls.
#[derive(Debug)]
pub(super) struct Notes {
    pub(super) phase: Cell<Phase>,
    /// The first thing that was wrong with the records.
    pub(super) fault: Cell<Option<TlsError>>,
    /// What was offered.
    suite: Suite,
}

impl Notes {
    pub(super) const fn new(suite: Suite) -> Self {
        Self {
            phase: Cell::new(Phase::Fresh),
            fault: Cell::new(None),
            suite,
        }
    }

    fn refuse(&self, fault: TlsError) -> ErrorKind {
        if self.fault.get().is_none() {
            self.fault.set(Some(fault));
        }
        ErrorKind::InvalidData
    }
}

/// Stands between embedded-tls and the transport, and refuses records on which embedded-tls would
/// panic or which it would believe though they are not encrypted (see the [module](super)).
#[derive(Debug)]
pub(super) struct Guard<'n, S> {
    transport: S,
    notes: &'n Notes,
    header: [u8; HEADER_LEN],
    header_len: usize,
    /// Of the record's content, so many bytes came and so many are to come.
    seen: usize,
    left: usize,
    hello: ServerHello,
}

const HEADER_LEN: usize = 5;

const CHANGE_CIPHER_SPEC: u8 = 20;
const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const APPLICATION_DATA: u8 = 23;

/// One byte of content type, the rest is the tag. embedded-tls panics on a record with less.
const MIN_ENCRYPTED: usize = 17;

impl<'n, S> Guard<'n, S> {
    pub(super) fn new(transport: S, notes: &'n Notes) -> Self {
        Self {
            transport,
            notes,
            header: [0; HEADER_LEN],
            header_len: 0,
            seen: 0,
            left: 0,
            hello: ServerHello::default(),
        }
    }

    /// The header is complete: whether embedded-tls may see the record.
    fn check_header(&mut self) -> Result<(), ErrorKind> {
        let [content_type, major, _, len @ ..] = self.header;
        let len = usize::from(u16::from_be_bytes(len));
        let phase = self.notes.phase.get();

        let is_tls = (CHANGE_CIPHER_SPEC..=APPLICATION_DATA).contains(&content_type) && major == 3;
        if !is_tls {
            return Err(self.notes.refuse(match phase {
                Phase::Fresh | Phase::Hello => TlsError::NotTls,
                Phase::Handshake | Phase::Data => TlsError::Protocol,
            }));
        }
        let allowed = match (phase, content_type) {
            (Phase::Hello, HANDSHAKE) => len > 0,
            (Phase::Hello | Phase::Handshake, ALERT) => len == 2,
            (Phase::Handshake, CHANGE_CIPHER_SPEC) => len == 1,
            (Phase::Handshake | Phase::Data, APPLICATION_DATA) => len >= MIN_ENCRYPTED,
            _ => false,
        };
        if !allowed {
            return Err(self.notes.refuse(TlsError::Protocol));
        }
        self.header_len = 0;
        self.seen = 0;
        self.left = len;
        Ok(())
    }

    /// A piece of the record's content came.
    fn check_content(&mut self, content: &[u8]) -> Result<(), ErrorKind> {
        let [content_type, ..] = self.header;
        if self.notes.phase.get() == Phase::Hello && content_type == HANDSHAKE {
            for byte in content {
                self.hello.next(*byte);
            }
            if let Some(fault) = self.hello.fault(self.notes.suite) {
                return Err(self.notes.refuse(fault));
            }
        }
        self.seen = self.seen.saturating_add(content.len());
        self.left = self.left.saturating_sub(content.len());
        if self.left > 0 {
            return Ok(());
        }
        match (content_type, content.last()) {
            // embedded-tls does not know every number of an alert.
            (ALERT, Some(description)) => {
                self.notes.refuse(TlsError::from_alert(*description));
            }
            (HANDSHAKE, _) => self.notes.phase.set(Phase::Handshake),
            _ => {}
        }
        Ok(())
    }
}

/// What the ServerHello says before its extensions (RFC 8446 §4.1.3), read byte by byte.
#[derive(Debug, Default)]
struct ServerHello {
    position: usize,
    session_id_len: usize,
    not_retry: bool,
    suite: [Option<u8>; 2],
}

/// Of the message: its type and length, and the version.
const BEFORE_RANDOM: usize = 6;

/// In place of random bytes it says that the server wants another group (RFC 8446 §4.1.3).
const RETRY: [u8; 32] = [
    0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
    0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
];

const SESSION_ID_LEN: usize = BEFORE_RANDOM + RETRY.len();

impl ServerHello {
    fn next(&mut self, byte: u8) {
        let position = self.position;
        self.position = position.saturating_add(1);

        if let Some(offset) = position.checked_sub(BEFORE_RANDOM)
            && let Some(expected) = RETRY.get(offset)
        {
            self.not_retry |= *expected != byte;
        } else if position == SESSION_ID_LEN {
            self.session_id_len = usize::from(byte);
        } else if let Some(offset) =
            position.checked_sub((SESSION_ID_LEN + 1).saturating_add(self.session_id_len))
            && let Some(place) = self.suite.get_mut(offset)
        {
            *place = Some(byte);
        }
    }

    /// What is wrong with it, once its cipher suite is known.
    fn fault(&self, offered: Suite) -> Option<TlsError> {
        let offered = match offered {
            Suite::Aes128GcmSha256 => 0x01,
            Suite::Aes256GcmSha384 => 0x02,
        };
        match self.suite {
            [Some(_), Some(_)] if !self.not_retry => Some(TlsError::NoCommonGroup),
            [Some(0x13), Some(suite)] => (suite != offered).then_some(TlsError::Protocol),
            // The suites of TLS 1.3 have numbers of their own.
            [Some(_), Some(_)] => Some(TlsError::OnlyTls12),
            _ => None,
        }
    }
}

impl<S> ErrorType for Guard<'_, S> {
    type Error = ErrorKind;
}

impl<S: Read> Read for Guard<'_, S> {
    async fn read(&mut self, buf: &mut [u8]) -> Result<usize, ErrorKind> {
        let wanted = match self.left {
            0 => HEADER_LEN.saturating_sub(self.header_len),
            left => left,
        };
        let len = wanted.min(buf.len());
        let Some(buf) = buf.get_mut(..len) else {
            return Ok(0);
        };
        let len = self.transport.read(buf).await.map_err(|e| e.kind())?;
        let came = buf.get(..len).unwrap_or_default();

        if self.left > 0 {
            self.check_content(came)?;
            return Ok(len);
        }
        for (place, byte) in self.header.iter_mut().skip(self.header_len).zip(came) {
            *place = *byte;
        }
        self.header_len = self.header_len.saturating_add(len);
        if self.header_len >= HEADER_LEN {
            self.check_header()?;
        }
        Ok(len)
    }
}

impl<S: Write> Write for Guard<'_, S> {
    async fn write(&mut self, buf: &[u8]) -> Result<usize, ErrorKind> {
        self.transport.write(buf).await.map_err(|e| e.kind())
    }

    async fn flush(&mut self) -> Result<(), ErrorKind> {
        self.transport.flush().await.map_err(|e| e.kind())
    }
}
