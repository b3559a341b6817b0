//! What makes one board different from the next: the configuration, in a page of flash of its own,
//! and the address of its network interface.

/// The page of the configuration, at the address that the board's memory.x gives it.
#[cfg(target_os = "none")]
pub fn config_page() -> &'static [u8] {
    use core::ptr::addr_of;

    unsafe extern "C" {
        static _config_start: u8;
        static _config_end: u8;
    }
    let start = addr_of!(_config_start);
    let len = addr_of!(_config_end) as usize - start as usize;
    // SAFETY: the board's memory.x keeps these bytes of flash free of the program, which never
    // writes to flash.
    unsafe { core::slice::from_raw_parts(start, len) }
}

/// An address of the network interface that stays the same, made from the chip's unique number. It
/// says of itself that it is locally administered: nobody has bought it.
pub fn mac_address(unique_id: &[u8]) -> [u8; 6] {
    // FNV-1a: the numbers of chips of a batch differ in a few bits, their addresses in all.
    let hash = unique_id
        .iter()
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
    let [a, b, c, d, e, ..] = (hash ^ (hash >> 32)).to_le_bytes();
    [0x02, a, b, c, d, e]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_local_and_unicast_and_differ() {
        let one = mac_address(&[0; 12]);
        let other = mac_address(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(one[0] & 0b11, 0b10);
        assert_ne!(one, other);
        assert_eq!(one, mac_address(&[0; 12]));
    }
}
