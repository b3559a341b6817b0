//! What core costs on a Cortex-M. A [`Firmware`](firmware::Firmware) is built with the parts of a
//! [`Row`](firmware::Row) and runs in QEMU; what it tells becomes [`Figures`](measure::Figures), a
//! table with the [aims], or lines of JSON. The most stack that each public function can take is read
//! from code by [`stack`].
//!
//! `tests/figures core` prints them. Needs QEMU (`qemu-system-arm`) and both targets.

pub mod aims;
pub mod firmware;
pub mod measure;
pub mod report;
pub mod stack;
pub mod stack_report;
