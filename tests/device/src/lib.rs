//! The firmware in QEMU, with a network, a time server and an instance around it.
//!
//! ```text
//! Device (QEMU, the firmware) -- frames -- VirtualNetwork -- TCP -- the simulated instance
//!         log, figures, exit code          DHCP, DNS, time          what has arrived
//! ```
//!
//! `cargo run --release -p snow-token-device` shows it at work. A test takes a
//! [`Scenario`](scenario::Scenario), changes what is to be different, boots the device and looks at
//! what arrives; what the firmware says stands in [`texts`].
//!
//! Needs QEMU (`qemu-system-arm`), and the firmware: built here for `thumbv7em-none-eabihf`, or taken
//! from the folder that `SNOW_TOKEN_FIRMWARE_DIR` names.

pub mod cortex_m;
pub mod device;
pub mod elf;
pub mod error;
pub mod figures;
pub mod firmware;
pub mod hostile_tls;
pub mod network;
pub mod scenario;
pub mod texts;
