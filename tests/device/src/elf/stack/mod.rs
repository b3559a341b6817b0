//! How deep a function's stack can become, proved from the code that is in the file.
//!
//! Each function is [walked](walk) through, which gives its own depth and that at each of its calls; the
//! bound is the deepest way down. Calls that a register says:
//!
//! - A register that holds a constant wherever it comes from is a call like any other.
//! - Otherwise it may call whatever [can be meant](reach): the functions whose address has been taken
//!   by then, by code or in a table of methods.
//!
//! Pieces that the compiler has outlined are looked at where they are called. What never returns is a
//! panic, and not followed. What recurses has no bound, but for one: see [`reach`].

mod bound;
mod reach;
mod state;
mod thumb;
mod walk;

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use object::{Object, ObjectSection, read::elf::ElfFile32};

pub use self::bound::Bound;
use self::{
    reach::{Kind, Taken},
    walk::{Callee, Surroundings, Walk, walk},
};
use super::{
    Unreadable, demangled, is_outlined,
    symbols::{Constants, Function, data_ranges, functions, is_data},
};

/// Why there is no bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unbounded {
    /// Where.
    pub at: u64,
    /// Why.
    pub reason: String,
}

impl fmt::Display for Unbounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {:#x}: {}", self.at, self.reason)
    }
}

fn unbounded<T>(at: u64, reason: impl Into<String>) -> Result<T, Unbounded> {
    Err(Unbounded {
        at,
        reason: reason.into(),
    })
}

/// The stacks of a firmware's functions.
#[derive(Debug)]
pub struct Stacks {
    names: BTreeMap<u64, Vec<String>>,
    walks: BTreeMap<u64, Result<Walk, Unbounded>>,
    /// Functions that each function names, and the tables of methods.
    taken: BTreeMap<u64, BTreeSet<Taken>>,
    told: BTreeMap<u64, u64>,
    kinds: BTreeMap<u64, Kind>,
    returns: BTreeSet<u64>,
    /// Methods of loggers.
    loggers: BTreeSet<Taken>,
    /// Constants outside of code, section by section.
    words: Vec<Vec<u32>>,
}

impl Stacks {
    /// Of an ELF file. `is_entry` tells by their names of functions that nothing below them calls
    /// through a register, though a table has them: the program's own list of what to call.
    ///
    /// # Errors
    /// [`Unreadable`].
    pub fn of(elf: &[u8], is_entry: impl Fn(&str) -> bool) -> Result<Self, Unreadable> {
        let file: ElfFile32 = ElfFile32::parse(elf)?;
        let mut program = Program {
            functions: functions(&file)?,
            data: data_ranges(&file),
            constants: Constants::of(&file)?,
            returns: BTreeSet::new(),
        };
        let walks = program.walks();
        let named = |(start, function): (&u64, &Function<'_>)| {
            let names: Vec<_> = function.names.iter().map(|name| demangled(name)).collect();
            (*start, names)
        };
        let names: BTreeMap<u64, Vec<String>> = program.functions.iter().map(named).collect();
        let kinds: BTreeMap<u64, Kind> = names
            .iter()
            .map(|(start, names)| (*start, Kind::of(names)))
            .collect();
        let mut taken = reach::taken(&program, &walks);
        for taken in taken.values_mut() {
            taken.retain(|taken| {
                let names = names.get(&taken.function);
                names.is_none_or(|names| !names.iter().any(|name| is_entry(name)))
            });
        }
        let told = match file.section_by_name(".stack_sizes") {
            Some(section) => told(section.data()?),
            None => BTreeMap::new(),
        };
        Ok(Self {
            loggers: taken
                .values()
                .flatten()
                .filter(|taken| kinds.get(&taken.function) == Some(&Kind::Logger))
                .copied()
                .collect(),
            words: program.words(),
            names,
            kinds,
            returns: program.returns,
            walks,
            taken,
            told,
        })
    }

    /// All functions: their addresses, and their names as they were written.
    pub fn functions(&self) -> impl Iterator<Item = (u64, &[String])> {
        let all = self.names.iter();
        all.map(|(start, names)| (*start, names.as_slice()))
    }

    /// The functions of a table in the program, some of which are known: for where the compiler has
    /// merged two that are alike, and left the name of one.
    pub fn table(&self, known: &[Option<u64>]) -> Option<Vec<u64>> {
        let function = |word: &u32| {
            let function = u64::from(word & !1);
            (word & 1 == 1 && self.names.contains_key(&function)).then_some(function)
        };
        let windows = self
            .words
            .iter()
            .flat_map(|words| words.windows(known.len()));
        let mut tables = windows.filter_map(|words| {
            let functions: Vec<u64> = words.iter().map(function).collect::<Option<_>>()?;
            let mut both = known.iter().zip(&functions);
            let is_it = both.all(|(known, function)| known.is_none_or(|known| known == *function));
            is_it.then_some(functions)
        });
        tables.next().filter(|_| known.iter().any(Option::is_some))
    }

