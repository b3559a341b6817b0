//! What the boards of the gateway have in common.
#![cfg_attr(not(test), no_std)]

pub mod lights;
pub mod provisioning;
