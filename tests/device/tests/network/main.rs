//! The network around the device, seen by another host in the device's place.

mod peer;
mod services;
mod tcp;
