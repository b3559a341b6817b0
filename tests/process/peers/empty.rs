//! An empty program: what it takes to start any.

fn main() {}
