//! What can be called through a register.
//!
//! A function's address has to be taken by code before anybody can call it through a register: as a
//! constant in the code, or in a table of methods (of a `dyn Trait`) that the code names. So from a
//! function on, a call can be meant for nothing but what has been taken in what is reached from there
//! (Rapid Type Analysis). Where the register was loaded from behind the head of a table, which has 12
//! bytes, it is the method that stands there; from less far behind, what code has taken. A table for
//! `log::Log` counts as taken everywhere, for `log` keeps it in a static.
//!
//! Formatting would recurse by that: all formatters call the same functions of `core::fmt`, and those
//! call all formatters. A value's formatter (`fmt` of a trait of `core::fmt`) hands down the formatters
//! of its parts only, which it names itself. So what is reached from a formatter is looked at by itself:
//! there, calls are meant for what was taken since it was entered. Only what is written to (methods of
//! `fmt::Write`) comes from farther up. A formatter that is reached from itself in this way recurses.
//!
//! What is a formatter, what is written to and what a closure is, functions' names tell. A closure does
//! not call itself, for what it has borrowed is its own while it runs; `core::fmt::write` and its
//! adapters call nothing but what is of traits of `core::fmt`, and that one not what calls it.
//!
//! One recursion has a bound: with `{:#?}`, `core::fmt::builders::PadAdapter` writes to the adapter
//! around it. There is one adapter for each value that is being formatted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Callee, Program, Stacks, Surroundings, Unbounded, Walk, unbounded, walk::Call};

/// The size of what each table of methods begins with: what drops a value, its size, its alignment.
const HEAD: u32 = 12;

/// A function that can be called through a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Taken {
    pub(super) function: u64,
    /// Where it stands in a table; none where code holds its address.
    pub(super) slot: Option<u32>,
}

/// What each function takes the address of.
pub(super) fn taken(
    program: &Program<'_>,
    walks: &BTreeMap<u64, Result<Walk, Unbounded>>,
) -> BTreeMap<u64, BTreeSet<Taken>> {
    let walks = walks.iter();
    let walks = walks.filter_map(|(start, walk)| Some((*start, walk.as_ref().ok()?)));
    // Where one constant begins, the one before ends.
    let mut begins: BTreeSet<u64> = BTreeSet::new();
    for (_, walk) in walks.clone() {
        begins.extend(walk.constants.iter().copied());
    }
    begins.extend(program.pointers_in_constants());
    let tables = Tables { program, begins };
    walks
        .map(|(start, walk)| {
            let mut taken = BTreeSet::new();
            let mut seen = BTreeSet::new();
            for constant in &walk.constants {
                match tables.function_at(*constant) {
                    Some(function) if walk.escaped.contains(constant) => {
                        taken.insert(Taken {
                            function,
                            slot: None,
                        });
                    }
                    Some(_) => {}
                    None => tables.read(*constant, &mut seen, &mut taken),
                }
            }
            (start, taken)
        })
        .collect()
}

struct Tables<'p> {
    program: &'p Program<'p>,
    begins: BTreeSet<u64>,
}

impl Tables<'_> {
    fn function_at(&self, constant: u64) -> Option<u64> {
        let function = constant & !1;
        let is_function = constant & 1 == 1 && self.program.functions.contains_key(&function);
        is_function.then_some(function)
    }

    /// What stands in the constant at an address, and in those that it points to.
    fn read(&self, start: u64, seen: &mut BTreeSet<u64>, taken: &mut BTreeSet<Taken>) {
        if !start.is_multiple_of(4) || !self.program.is_constant(start) || !seen.insert(start) {
            return;
        }
        for slot in (0..).step_by(4) {
            let at = start + u64::from(slot);
            let Some(word) = self.program.constant_at(at) else {
                return;
            };
            let function = self.function_at(word.into());
            if slot > 0 && self.begins.contains(&at) {
                return;
            }
            match function {
                Some(function) => {
                    _ = taken.insert(Taken {
                        function,
                        slot: Some(slot),
                    })
                }
                None => self.read(word.into(), seen, taken),
            }
            if self.program.functions.contains_key(&at) {
                return;
            }
        }
    }
}

