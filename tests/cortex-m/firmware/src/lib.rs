//! The parts of core whose cost is told, each as a device does it. What a part is given the compiler
//! cannot know; its memory is its own, as it would be a device's: it counts as static RAM, and not as
//! stack.
#![no_std]

pub mod parts;

/// One thing to do.
pub trait Part {
    /// What it is called in the figures.
    fn name(&self) -> &'static str;

    /// What is to be there before, and is not counted.
    fn prepare(&mut self) {}

    /// Does it, and hands out what has come of it; nothing where it went wrong.
    fn run(&mut self) -> &[u8];
}

/// Nothing to do: what measuring itself takes.
#[derive(Debug)]
pub struct Nothing;

impl Part for Nothing {
    fn name(&self) -> &'static str {
        "nothing"
    }

    fn run(&mut self) -> &[u8] {
        b""
    }
}
