//! Looks for what is wrong with a set-up: one check after the other, from the settings to a record of
//! the Table API. Feature `doctor`.
//!
//! Each builds on those before it, so after the first failure the rest is skipped. Nothing is changed
//! on the way: a token is asked for anew and kept nowhere, and no record is written.
//!
//! # Examples
//! ```no_run
//! use std::sync::Arc;
//! use snow_token::{doctor, settings::Sources, store::FileStore};
//!
//! let options = doctor::Options::new(Arc::new(FileStore::of_user()?));
//! let failure = doctor::run(&Sources::from_env()?, &options, &mut |check| {
//!     println!("{}: {}", check.subject, check.found);
//! });
//! assert_eq!(failure, None);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod access;
mod answer;
mod certificate;
mod check;
mod clock;
mod network;
mod settings;
mod tls;
mod white_space;

pub use check::{Check, Outcome, Subject};

use core::time::Duration;
use std::sync::Arc;

use self::check::{Report, Stopped};
use crate::{
    error::{Error, ErrorKind},
    settings::Sources,
    store::TokenStore,
    transport::Transport,
};

/// A table that most users can read something of.
const DEFAULT_TABLE: &str = "incident";

/// How the checks are done.
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    table: String,
    store: Arc<dyn TokenStore>,
}

impl Options {
    /// With the store whose refresh tokens count, where the method has such: one that the instance
    /// gives in the place of another is kept there. Access tokens are neither taken from it nor kept
    /// in it.
    pub fn new(store: Arc<dyn TokenStore>) -> Self {
        Self {
            table: DEFAULT_TABLE.to_owned(),
            store,
        }
    }

    /// Reads a record of this table; `incident` unless set.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`], where it cannot be the name of a table.
    pub fn with_table(mut self, table: impl Into<String>) -> Result<Self, Error> {
        self.table = table.into();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        match !self.table.is_empty() && self.table.bytes().all(is_name) {
            true => Ok(self),
            false => Err(Error::new(
                ErrorKind::Usage,
                format!("{:?} is not the name of a table", self.table),
            )
            .with_advice(["give the table's name, not its label, as in incident"])),
        }
    }

    /// Path and query that bring one record, and of that the least.
    fn path(&self) -> String {
        let table = &self.table;
        format!("/api/now/table/{table}?sysparm_limit=1&sysparm_fields=sys_id")
    }
}

/// Does the checks, telling of each as it is done. `Some` says who is at fault for the first failure;
/// warnings are none.
///
/// Each request, and each look-up of a name, takes as long as the settings allow at most.
pub fn run(
    sources: &Sources,
    options: &Options,
    tell: &mut impl FnMut(&Check),
) -> Option<ErrorKind> {
    let mut report = Report::new(tell);
    // What stopped them was told of.
    let (Ok(()) | Err(Stopped)) = check_all(sources, options, &mut report);
    report.finish()
}

fn check_all(sources: &Sources, options: &Options, report: &mut Report<'_>) -> Result<(), Stopped> {
    let settings = settings::check(sources, report)?;
    white_space::check(sources, &settings, report);
    let outcome = Transport::to_instance(&settings);
    let transport = report.unless_failed(Subject::Proxy, outcome)?;
    let way = network::Way::of(&settings, &transport);
    network::check(&way, report)?;
    tls::check(&way, sources, report)?;
    let answer = answer::check(&way, options, report)?;
    clock::check(&settings, &answer, report);
    answer::check_hibernation(&answer, report)?;
    answer::check_token_endpoint(&way, answer, report)?;
    access::check(&settings, options, report)
}

/// `0.4 ms`, `3.2 s`
fn in_words(elapsed: Duration) -> String {
    match elapsed.as_millis() {
        0..10 => format!("{:.1} ms", elapsed.as_secs_f64() * 1000.0),
        10..1000 => format!("{} ms", elapsed.as_millis()),
        _ => format!("{:.1} s", elapsed.as_secs_f64()),
    }
}
