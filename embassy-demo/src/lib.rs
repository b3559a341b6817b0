//! A gateway that pushes readings into a ServiceNow instance, for any board with a network.
#![no_std]

pub mod indicator;
pub mod network;
