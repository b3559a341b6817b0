//! Registers of a device on the bus.

/// A block of 32-bit registers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Registers {
    base: usize,
}

impl Registers {
    /// The block at an address.
    ///
    /// # Safety
    ///
    /// A device of the machine stands there, which can be read and written a word at a time at all
    /// the offsets that are used, and does not touch memory by itself.
    pub(crate) const unsafe fn new(base: usize) -> Self {
        Self { base }
    }

    /// Reads a register.
    pub(crate) fn read(self, offset: usize) -> u32 {
        let register = (self.base + offset) as *const u32;
        // SAFETY: `new` was promised that this is a register of a device.
        unsafe { register.read_volatile() }
    }

    /// Writes a register.
    pub(crate) fn write(self, offset: usize, value: u32) {
        let register = (self.base + offset) as *mut u32;
        // SAFETY: `new` was promised that this is a register of a device.
        unsafe { register.write_volatile(value) }
    }
}
