//! Where a firmware can panic, and whose code that is.
//!
//! A call of the panic machinery stands where the compiler could not show that it never happens. Its
//! debug information tells which source it comes from: the innermost frame, inlined ones counted,
//! that is not of the standard library. Where all frames of a call are the standard library's, as in
//! `core::slice::index::slice_index_fail`, its function can panic, and the calls of that one are
//! looked at in the same way.
//!
//! Calls through a pointer are not seen: a function of the standard library that can panic and that
//! nobody calls is reached by one, and is told with itself as its frame. Where the compiler has merged two calls, the frame is the
//! innermost function that both stand in, without a line: [`locations`](super::locations) tells of
//! those.

use std::collections::{BTreeMap, BTreeSet};

use addr2line::{
    Context,
    gimli::{Dwarf, EndianSlice, LittleEndian},
};
use object::{Object, ObjectSection, read::elf::ElfFile32};

use super::{
    Unreadable,
    branches::{Branch, branches},
    demangled, is_outlined,
    symbols::{Function, data_ranges, functions, is_data},
};

/// Whose code it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The workspace's; the file's path in it.
    Own(String),
    /// A dependency's; its name and version.
    Dependency(String),
    /// `core` or `alloc`, which anybody's code ends in.
    Library,
    /// There is no debug information.
    Unknown,
}

impl Origin {
    /// By the path of a source file.
    pub fn of(path: &str) -> Self {
        /// The last three stand inside of folders of the first two's kind in other packages.
        const OWN: [&str; 3] = ["embassy-demo/boards/", "embassy-demo/src/", "core/src/"];
        let path = path.replace('\\', "/");
        if let Some((_, inside)) = path.split_once("/registry/src/") {
            let package = inside.split('/').nth(1).unwrap_or(inside);
            return Self::Dependency(package.to_owned());
        }
        if let Some((_, inside)) = path.split_once("/library/") {
            let name = inside.split('/').next().unwrap_or(inside);
            return match name {
                "core" | "alloc" | "stdarch" | "portable-simd" => Self::Library,
                _ => Self::Dependency(name.to_owned()),
            };
        }
        let own = OWN.iter().find_map(|folder| path.find(folder));
        match own {
            Some(at) => Self::Own(path[at..].to_owned()),
            None => Self::Dependency(path),
        }
    }
}

/// A function that a call stands in, by inlining or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The function.
    pub function: String,
    /// Whose it is.
    pub origin: Origin,
    /// The line; 0 where the compiler has merged several.
    pub line: u32,
}

/// A call that can end in a panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PanicCall {
    /// Where it stands.
    pub address: u64,
    /// What is called.
    pub callee: String,
    /// Whose it is: the innermost frame that is not the standard library's, or else the function that
    /// is called through a pointer.
    pub frame: Frame,
}

impl PanicCall {
    /// Whether the compiler has made one call of several, so that it is not known whose it is.
    pub fn is_merged(&self) -> bool {
        self.frame.line == 0 && takes_location(&self.callee)
    }

    /// Whether the compiler itself has put it there: an `async fn` that is polled after it has
    /// returned. No executor and no `.await` does that, and no source can leave it out.
    pub fn is_of_compiler(&self) -> bool {
        self.callee.contains("async_fn_resumed")
    }
}

/// All calls in a firmware that can end in a panic, by address.
///
/// # Errors
/// [`Unreadable`].
pub fn panic_calls(elf: &[u8]) -> Result<Vec<PanicCall>, Unreadable> {
    let file: ElfFile32 = ElfFile32::parse(elf)?;
    let functions = functions(&file)?;
    let callers = callers(&functions, &data_ranges(&file));
    let dwarf = Dwarf::load(|id| -> Result<_, object::Error> {
        let section = file.section_by_name(id.name());
        let data = section.map(|section| section.data()).transpose()?;
        Ok(EndianSlice::new(data.unwrap_or_default(), LittleEndian))
    })?;
    let lines = Context::from_dwarf(dwarf)?;

    let mut found = BTreeMap::new();
    let mut seen: BTreeSet<u64> = functions
        .iter()
        .filter(|(_, function)| is_panic_entry(&name_of(function)))
        .map(|(start, _)| *start)
        .collect();
    let mut open: Vec<u64> = seen.iter().copied().collect();
    while let Some(callee) = open.pop() {
        let name = name_of(&functions[&callee]);
        if !callers.contains_key(&callee) && !is_panic_entry(&name) {
            let call = PanicCall {
                address: callee,
                callee: name.clone(),
                frame: Frame {
                    function: name,
                    origin: Origin::Library,
                    line: 0,
                },
            };
            found.insert(callee, call);
        }
        for &(caller, at) in callers.get(&callee).into_iter().flatten() {
            let frames = frames(&lines, at)?;
            match responsible(frames) {
                Some(frame) => {
                    let callee = name_of(&functions[&callee]);
                    let call = PanicCall {
                        address: at,
                        callee,
                        frame,
                    };
                    found.insert(at, call);
                }
                // Merged within a function that is not the library's: it tells its caller's place.
                None if !is_library(&name_of(&functions[&caller])) => {}
                None if seen.insert(caller) => open.push(caller),
                None => {}
            }
        }
    }
    Ok(found.into_values().collect())
}

/// Of several names for one function that of the panic counts.
fn name_of(function: &Function<'_>) -> String {
    let mut names = function.names.iter().map(|name| demangled(name));
    let first = names.clone().next().unwrap_or_default();
    names.find(|name| is_panic_entry(name)).unwrap_or(first)
}

