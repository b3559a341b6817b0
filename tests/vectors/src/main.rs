//! Constant time.
fn main() {}
