//! The most stack that each public function of core can take, proved from the code of the program in
//! `tests/panic-free`, which calls all of them.
//!
//! A bound is that of the function that calls it there, whose frame holds what it is given and what it
//! returns.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use snow_token_device::{
    elf::{Bound, Stacks, Unbounded, Unreadable},
    figures::FigureError,
    firmware::{Program, Progress},
};
use snow_token_public_functions::{Function, Functions};

use crate::firmware::{OptLevel, Target};

const PACKAGE: &str = "snow-token-panic-free";
const BIN: &str = "panic-free";
/// Where the functions that call core's are.
const CALLS: &str = "snow_token_panic_free::calls::";
/// What a part is, in the firmware here.
const PART: &str = " as snow_token_cortex_m_firmware::Part>::run";

/// A public function, and the most that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackBound {
    /// The function, as one would write it.
    pub function: String,
    /// Its module at the top of core.
    pub module: String,
    /// For which chip.
    pub target: Target,
    /// How it was optimized.
    pub opt_level: OptLevel,
    /// The most bytes, or why there is no bound.
    pub bytes: Result<u64, String>,
    /// The functions on any way that call through a register.
    pub through_registers: Vec<String>,
    /// Those of them that call what the caller brings, which is not counted.
    pub callers_own: Vec<String>,
}

/// The program with all of core, and its ELF file with the frames that the compiler tells.
///
/// # Errors
/// Where it cannot be built.
pub fn build(target: Target, opt_level: OptLevel) -> Result<Vec<u8>, FigureError> {
    let opt_level_is = format!("profile.firmware.opt-level='{}'", opt_level.name());
    let program = Program {
        package: PACKAGE,
        bin: BIN,
        target: target.triple(),
        arguments: &[
            "--features",
            "firmware,panics-link",
            "--config",
            &opt_level_is,
        ],
        file_name: &format!("{BIN}-stack-{}", opt_level.name()),
    };
    let elf = program.build_with_stack_sizes(Progress::Quiet);
    Ok(fs::read(elf?)?)
}

/// The stacks of that program.
///
/// # Errors
/// [`Unreadable`].
pub fn stacks(elf: &[u8]) -> Result<Stacks, Unreadable> {
    Stacks::of(elf, |name| {
        name.starts_with(CALLS) && !name.contains("{{closure}}")
    })
}

/// The bounds of all public functions in a program.
pub fn bounds(stacks: &Stacks, target: Target, opt_level: OptLevel) -> Vec<StackBound> {
    let functions = Functions::read();
    let entries = Entries::of(stacks, &functions);
    let mut known: BTreeMap<u64, Result<Bound, Unbounded>> = BTreeMap::new();
    let mut deepest = |function: &Function| -> Result<Bound, String> {
        let mut deepest: Option<Bound> = None;
        for entry in functions.entries(function) {
            let address = entries.0.get(entry);
            let address = *address.ok_or_else(|| format!("{entry} is not in the program"))?;
            let bound = known.entry(address);
            let bound = bound.or_insert_with(|| stacks.bound(address));
            let bound = bound.as_ref().map_err(ToString::to_string)?;
            if deepest
                .as_ref()
                .is_none_or(|known| bound.bytes > known.bytes)
            {
                deepest = Some(bound.clone());
            }
        }
        deepest.ok_or_else(|| "nothing calls it".to_owned())
    };
    let paths: Vec<String> = functions.public().iter().map(Function::path).collect();
    let bounds = functions.public().iter().map(|function| {
        let path = function.path();
        let is_alone = paths.iter().filter(|other| **other == path).count() == 1;
        let deepest = deepest(function);
        let names = |of: fn(&Bound) -> &BTreeSet<u64>| {
            let functions = deepest.iter().flat_map(of);
            let names = functions.map(|function| stacks.name_of(*function).to_owned());
            names.collect()
        };
        StackBound {
            function: if is_alone { path } else { function.long_path() },
            module: function.module().to_owned(),
            target,
            opt_level,
            through_registers: names(|bound| &bound.indirect),
            callers_own: names(|bound| &bound.unknown),
            bytes: deepest.map(|bound| bound.bytes),
        }
    });
    bounds.collect()
}

/// The functions that call core's, by their paths below `calls`.
struct Entries(BTreeMap<String, u64>);

impl Entries {
    fn of(stacks: &Stacks, functions: &Functions) -> Self {
        let mut entries = BTreeMap::new();
        for (address, names) in stacks.functions() {
            let paths = names.iter().filter_map(|name| name.strip_prefix(CALLS));
            entries.extend(paths.map(|path| (path.to_owned(), address)));
        }
        for list in functions.lists() {
            let known: Vec<_> = list
                .iter()
                .map(|entry| entries.get(entry).copied())
                .collect();
            if let (true, Some(table)) = (known.contains(&None), stacks.table(&known)) {
                entries.extend(list.iter().cloned().zip(table));
            }
        }
        Self(entries)
    }
}

/// The most that a part takes by its firmware's code: the deepest of its parts.
///
/// # Errors
/// Where the file is not understood, or there is no bound.
pub fn bound_of_parts(elf: &[u8]) -> Result<u64, FigureError> {
    let parts = bounds_of_parts(elf)?;
    Ok(parts.into_values().max().unwrap_or(0))
}

/// The most that each part takes by its firmware's code, by the name of its type.
///
/// # Errors
/// As there.
pub fn bounds_of_parts(elf: &[u8]) -> Result<BTreeMap<String, u64>, FigureError> {
    let stacks = Stacks::of(elf, |name| name.ends_with(PART))?;
    let mut bounds = BTreeMap::new();
    for (address, names) in stacks.functions() {
        for part in names.iter().filter_map(|name| name.strip_suffix(PART)) {
            let bound = stacks.bound(address).map_err(|error| FigureError::Stack {
                what: part.to_owned(),
                reason: error.to_string(),
            })?;
            let name = part.rsplit("::").next().unwrap_or(part);
            bounds.insert(name.to_owned(), bound.bytes);
        }
    }
    Ok(bounds)
}
