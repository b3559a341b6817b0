//! What the command costs as a process, beside what people use: wall time, CPU time, peak memory and
//! instructions, all against the same simulated instance over HTTPS, with the same root certificate.
//!
//! ```text
//! instance.rs -> program.rs, peers.rs -> measure.rs -> comparison.rs -> table.rs
//! snow-token     what is run             rounds of     ratios, aims     Markdown, JSON
//! simulate                               launch.rs
//! ```
//!
//! A program that does not print the token is an error, so nobody measures a failure. For Unix.

mod comparison;
mod instance;
mod measure;
mod peers;
mod program;
mod table;

pub use comparison::{Comparison, comparisons};
pub use instance::Instance;
pub use measure::{Cost, Measured, instructions, measure, run};
pub use peers::{curl, openid_client, requests_oauthlib};
pub use program::{Folder, Prints, Program, ProgramName, rust_programs, token};
pub use table::{json, markdown};

/// What went wrong, for the one who measures.
pub type Result<T> = core::result::Result<T, Box<dyn core::error::Error>>;