/// What is on the way down: the formatter that was entered last.
pub(super) type Within = Option<u64>;

/// A function, within a formatter or not.
pub(super) type Node = (u64, Within);

/// What can be called from a function on.
#[derive(Debug, Default)]
pub(super) struct Reached {
    pub(super) calls: BTreeMap<Node, BTreeSet<(Call, Node)>>,
    /// The functions that call through a register.
    pub(super) indirect: BTreeSet<u64>,
    /// Those of which nothing is known that a call could be meant for.
    pub(super) unknown: BTreeSet<u64>,
}

impl Stacks {
    /// What can be reached from a function.
    pub(super) fn reached(&self, root: u64) -> Result<Reached, Unbounded> {
        let mut search = Search {
            stacks: self,
            writers: self.loggers.clone(),
            within: BTreeMap::new(),
            reached: Reached::default(),
            open: Vec::from([self.node(root, None)]),
            indirect: Vec::new(),
        };
        search.go()?;
        let indirect = search.indirect.iter().map(|((function, _), _)| *function);
        search.reached.indirect = indirect.collect();
        for (node, call) in &search.indirect {
            // A text without arguments has no formatters; and a logger is told by `log` alone.
            let is_known = self.kind_of(node.0) == Kind::Write
                || self.kind_of(node.0) == Kind::Log
                || search.means_other_than_a_logger(*node, *call);
            if !is_known {
                search.reached.unknown.insert(node.0);
            }
        }
        Ok(search.reached)
    }

    pub(super) fn walk_of(&self, function: u64) -> Result<&Walk, Unbounded> {
        match self.walks.get(&function) {
            Some(walk) => walk.as_ref().map_err(Clone::clone),
            None => unbounded(function, "no function stands there"),
        }
    }

    pub(super) fn kind_of(&self, function: u64) -> Kind {
        let kind = self.kinds.get(&function);
        kind.copied().unwrap_or(Kind::Other)
    }

    pub(super) fn node(&self, function: u64, inside: Within) -> Node {
        let is_formatter = self.kind_of(function) == Kind::Formatter;
        (function, if is_formatter { Some(function) } else { inside })
    }
}

/// What is in a function's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Formats a value.
    Formatter,
    /// `core::fmt::write`.
    Write,
    /// Is written to.
    Writer,
    /// Is written to by pieces of a text, which it formats.
    FormattingWriter,
    /// Writes to what is around it.
    Adapter,
    /// Is a logger's.
    Logger,
    /// Calls a logger.
    Log,
    /// A closure.
    Closure,
    /// Is of another trait than those of `core::fmt`.
    Method,
    /// Anything else.
    Other,
}

impl Kind {
    pub(super) fn of(names: &[String]) -> Self {
        let kinds = names.iter().map(|name| Self::of_name(name));
        let rank = |kind: &Self| match kind {
            Self::Other => 0,
            Self::Method => 1,
            _ => 2,
        };
        kinds.max_by_key(rank).unwrap_or(Self::Other)
    }

    fn of_name(name: &str) -> Self {
        let (path, last) = name.rsplit_once("::").unwrap_or_default();
        // Of several that are alike the compiler numbers all but one.
        let last = last.split('.').next().unwrap_or(last);
        let is_writer = path.ends_with("core::fmt::Write>") || path == "core::fmt::Write";
        match last {
            "write" if path == "core::fmt" => Self::Write,
            "write_fmt" if is_writer => Self::FormattingWriter,
            _ if name.contains("core::fmt::builders::PadAdapter") => Self::Adapter,
            _ if is_writer => Self::Writer,
            // What it formats has been taken by whoever made it.
            "fmt" if path.contains("core::fmt::Arguments as ") => Self::Other,
            "fmt" if path.ends_with('>') && path.contains("core::fmt::") => Self::Formatter,
            "{{closure}}" | "{closure#0}" => Self::Closure,
            _ if path.ends_with(" as log::Log>") => Self::Logger,
            _ if path.starts_with("log::") => Self::Log,
            _ if [" as ", "<impl "].iter().any(|of| path.contains(of)) => Self::Method,
            _ => Self::Other,
        }
    }

