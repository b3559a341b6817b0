//! A reading: how it stands in the queue, and the JSON that the instance gets.

use serde::Serialize;
use snow_token_core::timestamp::Timestamp;

use crate::config::{Config, Target};

/// How long a reading's JSON can be, in bytes.
pub const MAX_READING_LEN: usize = 192;

/// In front of the JSON: milliseconds since power-on, little-endian.
const TIME_LEN: usize = 8;

/// How long a queued reading can be, in bytes.
pub(crate) const MAX_QUEUED_LEN: usize = TIME_LEN + MAX_READING_LEN;

/// The longest body: an event, its JSON escaped into a string. What does not fit is refused when it
/// is to be queued, never when it is to be sent.
pub(crate) const MAX_BODY_LEN: usize = 2 * MAX_READING_LEN + 512;

/// Why a reading was not taken into the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
pub struct NotAReading;

/// Writes a reading as it stands in the queue.
///
/// # Errors
/// [`NotAReading`] where it is not a JSON object of at most [`MAX_READING_LEN`] bytes.
pub(crate) fn queued<'b>(
    taken_at_ms: u64,
    reading: &impl Serialize,
    buf: &'b mut [u8; MAX_QUEUED_LEN],
) -> Result<&'b [u8], NotAReading> {
    let (time, json) = buf.split_at_mut(TIME_LEN);
    for (to, from) in time.iter_mut().zip(taken_at_ms.to_le_bytes()) {
        *to = from;
    }
    let len = serde_json_core::to_slice(reading, json).map_err(|_| NotAReading)?;
    if json.first() != Some(&b'{') {
        return Err(NotAReading);
    }
    buf.get(..TIME_LEN.saturating_add(len)).ok_or(NotAReading)
}

/// A reading as it came out of the queue.
#[derive(Clone, Copy)]
pub(crate) struct Queued<'a> {
    pub(crate) taken_at_ms: u64,
    json: &'a str,
}

impl<'a> Queued<'a> {
    /// `None` where it is something else; that cannot be unless the storage returns what it was not
    /// given.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (time, json) = bytes.split_first_chunk::<TIME_LEN>()?;
        let json = core::str::from_utf8(json).ok()?;
        json.starts_with('{').then_some(Self {
            taken_at_ms: u64::from_le_bytes(*time),
            json,
        })
    }

    /// Writes the body of the request that brings it to the target.
    pub(crate) fn body<'b>(
        &self,
        config: &Config<'_>,
        name: &str,
        time: Option<Timestamp>,
        buf: &'b mut [u8],
    ) -> Option<&'b [u8]> {
        let time = time.as_ref().map(Timestamp::as_str);
        let len = match config.target {
            Target::Table { name_column, .. } | Target::ImportSet { name_column, .. } => {
                let time = config.time_column.zip(time);
                let mut body = Appender { buf, len: 0 };
                // Nothing here has a character that JSON escapes.
                body.push(&["{\"", name_column, "\":\"", name, "\""])?;
                if let Some((column, time)) = time {
                    body.push(&[",\"", column, "\":\"", time, "\""])?;
                }
                match self.json.strip_prefix('{')?.trim_start() {
                    rest if rest.starts_with('}') => body.push(&[rest])?,
                    rest => body.push(&[",", rest])?,
                }
                body.len
            }
            Target::Events { .. } => {
                let event = Event {
                    source: "snow-token",
                    node: config.device,
                    r#type: "reading",
                    severity: "5",
                    message_key: name,
                    time_of_event: time,
                    additional_info: self.json,
                };
                serde_json_core::to_slice(&Events { records: [event] }, buf).ok()?
            }
        };
        buf.get(..len)
    }
}

struct Appender<'b> {
    buf: &'b mut [u8],
    len: usize,
}

impl Appender<'_> {
    fn push(&mut self, parts: &[&str]) -> Option<()> {
        for part in parts {
            let end = self.len.checked_add(part.len())?;
            let free = self.buf.get_mut(self.len..end)?;
            for (to, from) in free.iter_mut().zip(part.bytes()) {
                *to = from;
            }
            self.len = end;
        }
        Some(())
    }
}

#[derive(Serialize)]
struct Events<'a> {
    records: [Event<'a>; 1],
}

/// The columns of an event. Severity 5 is "OK": a reading is no alarm.
#[derive(Serialize)]
struct Event<'a> {
    source: &'a str,
    node: &'a str,
    r#type: &'a str,
    severity: &'a str,
    message_key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_of_event: Option<&'a str>,
    additional_info: &'a str,
}
