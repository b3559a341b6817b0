//! The gateway's firmware in QEMU: what it does at good servers, at bad ones, and when things break.

mod demo;
mod good;
mod lasting;
mod machine;
mod refused;
mod stages;
mod support;
mod survived;