    fn is_writer(self) -> bool {
        matches!(self, Self::Writer | Self::FormattingWriter | Self::Adapter)
    }
}

struct Search<'s> {
    stacks: &'s Stacks,
    writers: BTreeSet<Taken>,
    within: BTreeMap<Within, BTreeSet<Taken>>,
    reached: Reached,
    open: Vec<Node>,
    /// Calls through registers, which mean the more the more is taken.
    indirect: Vec<(Node, Call)>,
}

impl Search<'_> {
    fn go(&mut self) -> Result<(), Unbounded> {
        while !self.open.is_empty() {
            while let Some(node) = self.open.pop() {
                self.enter(node)?;
            }
            for (node, call) in self.indirect.clone() {
                self.resolve(node, call);
            }
        }
        Ok(())
    }

    fn enter(&mut self, node: Node) -> Result<(), Unbounded> {
        if self.reached.calls.contains_key(&node) {
            return Ok(());
        }
        self.reached.calls.insert(node, BTreeSet::new());
        let (function, inside) = node;
        for taken in self.stacks.taken.get(&function).into_iter().flatten() {
            match self.stacks.kind_of(taken.function).is_writer() {
                true => self.writers.insert(*taken),
                false => self.within.entry(inside).or_default().insert(*taken),
            };
        }
        for call in &self.stacks.walk_of(function)?.calls {
            match call.callee {
                Callee::At(to) => self.add(node, *call, to),
                Callee::Loaded(_) | Callee::Unknown => self.indirect.push((node, *call)),
            }
        }
        Ok(())
    }

    fn means_other_than_a_logger(&self, node: Node, call: Call) -> bool {
        let calls = self.reached.calls.get(&node).into_iter().flatten();
        let mut targets = calls.filter(|(known, _)| *known == call);
        targets.any(|(_, to)| self.stacks.kind_of(to.0) != Kind::Logger)
    }

    fn resolve(&mut self, node: Node, call: Call) {
        let (function, inside) = node;
        let here = self.within.get(&inside).into_iter().flatten();
        let fitting = here
            .chain(&self.writers)
            .filter(|taken| fits(call.callee, **taken))
            .map(|taken| taken.function)
            .filter(|to| self.can_call(function, *to));
        for to in fitting.collect::<BTreeSet<_>>() {
            self.add(node, call, to);
        }
    }

    /// Whether a function can call another one that fits.
    fn can_call(&self, function: u64, to: u64) -> bool {
        let (from, kind) = (self.stacks.kind_of(function), self.stacks.kind_of(to));
        match (from, kind) {
            // It writes pieces of text, and what calls it is that.
            (Kind::Write, Kind::FormattingWriter) => false,
            // They know the traits of `core::fmt` alone.
            (Kind::Write | Kind::Adapter, Kind::Closure | Kind::Logger | Kind::Method) => false,
            // What it has borrowed is its own as long as it runs, and so it is itself.
            (Kind::Closure, Kind::Closure) => function != to,
            _ => true,
        }
    }

    fn add(&mut self, node: Node, call: Call, to: u64) {
        // It panics, or ends the program.
        if !self.stacks.returns.contains(&to) {
            return;
        }
        let to = self.stacks.node(to, node.1);
        let calls = self.reached.calls.entry(node).or_default();
        if calls.insert((call, to)) && !self.reached.calls.contains_key(&to) {
            self.open.push(to);
        }
    }
}

fn fits(callee: Callee, taken: Taken) -> bool {
    match callee {
        Callee::At(function) => taken.function == function,
        Callee::Loaded(plus) if plus >= HEAD => taken.slot == Some(plus),
        Callee::Loaded(plus) => taken.slot.is_none_or(|slot| slot == plus),
        Callee::Unknown => true,
    }
}
