//! The firmware in QEMU, with a network, a time server and an instance around it.
