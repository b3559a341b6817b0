//! The deepest way down.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Stacks, Unbounded,
    reach::{Kind, Node, Reached},
    unbounded,
    walk::Call,
};

/// How deep a stack can become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bound {
    /// The most bytes that are on it, beside what was on it before.
    pub bytes: u64,
    /// The functions on any way that call through a register.
    pub indirect: BTreeSet<u64>,
    /// Those of them with a call that nothing in the program can be meant by: what the caller would
    /// bring, and is not counted.
    pub unknown: BTreeSet<u64>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Deep {
    bytes: i64,
    /// The formatters on any way down, at most.
    formatters: i64,
}

struct Search<'s> {
    stacks: &'s Stacks,
    reached: Reached,
    known: BTreeMap<Node, Option<Deep>>,
    /// The most that one adapter takes until it is in the next.
    adapter: i64,
}

impl Stacks {
    /// How deep a function's stack can become.
    ///
    /// # Errors
    /// Where no bound is known, and why.
    pub fn bound(&self, function: u64) -> Result<Bound, Unbounded> {
        let reached = self.reached(function)?;
        let mut search = Search {
            stacks: self,
            reached,
            known: BTreeMap::new(),
            adapter: 0,
        };
        search.check_returns()?;
        let deep = search.deep(self.node(function, None), &mut Vec::new())?;
        let bytes = deep.bytes + deep.formatters * search.adapter;
        Ok(Bound {
            bytes: bytes.unsigned_abs(),
            indirect: search.reached.indirect,
            unknown: search.reached.unknown,
        })
    }
}

impl Search<'_> {
    fn deep(&mut self, node: Node, above: &mut Vec<u64>) -> Result<Deep, Unbounded> {
        match self.known.get(&node) {
            Some(Some(deep)) => return Ok(*deep),
            Some(None) => return Err(recursion(self.stacks, above, node.0)),
            None => _ = self.known.insert(node, None),
        }
        above.push(node.0);
        let mut deep = Deep {
            bytes: self.stacks.walk_of(node.0)?.deepest,
            ..Deep::default()
        };
        let calls = self.reached.calls.get(&node).cloned().unwrap_or_default();
        for (call, to) in calls {
            if [node.0, to.0].map(|at| self.stacks.kind_of(at)) == [Kind::Adapter; 2] {
                self.adapter = self.adapter.max(call.depth);
                continue;
            }
            let below = self.deep(to, above)?;
            deep.bytes = deep.bytes.max(call.depth + below.bytes);
            deep.formatters = deep.formatters.max(below.formatters);
        }
        deep.formatters += i64::from(self.stacks.kind_of(node.0) == Kind::Formatter);
        above.pop();
        self.known.insert(node, Some(deep));
        Ok(deep)
    }

    /// That every function leaves the stack as it was, but those that are only jumped to.
    fn check_returns(&self) -> Result<(), Unbounded> {
        let mut left: BTreeMap<u64, BTreeSet<i64>> = BTreeMap::new();
        for (function, _) in self.reached.calls.keys() {
            let returns = self.stacks.walk_of(*function)?.returns.clone();
            left.insert(*function, returns);
        }
        let is_tail = |(call, _): &&(Call, Node)| call.is_tail;
        let mut is_changed = true;
        while is_changed {
            is_changed = false;
            for ((function, _), calls) in &self.reached.calls {
                for (call, (to, _)) in calls.iter().filter(is_tail) {
                    let below = left.get(to).cloned().unwrap_or_default();
                    let below = below.iter().map(|left| left + call.depth);
                    let left = left.entry(*function).or_default();
                    let before = left.len();
                    left.extend(below);
                    is_changed |= left.len() != before;
                    if left.len() > 8 {
                        return unbalanced(*function);
                    }
                }
            }
        }
        for calls in self.reached.calls.values() {
            for (_, (to, _)) in calls.iter().filter(|call| !is_tail(call)) {
                if left
                    .get(to)
                    .is_some_and(|left| left.iter().any(|bytes| *bytes != 0))
                {
                    return unbalanced(*to);
                }
            }
        }
        Ok(())
    }
}

fn unbalanced<T>(function: u64) -> Result<T, Unbounded> {
    unbounded(function, "it does not leave the stack as it was")
}

fn recursion(stacks: &Stacks, above: &[u64], function: u64) -> Unbounded {
    let from = above.iter().rposition(|above| *above == function);
    let cycle = above.get(from.unwrap_or(0)..).unwrap_or_default();
    let names: Vec<&str> = cycle.iter().map(|at| stacks.name_of(*at)).collect();
    Unbounded {
        at: function,
        reason: format!("recursion: {}", names.join(" -> ")),
    }
}
