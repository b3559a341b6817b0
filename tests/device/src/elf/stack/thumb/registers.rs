//! The registers that an instruction may write, or put into memory: a bit for each.

/// More than are written, at worst.
pub(super) fn written_by_one(half: u32) -> u32 {
    let (low, high) = (1 << (half & 7), 1 << (half >> 8 & 7));
    let is_load = half >> 11 & 1 == 1;
    match half >> 11 {
        0b00100 | 0b00110 | 0b00111 | 0b01001 | 0b10011 | 0b10100 | 0b10101 => high,
        0b00101 | 0b10010 => 0,
        0b01000 if half >> 8 & 0b111 == 0b101 => 0,
        0b01000 if half >> 8 & 0b111 == 0b111 => 0,
        0b01000 if half >> 10 & 1 == 1 => 1 << ((half >> 4 & 8) | half & 7),
        0b01100..=0b10001 if !is_load => 0,
        0b00000..=0b10001 => low,
        0b10110 | 0b10111 => match half >> 9 & 0b111 {
            0b110 => half & 0xFF,
            0b001 | 0b101 => low,
            _ => 0,
        },
        0b11000 | 0b11001 => high | half & 0xFF,
        _ => 0,
    }
}

/// More than are stored, at worst.
pub(super) fn stored_by_one(half: u32) -> u32 {
    match half >> 11 {
        0b01010 if half >> 9 & 0b11 == 0b11 => 0,
        0b01010 | 0b01100 | 0b01110 | 0b10000 => 1 << (half & 7),
        0b10010 => 1 << (half >> 8 & 7),
        0b10110 if half >> 9 & 0b11 == 0b10 => half & 0xFF,
        0b11000 => half & 0xFF,
        _ => 0,
    }
}

/// More than are stored, at worst.
pub(super) fn stored_by_two(first: u32, second: u32) -> u32 {
    let is_load = first >> 4 & 1 == 1;
    let (t, d) = (1 << (second >> 12), 1 << (second >> 8 & 0xF));
    match first >> 9 {
        0b111_0100 if is_load => 0,
        0b111_0100 if first >> 6 & 1 == 0 => second,
        0b111_0100 => t | d,
        0b111_1100 if !is_load => t,
        // To a register of the coprocessor.
        0b111_0110 | 0b111_0111 => t | 1 << (first & 0xF),
        _ => 0,
    }
}

/// More than are written, at worst.
pub(super) fn written_by_two(first: u32, second: u32) -> u32 {
    let (n, t, d, m) = (
        1 << (first & 0xF),
        1 << (second >> 12),
        1 << (second >> 8 & 0xF),
        1 << (second & 0xF),
    );
    let is_load = first >> 4 & 1 == 1;
    match first >> 9 {
        0b111_0100 if first >> 6 & 1 == 0 => n | if is_load { second } else { 0 },
        0b111_0100 if is_load => n | t | d,
        0b111_0100 => n | d | m,
        0b111_0110 => n | t,
        0b111_0101 | 0b111_1000..=0b111_1011 => d,
        0b111_1100 if first >> 7 & 1 == 1 => {
            if is_load {
                t
            } else {
                0
            }
        }
        0b111_1100 => n | if is_load { t } else { 0 },
        _ => t | d,
    }
}
