//! One function: how deep its stack is at each of its instructions.
//!
//! Every way through it is gone, so that at each instruction one depth is known, the same on all ways
//! to it. Where it cannot be known, there is no answer.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Unbounded,
    state::{State, Value},
    thumb::{Does, Instruction, instructions},
    unbounded,
};

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Callee {
    /// The function at an address.
    At(u64),
    /// What stands so many bytes behind where something unknown points to: in a table of methods, or
    /// beside a value.
    Loaded(u32),
    /// Whatever a register says.
    Unknown,
}

/// A call, or the end in another function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Call {
    pub(super) at: u64,
    pub(super) callee: Callee,
    /// How deep the stack is there.
    pub(super) depth: i64,
    /// Whether it does not come back here.
    pub(super) is_tail: bool,
}

/// What a function does with its stack by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Walk {
    pub(super) deepest: i64,
    pub(super) calls: BTreeSet<Call>,
    /// How deep the stack is where it returns: 0, or it has ended the frame of another one.
    pub(super) returns: BTreeSet<i64>,
    /// The constants that can be addresses.
    pub(super) constants: BTreeSet<u64>,
    /// Those that others can come to know: they are handed on, or stored.
    pub(super) escaped: BTreeSet<u64>,
}

impl Walk {
    /// The functions that it calls by themselves.
    pub(super) fn callees(&self) -> impl Iterator<Item = u64> {
        self.calls.iter().filter_map(|call| match call.callee {
            Callee::At(to) => Some(to),
            Callee::Loaded(_) | Callee::Unknown => None,
        })
    }
}

/// What surrounds a function.
pub(super) trait Surroundings {
    /// Whether there are constants at an address within code.
    fn is_data(&self, at: u64) -> bool;
    /// The word at an address that nothing can change.
    fn constant_at(&self, at: u64) -> Option<u32>;
    /// The code of a piece that the compiler has made of what several functions have in common. It
    /// keeps to no standard, so that it is looked at as if it stood where it is called.
    fn outlined(&self, function: u64) -> Option<&[u8]>;
    /// Whether a function can return.
    fn can_return(&self, function: u64) -> bool;
}

/// Walks through a function that stands at an address.
pub(super) fn walk(code: &[u8], start: u64, around: &impl Surroundings) -> Result<Walk, Unbounded> {
    let Walked { found, calls, .. } = walk_from(code, start, State::ENTRY, around, 0)?;
    Ok(Walk {
        calls: calls.into_values().collect(),
        ..found
    })
}

struct Walked {
    found: Walk,
    calls: BTreeMap<Vec<u64>, Call>,
    /// What is known behind it, where it comes back.
    left: Option<State>,
}

fn walk_from(
    code: &[u8],
    start: u64,
    entry: State,
    around: &impl Surroundings,
    nested: usize,
) -> Result<Walked, Unbounded> {
    let all = instructions(code, start, |at| around.is_data(at));
    let mut ways = Ways {
        states: vec![None; all.len()],
        all: &all,
        start,
        end: start.saturating_add(code.len() as u64),
        entry_depth: entry.depth,
        around,
        nested,
        open: BTreeSet::new(),
        by_table: None,
        left: None,
        calls: BTreeMap::new(),
        found: Walk::default(),
    };
    ways.reach(start, entry, start)?;
    ways.go()?;
    // Where tables lead is not read: it is all that is left, as deep as the jumps by tables are.
    while let (Some(left), Some(state)) = (ways.first_left(), ways.by_table) {
        ways.reach(left, state, left)?;
        ways.go()?;
    }
    ways.found.constants.extend(constants(&all, around));
    Ok(Walked {
        found: ways.found,
        calls: ways.calls,
        left: ways.left,
    })
}

/// Those that a function may change, by the Procedure Call Standard.
const NOT_KEPT: u32 = !0b0000_1111_1111_0000;
/// Those that arguments and results are handed over in.
const HANDED: u32 = 0b1111;

