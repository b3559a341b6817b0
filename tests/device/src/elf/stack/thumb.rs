//! What the instructions of Thumb code do to the stack, and where they lead.
//!
//! The encodings are those of the Armv7-M Architecture Reference Manual, A5 and A7.7. Where an
//! instruction writes the stack pointer in a way that is not known here, it is told as
//! [`Does::UnknownToStack`], and never passed over.

mod registers;

use self::registers::{stored_by_one, stored_by_two, written_by_one, written_by_two};
use crate::elf::branches::{encodings, narrow, target, wide};

/// The stack pointer.
pub(super) const SP: u32 = 13;
/// Where to return to.
const LR: u32 = 14;
/// The program counter.
const PC: u32 = 15;

/// What an instruction does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// Nothing to the stack, and the next one follows.
    Nothing,
    /// The stack grows by so many bytes, or becomes so much less.
    Grows(i64),
    /// The stack grows by what is not in a register, as in `add sp, r6`.
    GrowsByRegister(u32),
    /// The stack pointer is a register's: `mov sp, r4`.
    StackIs(u32),
    /// The stack pointer is something else.
    UnknownToStack,
    /// A register is the stack pointer and so many bytes more.
    IsStack { register: u32, plus: i64 },
    /// A register is another and so many bytes more.
    IsSum { register: u32, of: u32, plus: i64 },
    /// A register is the word at an address.
    IsWordAt { register: u32, address: u64 },
    /// A register is a constant below 65,536.
    IsLow { register: u32, value: u32 },
    /// A register's upper half is a constant.
    IsHigh { register: u32, value: u32 },
    /// A register is a constant: an address within the code, as `adr` says.
    IsConstant { register: u32, value: u32 },
    /// A register is what stands so many bytes behind where another points to.
    IsLoaded { register: u32, base: u32, plus: u32 },
    /// Two registers are two words that stand there.
    AreLoaded {
        registers: [u32; 2],
        base: u32,
        plus: u32,
    },
    /// Calls.
    Calls(u64),
    /// Calls what a register says.
    CallsRegister(u32),
    /// Goes on elsewhere.
    Jumps(u64),
    /// Goes on elsewhere or behind it.
    MayJump(u64),
    /// Goes on where a register says: a tail call.
    JumpsToRegister(u32),
    /// Goes on where a table says.
    JumpsByTable,
    /// Returns, and the stack becomes so much less before it.
    Returns(i64),
    /// Does not go on.
    Traps,
}

/// An instruction, where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) at: u64,
    pub(super) next: u64,
    /// Whether it may as well do nothing.
    pub(super) is_conditional: bool,
    pub(super) does: Does,
    /// The registers that it may write, a bit each; not those that a function does that it calls.
    pub(super) writes: u32,
    /// The registers that it may put into memory, a bit each.
    pub(super) stores: u32,
}

/// The instructions of code that stands at an address. `is_data` tells of constants within it.
///
/// An `IT` block whose instructions have one condition is told as a jump over all of them; in another
/// one each is conditional by itself.
pub(super) fn instructions(
    code: &[u8],
    start: u64,
    is_data: impl Fn(u64) -> bool,
) -> Vec<Instruction> {
    let mut found: Vec<Instruction> = Vec::new();
    let mut blocks = Vec::new();
    for (at, first, second) in encodings(code, start, is_data) {
        let (next, does, writes, stores) = match second {
            Some(second) => {
                let does = of_two(at, first, second);
                let (first, second) = (first.into(), second.into());
                let (writes, stores) =
                    (written_by_two(first, second), stored_by_two(first, second));
                (at.wrapping_add(4), does, writes, stores)
            }
            None => {
                let half = first.into();
                let (writes, stores) = (written_by_one(half), stored_by_one(half));
                (at.wrapping_add(2), of_one(at, half), writes, stores)
            }
        };
        if let Some(block) = Block::of(first) {
            blocks.push((found.len(), block));
        }
        found.push(Instruction {
            at,
            next,
            is_conditional: false,
            does,
            writes,
            stores,
        });
    }
    for (index, block) in blocks {
        let Some(inside) = found.get_mut(index..=index + block.len) else {
            continue;
        };
        match inside {
            [it, .., last] if block.has_one_condition => it.does = Does::MayJump(last.next),
            [_, inside @ ..] => inside.iter_mut().for_each(|one| one.is_conditional = true),
            [] => {}
        }
    }
    found
}

/// What an `IT` instruction says.
struct Block {
    len: usize,
    has_one_condition: bool,
}

