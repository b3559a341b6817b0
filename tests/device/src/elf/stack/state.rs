//! What is known before an instruction, and what it makes of that.

use std::collections::BTreeSet;

use super::{
    Unbounded,
    thumb::{Does, Instruction, SP},
    unbounded,
    walk::Surroundings,
};

/// What is known of a register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    Constant(u32),
    /// The stack pointer as it is at this depth.
    Stack(i64),
    /// What stands so many bytes behind where something unknown points to.
    Loaded(u32),
    Unknown,
}

impl Value {
    fn constant(self) -> Option<u64> {
        match self {
            Self::Constant(value) => Some(value.into()),
            Self::Stack(_) | Self::Loaded(_) | Self::Unknown => None,
        }
    }
}

/// What is known before an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct State {
    pub(super) depth: i64,
    registers: [Value; 16],
}

impl State {
    pub(super) const ENTRY: Self = Self {
        depth: 0,
        registers: [Value::Unknown; 16],
    };

    pub(super) fn of(&self, register: u32) -> Value {
        let value = self.registers.get(register as usize);
        value.copied().unwrap_or(Value::Unknown)
    }

    fn set(&mut self, register: u32, value: Value) {
        if let Some(known) = self.registers.get_mut(register as usize) {
            *known = value;
        }
    }

    /// Nothing is known any longer of those whose bit is set.
    pub(super) fn forget(&mut self, written: u32) {
        for (register, value) in self.registers.iter_mut().enumerate() {
            if written >> register & 1 == 1 {
                *value = Value::Unknown;
            }
        }
    }

    /// What is known whichever of both it is. The depths are the same. Constants that are known no
    /// longer have `escaped`.
    pub(super) fn joined(mut self, other: &Self, escaped: &mut BTreeSet<u64>) -> Self {
        for (value, other) in self.registers.iter_mut().zip(&other.registers) {
            if value != other {
                escaped.extend(value.constant());
                escaped.extend(other.constant());
                *value = Value::Unknown;
            }
        }
        self
    }

    /// The constants in the registers whose bit is set.
    pub(super) fn constants(&self, registers: u32) -> impl Iterator<Item = u64> {
        let all = self.registers.iter().enumerate();
        all.filter_map(move |(register, value)| match registers >> register & 1 {
            1 => value.constant(),
            _ => None,
        })
    }

    /// What is known behind an instruction, where nothing else is done than it does by itself.
    pub(super) fn after(
        &self,
        instruction: &Instruction,
        around: &impl Surroundings,
    ) -> Result<Self, Unbounded> {
        let mut then = *self;
        then.forget(instruction.writes);
        match instruction.does {
            Does::Nothing => {}
            Does::Grows(bytes) => then.depth += bytes,
            Does::GrowsByRegister(register) => match self.of(register) {
                Value::Constant(value) => then.depth -= i64::from(value.cast_signed()),
                _ => return unbounded(instruction.at, "the stack grows by what is not known"),
            },
            Does::StackIs(register) => match self.of(register) {
                Value::Stack(depth) => then.depth = depth,
                _ => {
                    return unbounded(
                        instruction.at,
                        "the stack pointer becomes what is not known",
                    );
                }
            },
            Does::UnknownToStack => {
                return unbounded(instruction.at, "the stack pointer is computed");
            }
            Does::IsStack { register, plus } => then.set(register, Value::Stack(self.depth - plus)),
            Does::IsSum { register, of, plus } => then.set(
                register,
                match self.of(of) {
                    Value::Constant(value) => {
                        Value::Constant(value.wrapping_add_signed(plus as i32))
                    }
                    Value::Stack(depth) => Value::Stack(depth - plus),
                    other if plus == 0 => other,
                    _ => Value::Unknown,
                },
            ),
            Does::IsWordAt { register, address } => {
                let word = around.constant_at(address);
                then.set(register, word.map_or(Value::Unknown, Value::Constant));
            }
            Does::IsLow { register, value } | Does::IsConstant { register, value } => {
                then.set(register, Value::Constant(value));
            }
            Does::IsHigh { register, value } => {
                if let Value::Constant(low) = self.of(register) {
                    then.set(register, Value::Constant(value << 16 | low & 0xFFFF));
                }
            }
            Does::IsLoaded {
                register,
                base,
                plus,
            } => then.set(register, self.loaded(base, plus, around)),
            Does::AreLoaded {
                registers: [first, second],
                base,
                plus,
            } => {
                then.set(first, self.loaded(base, plus, around));
                then.set(second, self.loaded(base, plus + 4, around));
            }
            // Ways to elsewhere.
            Does::Calls(_)
            | Does::CallsRegister(_)
            | Does::Jumps(_)
            | Does::MayJump(_)
            | Does::JumpsToRegister(_)
            | Does::JumpsByTable
            | Does::Returns(_)
            | Does::Traps => {}
        }
        Ok(then)
    }

    /// What is loaded from behind where a register points to.
    fn loaded(&self, base: u32, plus: u32, around: &impl Surroundings) -> Value {
        if base == SP {
            return Value::Unknown;
        }
        let constant = match self.of(base) {
            Value::Constant(address) => {
                let address = u64::from(address) + u64::from(plus);
                around.constant_at(address)
            }
            // Where the compiler has put something aside.
            Value::Stack(_) => return Value::Unknown,
            _ => None,
        };
        constant.map_or(Value::Loaded(plus), Value::Constant)
    }

    /// What is known whichever it is, this or what was known before, if the stack is as deep.
    pub(super) fn merged(
        self,
        known: Option<Self>,
        at: u64,
        what: &str,
        escaped: &mut BTreeSet<u64>,
    ) -> Result<Self, Unbounded> {
        match known {
            None => Ok(self),
            Some(known) if known.depth == self.depth => Ok(self.joined(&known, escaped)),
            Some(known) => {
                let (one, other) = (known.depth, self.depth);
                unbounded(at, format!("{what} {one} and {other} bytes deep"))
            }
        }
    }
}