struct Ways<'w, S> {
    all: &'w [Instruction],
    states: Vec<Option<State>>,
    start: u64,
    end: u64,
    entry_depth: i64,
    around: &'w S,
    /// In how many outlined pieces it is.
    nested: usize,
    /// Those whose state has changed.
    open: BTreeSet<usize>,
    by_table: Option<State>,
    /// What is known where it comes back to who has called it.
    left: Option<State>,
    /// By where they stand, and in which outlined pieces that are called from where.
    calls: BTreeMap<Vec<u64>, Call>,
    found: Walk,
}

impl<S: Surroundings> Ways<'_, S> {
    fn index_of(&self, at: u64) -> Option<usize> {
        self.all.binary_search_by_key(&at, |found| found.at).ok()
    }

    /// The first instruction that nothing has led to, padding left out.
    fn first_left(&self) -> Option<u64> {
        let all = self.all.iter().zip(&self.states);
        let mut left = all.filter_map(|(instruction, state)| match state {
            None => Some(instruction),
            Some(_) => None,
        });
        // NOP, or `mov r8, r8`.
        let is_padding = |one: &Instruction| {
            let does_nothing = match one.does {
                Does::Nothing => one.writes == 0,
                Does::IsSum { register, of, plus } => register == of && plus == 0,
                _ => false,
            };
            does_nothing && self.index_of(one.next).is_none()
        };
        left.find(|one| !is_padding(one) && one.does != Does::Traps)
            .map(|one| one.at)
    }

    fn reach(&mut self, at: u64, state: State, from: u64) -> Result<(), Unbounded> {
        let index = self.index_of(at);
        let Some((index, known)) = index.and_then(|at| Some((at, self.states.get_mut(at)?))) else {
            return unbounded(from, "it goes on where no instruction is");
        };
        let joined = state.merged(*known, at, "it is reached", &mut self.found.escaped)?;
        if *known != Some(joined) {
            *known = Some(joined);
            self.open.insert(index);
        }
        Ok(())
    }

    fn go(&mut self) -> Result<(), Unbounded> {
        while let Some(index) = self.open.pop_first() {
            let state = self.states.get(index).copied().flatten();
            if let (Some(instruction), Some(state)) = (self.all.get(index), state) {
                self.step(*instruction, state)?;
            }
        }
        Ok(())
    }

    fn call(&mut self, at: u64, callee: Callee, state: &State, is_tail: bool) {
        self.found.escaped.extend(state.constants(HANDED));
        let call = Call {
            at,
            callee,
            depth: state.depth,
            is_tail,
        };
        self.calls.insert(vec![at], call);
    }

    /// A call or a jump to another function; what is known behind it, where it comes back.
    fn leave(
        &mut self,
        at: u64,
        to: u64,
        state: State,
        is_tail: bool,
    ) -> Result<Option<State>, Unbounded> {
        const DEEPEST: usize = 8;
        let Some(outlined) = self.around.outlined(to) else {
            self.call(at, Callee::At(to), &state, is_tail);
            let mut then = state;
            then.forget(NOT_KEPT);
            return Ok(self.around.can_return(to).then_some(then));
        };
        if self.nested == DEEPEST {
            return unbounded(at, "outlined pieces call each other");
        }
        let inner = walk_from(outlined, to, state, self.around, self.nested + 1)?;
        self.found.deepest = self.found.deepest.max(inner.found.deepest);
        self.found.escaped.extend(inner.found.escaped);
        self.found.constants.extend(inner.found.constants);
        if is_tail {
            self.found.returns.extend(inner.found.returns);
        }
        for (inside, mut call) in inner.calls {
            call.is_tail &= is_tail;
            let whole = [vec![at], inside].concat();
            self.calls.insert(whole, call);
        }
        Ok(inner.left)
    }

    /// It comes back to who has called it.
    fn comes_back(&mut self, at: u64, state: State) -> Result<(), Unbounded> {
        // An outlined piece hands on all that it knows, and nothing has escaped by that.
        if self.nested == 0 {
            self.found.escaped.extend(state.constants(HANDED));
        }
        let left = state.merged(self.left, at, "it comes back", &mut self.found.escaped)?;
        self.left = Some(left);
        Ok(())
    }

    fn callee(&self, state: &State, register: u32) -> Callee {
        match state.of(register) {
            Value::Constant(address) => Callee::At(u64::from(address) & !1),
            Value::Loaded(plus) => Callee::Loaded(plus),
            Value::Stack(_) | Value::Unknown => Callee::Unknown,
        }
    }

    fn step(&mut self, instruction: Instruction, state: State) -> Result<(), Unbounded> {
        let Instruction { at, next, .. } = instruction;
        let State { depth, .. } = state;
        let is_inside = |to: u64| (self.start..self.end).contains(&to);
        let mut then = state.after(&instruction, self.around)?;
        self.found
            .escaped
            .extend(state.constants(instruction.stores));
        let mut goes_on = true;
        match instruction.does {
            // A jump that reaches farther than others do.
            Does::Calls(to) if is_inside(to) && to != self.start => {
                self.reach(to, then, at)?;
                goes_on = false;
            }
            Does::Calls(to) => match self.leave(at, to, state, false)? {
                Some(left) => then = left,
                None => goes_on = false,
            },
            Does::CallsRegister(register) => {
                let callee = self.callee(&state, register);
                self.call(at, callee, &state, false);
                then.forget(NOT_KEPT);
                if let Callee::At(to) = callee {
                    goes_on = self.around.can_return(to);
                }
            }
            Does::Jumps(to) | Does::MayJump(to) => {
                goes_on = matches!(instruction.does, Does::MayJump(_));
                if is_inside(to) && (to != self.start || depth == self.entry_depth) {
                    self.reach(to, then, at)?;
                } else if let Some(left) = self.leave(at, to, state, true)? {
                    self.comes_back(at, left)?;
                }
            }
            Does::JumpsToRegister(register) => {
                let callee = self.callee(&state, register);
                self.call(at, callee, &state, true);
                then.forget(NOT_KEPT);
                self.comes_back(at, then)?;
                goes_on = false;
            }
            Does::JumpsByTable => {
                let escaped = &mut self.found.escaped;
                self.by_table = Some(then.merged(self.by_table, at, "it has tables", escaped)?);
                goes_on = false;
            }
            Does::Returns(bytes) => {
                let mut left = then;
                left.depth -= bytes;
                self.found.returns.insert(left.depth);
                self.comes_back(at, left)?;
                goes_on = false;
            }
            Does::Traps => goes_on = false,
            // What is no way to elsewhere has changed the state alone.
            _ => {}
        }
        self.found.deepest = self.found.deepest.max(then.depth);
        if instruction.is_conditional {
            if goes_on && then.depth != depth {
                return unbounded(at, "the stack grows on a condition");
            }
            then = match goes_on {
                true => then.joined(&state, &mut self.found.escaped),
                false => state,
            };
            goes_on = true;
        }
        match goes_on {
            true => self.reach(next, then, at),
            false => Ok(()),
        }
    }
}