impl Block {
    fn of(half: u16) -> Option<Self> {
        let mask = half & 0xF;
        if half & 0xFF00 != 0xBF00 || mask == 0 {
            return None;
        }
        let end = mask.trailing_zeros();
        let others = mask >> (end + 1);
        let same = if half & 0x10 == 0 {
            0
        } else {
            0xF >> (end + 1) & 0x7
        };
        Some(Self {
            len: 4_usize.saturating_sub(end as usize),
            has_one_condition: others == same,
        })
    }
}

/// The registers of a list take four bytes each.
fn bytes_of(list: u32) -> i64 {
    i64::from(list.count_ones()) * 4
}

/// Of 16 bits.
fn of_one(at: u64, half: u32) -> Does {
    let low = half & 0xFF;
    let (d, n, m) = (half & 7, half >> 3 & 7, half >> 3 & 0xF);
    match half >> 8 {
        0x1E | 0x1F => Does::IsSum {
            register: d,
            of: n,
            plus: -i64::from(half >> 6 & 7),
        },
        0x38..=0x3F => {
            let register = half >> 8 & 7;
            Does::IsSum {
                register,
                of: register,
                plus: -i64::from(low),
            }
        }
        0x44 => match (half >> 4 & 8) | d {
            SP => Does::GrowsByRegister(m),
            PC => Does::JumpsByTable,
            _ => Does::Nothing,
        },
        0x46 => match ((half >> 4 & 8) | d, m) {
            (SP, from) => Does::StackIs(from),
            (PC, LR) => Does::Returns(0),
            (PC, _) => Does::JumpsByTable,
            (register, SP) => Does::IsStack { register, plus: 0 },
            (register, of) => Does::IsSum {
                register,
                of,
                plus: 0,
            },
        },
        0x47 => match (half & 0x80 != 0, m) {
            (true, register) => Does::CallsRegister(register),
            (false, LR) => Does::Returns(0),
            (false, register) => Does::JumpsToRegister(register),
        },
        0x48..=0x4F => Does::IsWordAt {
            register: half >> 8 & 7,
            address: target(at & !3, i64::from(low) * 4),
        },
        0xA0..=0xA7 => Does::IsConstant {
            register: half >> 8 & 7,
            value: target(at & !3, i64::from(low) * 4) as u32,
        },
        0x68..=0x6F => Does::IsLoaded {
            register: d,
            base: n,
            plus: (half >> 6 & 0x1F) * 4,
        },
        0xA8..=0xAF => Does::IsStack {
            register: half >> 8 & 7,
            plus: i64::from(low) * 4,
        },
        0xB0 => {
            let bytes = i64::from(half & 0x7F) * 4;
            Does::Grows(if half & 0x80 == 0 { -bytes } else { bytes })
        }
        0xB4 | 0xB5 => Does::Grows(bytes_of(half & 0x1FF)),
        0xBC => Does::Grows(-bytes_of(low)),
        0xBD => Does::Returns(bytes_of(half & 0x1FF)),
        // CBZ and CBNZ.
        0xB1 | 0xB3 | 0xB9 | 0xBB => {
            let offset = (half >> 3 & 0x40) | (half >> 2 & 0x3E);
            Does::MayJump(target(at, offset.into()))
        }
        0xDE => Does::Traps,
        _ => match narrow(half as u16) {
            Some(offset) if half >> 12 == 0b1101 => Does::MayJump(target(at, offset)),
            Some(offset) => Does::Jumps(target(at, offset)),
            None => Does::Nothing,
        },
    }
}

/// Of 32 bits.
fn of_two(at: u64, first: u16, second: u16) -> Does {
    if let Some(offset) = wide(first, second) {
        let to = target(at, offset);
        return match (second >> 14 & 1, second >> 12 & 1) {
            (0, 0) => Does::MayJump(to),
            (0, _) => Does::Jumps(to),
            _ => Does::Calls(to),
        };
    }
    let (first, second) = (u32::from(first), u32::from(second));
    match first >> 9 {
        // LDM, STM, and those of two words, exclusive or by tables.
        0b111_0100 if first >> 6 & 1 == 0 => of_multiple(first, second),
        0b111_0100 => of_pair(first, second),
        0b111_0101 => of_registers(first, second),
        0b111_0110 => of_coprocessor(first, second),
        0b111_1000..=0b111_1011 if second >> 15 == 0 => of_constant(at, first, second),
        // MSR to one of the stack pointers.
        0b111_1001 if first & 0xFFF0 == 0xF380 && matches!(second & 0xFF, 8 | 9) => {
            Does::UnknownToStack
        }
        // UDF.W.
        0b111_1011 if first & 0xFFF0 == 0xF7F0 && second & 0xF000 == 0xA000 => Does::Traps,
        0b111_1100 if first >> 4 & 1 == 0 => of_store(first, second),
        0b111_1100 => of_load(at, first, second),
        // Multiplication and the rest of data processing by registers.
        0b111_1101 => match (second >> 8 & 0xF, second >> 12 & 0xF) {
            (SP, _) => Does::UnknownToStack,
            (_, SP) if first >> 7 & 1 == 1 => Does::UnknownToStack,
            _ => Does::Nothing,
        },
        _ => Does::Nothing,
    }
}