    /// How deep each function's own frame is that the compiler has told (`-Z emit-stack-sizes`), by
    /// its address: what it told, and what was read here from the code.
    pub fn own_frames(&self) -> impl Iterator<Item = (u64, u64, Result<u64, Unbounded>)> {
        self.told.iter().filter_map(|(start, told)| {
            let walk = self.walks.get(start)?;
            let read = walk.as_ref().map(|walk| walk.deepest.unsigned_abs());
            Some((*start, *told, read.map_err(Clone::clone)))
        })
    }

    /// One of a function's names.
    pub fn name_of(&self, function: u64) -> &str {
        let names = self.names.get(&function);
        names
            .and_then(|names| names.first())
            .map_or("?", String::as_str)
    }
}

/// `.stack_sizes`: an address and a ULEB128 for each function.
fn told(mut section: &[u8]) -> BTreeMap<u64, u64> {
    let mut told = BTreeMap::new();
    while let Some((address, rest)) = section.split_first_chunk::<4>() {
        let end = rest.iter().position(|byte| byte & 0x80 == 0);
        let (bytes, rest) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
        let size = bytes.iter().rev();
        let size = size.fold(0, |size, byte| size << 7 | u64::from(byte & 0x7F));
        told.insert(u64::from(u32::from_le_bytes(*address)) & !1, size);
        section = rest;
    }
    told
}

/// A program as it is read.
struct Program<'data> {
    functions: BTreeMap<u64, Function<'data>>,
    data: BTreeMap<u64, bool>,
    constants: Vec<Constants<'data>>,
    /// The functions that can return.
    returns: BTreeSet<u64>,
}

impl Program<'_> {
    /// Again and again, until it is known which functions return: those that do not are not walked
    /// past.
    fn walks(&mut self) -> BTreeMap<u64, Result<Walk, Unbounded>> {
        let starts: Vec<u64> = self.functions.keys().copied().collect();
        let mut walks: BTreeMap<u64, Result<Walk, Unbounded>> = BTreeMap::new();
        let mut changed: BTreeSet<u64> = starts.iter().copied().collect();
        while !changed.is_empty() {
            for &start in &starts {
                let is_touched = match walks.get(&start) {
                    Some(Ok(walk)) => walk.callees().any(|callee| changed.contains(&callee)),
                    _ => true,
                };
                if is_touched {
                    walks.insert(start, walk(self.functions[&start].code, start, self));
                }
            }
            changed.clear();
            for (&start, walk) in &walks {
                let returns = walk.as_ref().map_or(true, |walk| self.does_return(walk));
                if returns && self.returns.insert(start) {
                    changed.insert(start);
                }
            }
        }
        walks
    }

    fn outside_of_code(&self) -> impl Iterator<Item = &Constants<'_>> {
        self.constants.iter().filter(|constants| !constants.is_code)
    }

    /// The constants outside of code, section by section.
    fn words(&self) -> Vec<Vec<u32>> {
        self.outside_of_code().map(Constants::words).collect()
    }

    /// The words outside of code that point to constants.
    fn pointers_in_constants(&self) -> impl Iterator<Item = u64> {
        let words = self.words().into_iter().flatten().map(u64::from);
        words.filter(|word| self.is_constant(*word))
    }

    /// Whether a constant stands at an address, outside of code.
    fn is_constant(&self, at: u64) -> bool {
        let mut rest = self
            .outside_of_code()
            .filter_map(|constants| constants.from(at));
        rest.any(|rest| !rest.is_empty())
    }

    fn does_return(&self, walk: &Walk) -> bool {
        !walk.returns.is_empty()
            || walk.calls.iter().any(|call| match call.callee {
                Callee::At(to) => call.is_tail && self.can_return(to),
                Callee::Loaded(_) | Callee::Unknown => call.is_tail,
            })
    }
}

impl Surroundings for Program<'_> {
    fn is_data(&self, at: u64) -> bool {
        is_data(&self.data, at)
    }

    fn constant_at(&self, at: u64) -> Option<u32> {
        self.constants.iter().find_map(|constants| {
            let word = constants.from(at)?.first_chunk()?;
            Some(u32::from_le_bytes(*word))
        })
    }

    fn outlined(&self, function: u64) -> Option<&[u8]> {
        let piece = self.functions.get(&function)?;
        let mut names = piece.names.iter();
        names.any(|name| is_outlined(name)).then_some(piece.code)
    }

    fn can_return(&self, function: u64) -> bool {
        self.returns.contains(&function) || !self.functions.contains_key(&function)
    }
}