/// The constants that a function has: words in its code, halves in its instructions, addresses.
fn constants(all: &[Instruction], around: &impl Surroundings) -> BTreeSet<u64> {
    let mut low = BTreeMap::new();
    let mut found = BTreeSet::new();
    for instruction in all {
        match instruction.does {
            Does::IsWordAt { address, .. } => {
                found.extend(around.constant_at(address).map(u64::from));
            }
            Does::IsLow { register, value } => _ = low.insert(register, value),
            Does::IsHigh { register, value } => {
                let low = low.get(&register).copied().unwrap_or(0);
                found.insert((value << 16 | low).into());
            }
            Does::IsConstant { value, .. } => _ = found.insert(value.into()),
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Constants are from 0x9000 on.
    struct Constants(&'static [u32]);

    impl Surroundings for Constants {
        fn is_data(&self, at: u64) -> bool {
            (0x9000..0x9800).contains(&at)
        }

        fn constant_at(&self, at: u64) -> Option<u32> {
            let index = usize::try_from(at.checked_sub(0x8008)? / 4).ok()?;
            self.0.get(index).copied()
        }

        fn outlined(&self, function: u64) -> Option<&[u8]> {
            // movw r4, #0x7001; bx lr
            (function == 0x9800).then_some(&[0x47, 0xF2, 0x01, 0x04, 0x70, 0x47])
        }

        fn can_return(&self, function: u64) -> bool {
            function != 0x7000
        }
    }

    fn walked(halves: &[u16], constants: &'static [u32]) -> Result<Walk, Unbounded> {
        let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        walk(&code, 0x8000, &Constants(constants))
    }

    fn calls(walk: &Walk) -> Vec<(Callee, i64, bool)> {
        let calls = walk.calls.iter();
        calls
            .map(|call| (call.callee, call.depth, call.is_tail))
            .collect()
    }

    #[test]
    fn a_call_is_as_deep_as_the_stack_there() {
        // push {r4, lr}; sub sp, #8; bl 0x9000; add sp, #8; pop {r4, lr} as `ldmia.w`; b.w 0x9000
        let found = walked(
            &[
                0xB510, 0xB082, 0xF000, 0xFFFC, 0xB002, 0xE8BD, 0x4010, 0xF000, 0xBFF7,
            ],
            &[],
        );
        let found = found.unwrap();
        assert_eq!((found.deepest, found.returns.len()), (16, 0));
        assert_eq!(
            calls(&found),
            [
                (Callee::At(0x9000), 16, false),
                (Callee::At(0x9000), 0, true)
            ]
        );
    }

    #[test]
    fn a_large_frame_is_a_constant_of_the_code_and_taken_back_from_the_frames_register() {
        // push {r4, r6, r7, lr}; add r7, sp, #8; ldr r6, [pc, #0]; add sp, r6; subs r6, r7, #7;
        // subs r6, #1; mov sp, r6; pop {r4, r6, r7, pc}
        let code = [
            0xB5D0, 0xAF02, 0x4E00, 0x44B5, 0x1FFE, 0x3E01, 0x46B5, 0xBDD0,
        ];
        let found = walked(&code, &[0xFFFF_F000]).unwrap();
        assert_eq!((found.deepest, found.returns), (4_112, BTreeSet::from([0])));
        let unknown = walked(&code, &[]).unwrap_err();
        assert_eq!(unknown.at, 0x8006);
    }

    #[test]
    fn a_register_is_followed_as_far_as_it_is_known() {
        // push {r4, lr}; movw r4, #0x7001; blx r4: does not return; (nothing behind it)
        let found = walked(&[0xB510, 0xF247, 0x0401, 0x47A0], &[]).unwrap();
        assert_eq!(calls(&found), [(Callee::At(0x7000), 8, false)]);
        assert_eq!(found.escaped, BTreeSet::new());
        // ldr r3, [r1, #12]; bx r3
        let found = walked(&[0x68CB, 0x4718], &[]).unwrap();
        assert_eq!(calls(&found), [(Callee::Loaded(12), 0, true)]);
        // movw r0, #0x9001: handed on to 0x9000 by b.w
        let found = walked(&[0xF249, 0x0001, 0xF000, 0xBFFC], &[]).unwrap();
        assert_eq!(found.escaped, BTreeSet::from([0x9001]));
        // r3 is one thing or another: cbz r0, +2; movw r3, #0x9001; bx r3
        let found = walked(&[0xB108, 0xF249, 0x0301, 0x4718], &[]).unwrap();
        assert_eq!(calls(&found), [(Callee::Unknown, 0, true)]);
        assert_eq!(found.escaped, BTreeSet::from([0x9001]));
    }

    #[test]
    fn an_outlined_piece_is_looked_at_where_it_is_called() {
        // push {r4, lr}; bl 0x9800, which sets r4; blx r4: does not return
        let found = walked(&[0xB510, 0xF001, 0xFBFD, 0x47A0], &[]).unwrap();
        assert_eq!(calls(&found), [(Callee::At(0x7000), 8, false)]);
        // b.w 0x9800
        let found = walked(&[0xF001, 0xBBFE], &[]).unwrap();
        assert_eq!(
            (calls(&found), found.returns),
            (vec![], BTreeSet::from([0]))
        );
    }

    #[test]
    fn two_depths_at_one_place_are_told() {
        // cbz r0, +2; push {r4}; nop; bx lr
        let error = walked(&[0xB100, 0xB410, 0xBF00, 0x4770], &[]).unwrap_err();
        assert_eq!(error.at, 0x8004);
        // A loop that pushes: nop; push {r4}; b back to that
        let error = walked(&[0xBF00, 0xB410, 0xE7FD], &[]).unwrap_err();
        assert!(error.reason.contains("bytes deep"), "{error}");
    }
}