fn of_multiple(first: u32, second: u32) -> Does {
    let (is_load, writes_back, base) = (first >> 4 & 1 == 1, first >> 5 & 1 == 1, first & 0xF);
    let bytes = bytes_of(second);
    let up = first >> 7 & 0b11 == 0b01;
    let grows = match (writes_back && base == SP, up) {
        (false, _) => 0,
        (true, true) => -bytes,
        (true, false) => bytes,
    };
    match is_load && second >> 15 == 1 {
        true => Does::Returns(-grows),
        false if grows == 0 => Does::Nothing,
        false => Does::Grows(grows),
    }
}

fn of_pair(first: u32, second: u32) -> Does {
    let (is_load, base) = (first >> 4 & 1 == 1, first & 0xF);
    let (before, up, back) = (first >> 8 & 1, first >> 7 & 1, first >> 5 & 1);
    if (before, back) == (0, 0) {
        // TBB and TBH; the others are exclusive.
        let is_table = is_load && up == 1 && second >> 5 & 0b111 == 0 && first & 0x40 != 0;
        return match is_table && second >> 12 == 0xF {
            true => Does::JumpsByTable,
            false => Does::Nothing,
        };
    }
    if is_load && (second >> 12 == SP || second >> 8 & 0xF == SP) {
        return Does::UnknownToStack;
    }
    let plus = (second & 0xFF) * 4;
    match (base, is_load, back) {
        (SP, _, 1) => by(up == 1, plus.into()),
        (base, true, 0) if up == 1 => Does::AreLoaded {
            registers: [second >> 12, second >> 8 & 0xF],
            base,
            plus,
        },
        _ => Does::Nothing,
    }
}

/// A base that is written back, with more or less than it was.
fn by(up: bool, bytes: i64) -> Does {
    Does::Grows(if up { -bytes } else { bytes })
}

fn of_coprocessor(first: u32, second: u32) -> Does {
    let (base, back, up) = (first & 0xF, first >> 5 & 1, first >> 7 & 1);
    let is_transfer = first >> 8 & 1 == 1 || up == 1 || back == 1;
    match is_transfer && back == 1 && base == SP {
        true => by(up == 1, i64::from(second & 0xFF) * 4),
        false => Does::Nothing,
    }
}

/// With a shifted register.
fn of_registers(first: u32, second: u32) -> Does {
    let (operation, n, d, m) = (
        first >> 5 & 0xF,
        first & 0xF,
        second >> 8 & 0xF,
        second & 0xF,
    );
    let is_shifted = second & 0x70F0 != 0;
    match (operation, n, d) {
        (0b1000, SP, SP) if !is_shifted => Does::GrowsByRegister(m),
        (0b0010, PC, SP) if !is_shifted => Does::StackIs(m),
        (_, _, SP) => Does::UnknownToStack,
        _ => Does::Nothing,
    }
}

/// With a constant in the instruction.
fn of_constant(at: u64, first: u32, second: u32) -> Does {
    let (n, register) = (first & 0xF, second >> 8 & 0xF);
    let twelve = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF;
    let is_plain = first >> 9 & 1 == 1;
    let operation = first >> 4 & 0x1F;
    let sum = |plus: i64| match (n, register) {
        (SP, SP) => Does::Grows(-plus),
        (SP, _) => Does::IsStack { register, plus },
        (PC, _) => Does::IsConstant {
            register,
            value: target(at & !3, plus) as u32,
        },
        (_, SP) => Does::UnknownToStack,
        (of, _) => Does::IsSum { register, of, plus },
    };
    let sixteen = n << 12 | twelve;
    match (is_plain, operation) {
        (true, 0b00000) => sum(twelve.into()),
        (true, 0b01010) => sum(-i64::from(twelve)),
        (true, 0b00100) => Does::IsLow {
            register,
            value: sixteen,
        },
        (true, 0b01100) => Does::IsHigh {
            register,
            value: sixteen,
        },
        (false, 0b10000 | 0b10001) if (n, register) != (n, PC) => sum(i64::from(expanded(twelve))),
        (false, 0b11010 | 0b11011) if register != PC => sum(-i64::from(expanded(twelve))),
        _ if register == SP => Does::UnknownToStack,
        _ => Does::Nothing,
    }
}