/// What every panic goes through.
fn is_panic_entry(name: &str) -> bool {
    name.starts_with("core::panicking::")
        || name.ends_with("rust_begin_unwind")
        || name.ends_with("unwrap_failed")
        || name.ends_with("expect_failed")
}

/// Whether the function is told which place in the source has called it.
fn takes_location(name: &str) -> bool {
    /// Those that are not always inlined.
    const TRACK_CALLER: [&str; 2] = ["RefCell<T>::borrow_mut", "::copy_from_slice_impl"];
    is_panic_entry(name)
        || name.ends_with("_fail")
        || name.starts_with("core::cell::panic_")
        || TRACK_CALLER.iter().any(|function| name.ends_with(function))
}

/// Whether a function is the standard library's, by its name.
fn is_library(name: &str) -> bool {
    let name = name.trim_start_matches(['<', '&', '[', '(']);
    // An implementation for a type that has no crate, or for every type, is made by whoever needs it.
    let of_no_crate = name.split_once(" as core::");
    name.starts_with("core::")
        || of_no_crate.is_some_and(|(of, _)| !of.contains("::"))
        || name.starts_with("alloc::")
        || is_outlined(name)
}

/// The innermost frame that is not the standard library's. `frames` begin with the innermost.
fn responsible(frames: Vec<Frame>) -> Option<Frame> {
    if frames.is_empty() {
        return Some(Frame {
            function: String::new(),
            origin: Origin::Unknown,
            line: 0,
        });
    }
    let mut frames = frames.into_iter();
    frames.find(|frame| frame.origin != Origin::Library)
}

fn frames<'data>(
    lines: &Context<EndianSlice<'data, LittleEndian>>,
    at: u64,
) -> Result<Vec<Frame>, Unreadable> {
    let mut found = Vec::new();
    let mut frames = lines.find_frames(at).skip_all_loads()?;
    while let Some(frame) = frames.next()? {
        let name = frame.function.as_ref().map(|name| name.demangle());
        let name = name.transpose()?.unwrap_or_default().into_owned();
        let location = frame.location.as_ref();
        let file = location.and_then(|location| location.file);
        found.push(Frame {
            function: name,
            origin: file.map_or(Origin::Unknown, Origin::of),
            line: location.and_then(|location| location.line).unwrap_or(0),
        });
    }
    Ok(found)
}

/// Who calls a function, and where.
fn callers(
    functions: &BTreeMap<u64, Function<'_>>,
    data: &BTreeMap<u64, bool>,
) -> BTreeMap<u64, Vec<(u64, u64)>> {
    let mut callers: BTreeMap<u64, Vec<(u64, u64)>> = BTreeMap::new();
    for (&start, function) in functions {
        for Branch { at, to } in branches(function.code, start, |at| is_data(data, at)) {
            let leaves = to == start || !function.range(start).contains(&to);
            if leaves && functions.contains_key(&to) {
                callers.entry(to).or_default().push((start, at));
            }
        }
    }
    callers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins() {
        let own = |path: &str| Origin::Own(path.to_owned());
        let dependency = |name: &str| Origin::Dependency(name.to_owned());
        for (path, origin) in [
            (
                "/home/me/snow-token/core/src/json.rs",
                own("core/src/json.rs"),
            ),
            (
                "/home/me/snow-token/embassy-demo/src/tls/date.rs",
                own("embassy-demo/src/tls/date.rs"),
            ),
            (
                "/home/me/snow-token/embassy-demo/boards/src/lights.rs",
                own("embassy-demo/boards/src/lights.rs"),
            ),
            (
                "/root/.cargo/registry/src/index.crates.io-0123/p256-0.13.2/src/ecdh.rs",
                dependency("p256-0.13.2"),
            ),
            (
                "/root/.cargo/registry/src/index.crates.io-0123/x-core-1.0.0/core/src/lib.rs",
                dependency("x-core-1.0.0"),
            ),
            ("/rustc/0123/library/core/src/slice/mod.rs", Origin::Library),
            (
                "/usr/lib/rustlib/src/rust/library/core/src/slice/mod.rs",
                Origin::Library,
            ),
            (
                "/rustc/0123/library/compiler-builtins/compiler-builtins/src/mem.rs",
                dependency("compiler-builtins"),
            ),
        ] {
            assert_eq!(Origin::of(path), origin, "{path}");
        }
    }

    #[test]
    fn whose_call_it_is() {
        let frame = |path: &str, line| Frame {
            function: String::new(),
            origin: Origin::of(path),
            line,
        };
        let library = frame("/rustc/0123/library/core/src/slice/index.rs", 7);
        let own = frame("/s/core/src/json.rs", 8);
        let dependency = frame("/registry/src/i/p256-0.13.2/src/lib.rs", 9);
        // Inlined into ours: ours; ours inlined into another's: ours too.
        for outer in [&own, &dependency] {
            let frames = vec![library.clone(), own.clone(), outer.clone()];
            assert_eq!(responsible(frames), Some(own.clone()));
        }
        let frames = vec![library.clone(), dependency.clone(), own];
        assert_eq!(responsible(frames), Some(dependency));
        assert_eq!(responsible(vec![library]), None);
        let nothing_known = responsible(Vec::new()).map(|frame| frame.origin);
        assert_eq!(nothing_known, Some(Origin::Unknown));
    }
}
