//! The public functions of core, and the calls of them in `tests/panic-free`, both read as syntax.
//!
//! Calls stand in a module of the same name as what they call. In both a function is told by its type
//! and its name, or by its module's where it has no type. Of what the compiler derives `Debug` alone is
//! looked at.

mod calls;
mod macros;
mod names;
mod public;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use self::{calls::Calls, public::Public};

pub use self::public::Function;

const CORE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../core/src");
const CALLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../panic-free/src/calls");

/// Core's public functions, and what calls them.
#[derive(Debug)]
pub struct Functions {
    public: Vec<Function>,
    calls: Calls,
}

impl Functions {
    /// Reads all of them.
    ///
    /// # Panics
    /// Where the source is not understood, which is the tests' own matter.
    pub fn read() -> Self {
        Self {
            public: Public::of(Path::new(CORE)),
            calls: Calls::of(Path::new(CALLS)),
        }
    }

    /// The public functions.
    pub fn public(&self) -> &[Function] {
        &self.public
    }

    /// Those that nothing calls.
    pub fn missing(&self) -> Vec<&str> {
        let called: BTreeSet<&String> = self.calls.by.values().flatten().collect();
        let is_called =
            |function: &&Function| function.names.iter().any(|name| called.contains(name));
        let missing = self.public.iter().filter(|function| !is_called(function));
        missing.map(|function| function.names[0].as_str()).collect()
    }

    /// The lists that the program calls all of, in their order: of paths below its module `calls`.
    pub fn lists(&self) -> impl Iterator<Item = &[String]> {
        // Those of lists are none, for they are not called by themselves.
        let lists = self.calls.lists.iter().map(Vec::as_slice);
        lists.filter(|list| list.iter().all(|entry| self.calls.by.contains_key(entry)))
    }

    /// The functions that the program calls to call this one: their paths below its module `calls`.
    pub fn entries(&self, function: &Function) -> Vec<&str> {
        let is_called = |by: &&String| {
            let called = self.calls.by.get(*by);
            called.is_some_and(|called| function.names.iter().any(|name| called.contains(name)))
        };
        let entries = self.calls.lists.iter().flatten().filter(is_called);
        entries.map(String::as_str).collect()
    }
}

/// The files of a folder, each with the names of the modules that it is in.
fn sources(folder: &Path) -> Vec<(Vec<String>, String)> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("the source is there") {
            let path = entry.expect("the source is there").path();
            match path.is_dir() {
                true => files(&path, found),
                false => found.push(path),
            }
        }
    }

    let mut found = Vec::new();
    files(folder, &mut found);
    found.sort();
    let module = |path: &PathBuf| {
        let inside = path
            .strip_prefix(folder)
            .expect("the source is there")
            .with_extension("");
        let names = inside
            .iter()
            .map(|name| name.to_str().expect("the source is there").to_owned());
        let names = names
            .filter(|name| name != "mod" && name != "lib")
            .collect();
        (
            names,
            fs::read_to_string(path).expect("the source is there"),
        )
    };
    found.iter().map(module).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(public: &[Function], calls: Calls) -> Vec<String> {
        let public = public.to_vec();
        let functions = Functions { public, calls };
        let missing = functions.missing();
        missing.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn a_function_that_nobody_calls_is_told() {
        let mut public = Public::default();
        public.read(
            &["outbox".to_owned(), "queue".to_owned()],
            "pub fn free() {}
             fn own() {}
             pub struct Type;
             #[derive(Clone, Debug)]
             pub enum Other { A }
             struct Hidden;
             impl<'a> Type { pub const fn method() {} fn own() {} pub(crate) fn ours() {} }
             impl Hidden { pub fn method() {} }
             impl core::fmt::Display for Type { fn fmt() {} }
             impl Clone for Type { fn clone() {} }
             impl Drop for Type { fn drop() {} }
             pub trait Signer { fn sign(); fn len() { 0 } }
             macro_rules! signer { ($name:ident, $len:literal) => {
                 pub struct $name([u8; $len]);
                 impl $name { pub fn new() {} }
             } }
             signer!(Made, 1);
             #[cfg(test)] mod tests { pub fn test() {} }",
        );
        let public = public.finish();
        let told = missing(&public, Calls::default());
        let expected = [
            "outbox: outbox::free",
            "outbox: Other: Debug",
            "outbox: Type::method",
            "outbox: Type: Display",
            "outbox: Type as Clone::clone",
            "outbox: Signer::len",
            "outbox: Made::new",
        ];
        assert_eq!(told, expected);

        let mut called = Calls::default();
        called.read(
            &["outbox".to_owned()],
            "fn f() {
                 queue::free();
                 debug::<Other>(); display::<Type<'_>>();
                 Type::<3>::method(); <Type<'_> as Clone>::clone();
                 Signer::len();
             }
             macro_rules! calls { ($name:ident) => { fn g() { $name::new() } } }
             calls!(Made);",
        );
        assert_eq!(missing(&public, called), [""; 0]);
        let mut elsewhere = Calls::default();
        elsewhere.read(&["session".to_owned()], "fn f() { Type::method(); }");
        assert_eq!(missing(&public, elsewhere), expected);
    }

    #[test]
    fn a_function_is_called_by_what_stands_in_a_list() {
        let mut public = Public::default();
        public.read(
            &["outbox".to_owned()],
            "pub struct Type; impl Type { pub fn new() {} pub fn method() {} }",
        );
        let mut calls = Calls::default();
        calls.read(
            &["outbox".to_owned(), "queue".to_owned()],
            "const CALLS: &[Call] = &[one, inside::other];
             fn one() { Type::method(); }
             fn helper() { Type::method(); }
             mod inside { fn other() { Type::new(); Type::method(); } }",
        );
        public.read(
            &["outbox".to_owned(), "queue".to_owned()],
            "pub fn free() {}",
        );
        let public = public.finish();
        let functions = Functions { public, calls };
        let free = functions.public().last().unwrap();
        assert_eq!(free.path(), "outbox::free");
        assert_eq!(free.long_path(), "outbox::queue::free");
        let entries: Vec<_> = functions
            .public()
            .iter()
            .map(|function| (function.path(), functions.entries(function)))
            .collect();
        assert_eq!(
            entries,
            [
                (
                    "outbox::Type::new".to_owned(),
                    vec!["outbox::queue::inside::other"]
                ),
                (
                    "outbox::Type::method".to_owned(),
                    vec!["outbox::queue::one", "outbox::queue::inside::other"]
                ),
                ("outbox::free".to_owned(), vec![]),
            ]
        );
    }
}