/// A constant as A5.3.2 spreads it.
fn expanded(twelve: u32) -> u32 {
    let low = twelve & 0xFF;
    match twelve >> 8 {
        0 => low,
        1 => low << 16 | low,
        2 => low << 24 | low << 8,
        3 => low << 24 | low << 16 | low << 8 | low,
        _ => (0x80 | twelve & 0x7F).rotate_right(twelve >> 7),
    }
}

fn of_store(first: u32, second: u32) -> Does {
    match first & 0xF == SP && first >> 7 & 1 == 0 {
        true => written_back(second).unwrap_or(Does::Nothing),
        false => Does::Nothing,
    }
}

/// The stack pointer as the base of one word, with what it becomes.
fn written_back(second: u32) -> Option<Does> {
    // Both of them, or none: an offset that is not written back has other bits.
    let is_written_back = second >> 11 & 1 == 1 && second >> 8 & 1 == 1;
    is_written_back.then(|| by(second >> 9 & 1 == 1, (second & 0xFF).into()))
}

fn of_load(at: u64, first: u32, second: u32) -> Does {
    let (base, register) = (first & 0xF, second >> 12);
    let is_word = first >> 5 & 0b11 == 0b10;
    let back = match base == SP && first >> 7 & 1 == 0 {
        true => written_back(second),
        false => None,
    };
    match (register, back) {
        (PC, Some(Does::Grows(grows))) if is_word => Does::Returns(-grows),
        (PC, _) if is_word => Does::JumpsByTable,
        (SP, _) => Does::UnknownToStack,
        (_, Some(does)) => does,
        (register, None) if base == PC && is_word => {
            let offset = i64::from(second & 0xFFF);
            let up = first >> 7 & 1 == 1;
            let offset = if up { offset } else { -offset };
            Does::IsWordAt {
                register,
                address: target(at & !3, offset),
            }
        }
        (register, None) if is_word && first >> 7 & 1 == 1 => Does::IsLoaded {
            register,
            base,
            plus: second & 0xFFF,
        },
        _ => Does::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(halves: &[u16]) -> Instruction {
        let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
        let found = instructions(&code, 0x8000, |_| false);
        assert_eq!(found.len(), 1, "{halves:x?}");
        found[0]
    }

    /// As the GNU assembler writes them.
    #[test]
    fn what_is_done_to_the_stack() {
        let is_stack = |register, plus| Does::IsStack { register, plus };
        for (halves, does) in [
            // push {r4, r5, r6, r7, lr}; stmdb sp!, {r8, r9, sl, fp}; str r8, [sp, #-4]!
            (&[0xB5F0][..], Does::Grows(20)),
            (&[0xE92D, 0x0F00], Does::Grows(16)),
            (&[0xF84D, 0x8D04], Does::Grows(4)),
            // str lr, [sp, #-8]!; vpush {d8, d9}; sub sp, #36; sub.w sp, sp, #1024
            (&[0xF84D, 0xED08], Does::Grows(8)),
            (&[0xED2D, 0x8B04], Does::Grows(16)),
            (&[0xB089], Does::Grows(36)),
            (&[0xF5AD, 0x6D80], Does::Grows(1_024)),
            // subw sp, sp, #1028; strd r4, r5, [sp, #-16]!
            (&[0xF2AD, 0x4D04], Does::Grows(1_028)),
            (&[0xE96D, 0x4504], Does::Grows(16)),
            // ldr r8, [sp], #4; ldr pc, [sp], #8; vpop {d8, d9}; add sp, #36
            (&[0xF85D, 0x8B04], Does::Grows(-4)),
            (&[0xF85D, 0xFB08], Does::Returns(8)),
            (&[0xECBD, 0x8B04], Does::Grows(-16)),
            (&[0xB009], Does::Grows(-36)),
            // add.w sp, sp, #1024; addw sp, sp, #1028; ldmia.w sp!, {r4, r5, pc}
            (&[0xF50D, 0x6D80], Does::Grows(-1_024)),
            (&[0xF20D, 0x4D04], Does::Grows(-1_028)),
            (&[0xE8BD, 0x8030], Does::Returns(12)),
            // pop {r4, r5}; pop {r4, r7, pc}; add sp, r6; mov sp, r6; mov.w sp, r4
            (&[0xBC30], Does::Grows(-8)),
            (&[0xBD90], Does::Returns(12)),
            (&[0x44B5], Does::GrowsByRegister(6)),
            (&[0x46B5], Does::StackIs(6)),
            (&[0xEA4F, 0x0D04], Does::StackIs(4)),
            // msr msp, r0; add r7, sp, #12; mov r7, sp
            (&[0xF380, 0x8808], Does::UnknownToStack),
            (&[0xAF03], is_stack(7, 12)),
            (&[0x466F], is_stack(7, 0)),
        ] {
            assert_eq!(only(halves).does, does, "{halves:x?}");
        }
    }

    #[test]
    fn where_it_goes_on() {
        let loaded = |register, base, plus| Does::IsLoaded {
            register,
            base,
            plus,
        };
        for (halves, does) in [
            // blx r3; bx r3; bx lr; mov pc, r0; add pc, r2
            (&[0x4798][..], Does::CallsRegister(3)),
            (&[0x4718], Does::JumpsToRegister(3)),
            (&[0x4770], Does::Returns(0)),
            (&[0x4687], Does::JumpsByTable),
            (&[0x4497], Does::JumpsByTable),
            // tbb [pc, r0]; tbh [pc, r0, lsl #1]; ldr.w pc, [r0, #4]
            (&[0xE8DF, 0xF000], Does::JumpsByTable),
            (&[0xE8DF, 0xF010], Does::JumpsByTable),
            (&[0xF8D0, 0xF004], Does::JumpsByTable),
            // ldr r3, [r1, #12]; ldr.w ip, [r1, #16]; udf #254; cbz r0
            (&[0x68CB], loaded(3, 1, 12)),
            (&[0xF8D1, 0xC010], loaded(12, 1, 16)),
            (&[0xDEFE], Does::Traps),
            (&[0xB110], Does::MayJump(0x8008)),
            // bl forwards by 0x1000, and b.w
            (&[0xF000, 0xFFFE], Does::Calls(0x9000)),
            (&[0xF000, 0xBFFE], Does::Jumps(0x9000)),
        ] {
            assert_eq!(only(halves).does, does, "{halves:x?}");
        }
    }

    #[test]
    fn which_registers_are_written_and_stored() {
        for (halves, writes, stores) in [
            // str r0, [sp, #4]; ldr.w r0, [sp, #8]; umull r0, r1, r2, r3; nop
            (&[0x9001][..], 0, 0b1),
            (&[0xF8DD, 0x0008], 0b1, 0),
            (&[0xFBA2, 0x0103], 0b11, 0),
            (&[0xBF00], 0, 0),
            // movw r0, #4660; sub.w r4, r7, #24; stmdb sp!, {r8, r9}; ldmia r1!, {r2, r3}
            (&[0xF241, 0x2034], 0b1, 0),
            (&[0xF1A7, 0x0418], 0b1_0000, 0),
            (&[0xE92D, 0x0300], 1 << 13, 0b11_0000_0000),
            (&[0xC90C], 0b1110, 0),
        ] {
            let found = only(halves);
            assert_eq!(
                (found.writes, found.stores),
                (writes, stores),
                "{halves:x?}"
            );
        }
    }

    #[test]
    fn a_block_of_one_condition_is_jumped_over_and_another_is_conditional() {
        let read = |halves: &[u16]| {
            let code: Vec<u8> = halves.iter().flat_map(|half| half.to_le_bytes()).collect();
            instructions(&code, 0x8000, |_| false)
        };
        // ittt eq; three times `moveq r1, r2`
        let found = read(&[0xBF02, 0x4611, 0x4611, 0x4611, 0xBF00]);
        assert_eq!(found[0].does, Does::MayJump(0x8008));
        assert!(found.iter().all(|one| !one.is_conditional));
        // itt ne, which has the other bit.
        let found = read(&[0xBF1C, 0x4611, 0x4611, 0xBF00]);
        assert_eq!(found[0].does, Does::MayJump(0x8006));
        // ite eq
        let found = read(&[0xBF0C, 0x4611, 0x4611, 0xBF00]);
        assert_eq!(found[0].does, Does::Nothing);
        let conditional: Vec<_> = found.iter().map(|one| one.is_conditional).collect();
        assert_eq!(conditional, [false, true, true, false]);
    }
}
