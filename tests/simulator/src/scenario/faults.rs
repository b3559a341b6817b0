//! Faults, as a scenario and the admin endpoint write them.

use core::time::Duration;

use serde::Deserialize;

use crate::Fault;

/// `{"kind":"cut_after","bytes":40}`
#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum FaultSetting {
    CloseBeforeTls {},
    SilentBeforeTls {},
    CutAfter { bytes: usize },
    StallAfter { bytes: usize },
    Delay { millis: u64 },
    Trickle { bytes: usize, pause_millis: u64 },
    Raw { text: String },
    ChunkedWithTrailers { body: String },
    Oversized { bytes: usize },
}

/// What is made up in memory for one answer.
const OVERSIZED_LIMIT: usize = 256 * 1024 * 1024;

impl FaultSetting {
    pub(crate) fn check(&self) -> Result<(), String> {
        match self {
            Self::Trickle { bytes: 0, .. } => Err("trickle needs bytes".to_owned()),
            Self::Oversized { bytes } if *bytes > OVERSIZED_LIMIT => {
                Err(format!("oversized goes to {OVERSIZED_LIMIT} bytes"))
            }
            _ => Ok(()),
        }
    }
}

impl From<FaultSetting> for Fault {
    fn from(setting: FaultSetting) -> Self {
        match setting {
            FaultSetting::CloseBeforeTls {} => Self::CloseBeforeTls,
            FaultSetting::SilentBeforeTls {} => Self::SilentBeforeTls,
            FaultSetting::CutAfter { bytes } => Self::CutAfter(bytes),
            FaultSetting::StallAfter { bytes } => Self::StallAfter(bytes),
            FaultSetting::Delay { millis } => Self::Delay(Duration::from_millis(millis)),
            FaultSetting::Trickle {
                bytes,
                pause_millis,
            } => Self::Trickle {
                bytes,
                pause: Duration::from_millis(pause_millis),
            },
            FaultSetting::Raw { text } => Self::Raw(text.into_bytes()),
            FaultSetting::ChunkedWithTrailers { body } => Self::chunked_with_trailers(&body),
            FaultSetting::Oversized { bytes } => Self::oversized(bytes),
        }
    }
}
