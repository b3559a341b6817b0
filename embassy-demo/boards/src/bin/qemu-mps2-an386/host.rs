//! The host under QEMU, by semihosting: output, files, entropy and the end of the program.

use core::ffi::CStr;
use core::fmt;
use core::mem::MaybeUninit;
use core::sync::atomic::{AtomicBool, Ordering};

use embassy_sync::once_lock::OnceLock;
use rand_core::{CryptoRng, RngCore};
use semihosting::fd::{AsFd, OwnedFd};
use semihosting::sys::arm_compat::{
    ExitReason, OpenMode, sys_exit_extended, sys_get_cmdline_uninit, sys_open, sys_read_orig,
    sys_write_orig,
};

/// What goes out in one call to the host; longer lines are cut off.
pub(crate) const LINE_BYTES: usize = 256;

/// QEMU sends it to its standard error, or to the chardev of `-semihosting-config`.
static CONSOLE: OnceLock<Option<OwnedFd>> = OnceLock::new();

/// What the host hands over.
pub(crate) struct Memory {
    pub(crate) command_line: [MaybeUninit<u8>; 512],
    pub(crate) config: [u8; 8192],
}

/// The machine's PSRAM, of which nothing else is made use.
const PSRAM: usize = 0x2100_0000;

/// The memory for what the host hands over. A board has the configuration in a page of its flash, and
/// no command line: both stand in a RAM of their own here, so that the static RAM is a board's.
///
/// # Panics
/// The second time.
pub(crate) fn memory() -> &'static mut Memory {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    assert!(!TAKEN.swap(true, Ordering::Relaxed), "it is taken once");
    // SAFETY: 16 MB of RAM stand there, which QEMU has zeroed and neither the linker nor, because of
    // `TAKEN`, anybody else gives away.
    unsafe { &mut *core::ptr::with_exposed_provenance_mut::<Memory>(PSRAM) }
}

/// Writes one line or several, in a single call to the host.
pub(crate) fn print(text: &[u8]) {
    let console = CONSOLE.get_or_init(|| sys_open(c":tt", OpenMode::WRONLY_TRUNC).ok());
    if let Some(console) = console {
        // There is nowhere to say that nothing can be said.
        let _ = sys_write_orig(console.as_fd(), text);
    }
}

/// Ends QEMU with an exit code.
pub(crate) fn exit(code: u8) -> ! {
    sys_exit_extended(ExitReason::ADP_Stopped_ApplicationExit, usize::from(code));
    loop {
        cortex_m::asm::wfi();
    }
}

/// The arguments that QEMU was given for the program, with a space between them.
pub(crate) fn command_line(memory: &mut [MaybeUninit<u8>]) -> &str {
    sys_get_cmdline_uninit(memory)
        .ok()
        .and_then(|text| core::str::from_utf8(text).ok())
        .map_or("", |text| text.trim_end_matches('\0'))
}

/// The file could not be opened or read, or is longer than the memory for it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unreadable;

/// Reads a file of the host.
pub(crate) fn read_file<'m>(path: &str, memory: &'m mut [u8]) -> Result<&'m [u8], Unreadable> {
    let file = open(path)?;
    let mut len = 0;
    loop {
        let rest = &mut memory[len..];
        if rest.is_empty() {
            return Err(Unreadable);
        }
        // The call tells how much it left unfilled.
        let asked = rest.len();
        let unfilled = sys_read_orig(file.as_fd(), rest).map_err(|_| Unreadable)?;
        if unfilled >= asked {
            return Ok(&memory[..len]);
        }
        len += asked - unfilled;
    }
}

fn open(path: &str) -> Result<OwnedFd, Unreadable> {
    let mut name = [0; 256];
    name.get_mut(..path.len())
        .ok_or(Unreadable)?
        .copy_from_slice(path.as_bytes());
    let name = CStr::from_bytes_until_nul(&name).map_err(|_| Unreadable)?;
    sys_open(name, OpenMode::RDONLY_BINARY).map_err(|_| Unreadable)
}

/// Random numbers of the host. **For QEMU alone**, whose machine has no generator of its own: a
/// board takes its chip's.
#[derive(Debug)]
pub(crate) struct Entropy(OwnedFd);

impl Entropy {
    /// Takes random bytes from a file of the host.
    pub(crate) fn open(path: &str) -> Result<Self, Unreadable> {
        Ok(Self(open(path)?))
    }
}

impl RngCore for Entropy {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, dest: &mut [u8]) {
        if self.try_fill_bytes(dest).is_err() {
            // Keys made without entropy are worse than none.
            panic!("no entropy from the host");
        }
    }

    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rand_core::Error> {
        match sys_read_orig(self.0.as_fd(), dest) {
            Ok(0) => Ok(()),
            _ => Err(rand_core::Error::from(
                core::num::NonZeroU32::new(rand_core::Error::CUSTOM_START).expect("not zero"),
            )),
        }
    }
}

// `/dev/urandom` of the host, unless the command line names another file for a repeatable run.
impl CryptoRng for Entropy {}

/// A line that grows up to [`LINE_BYTES`] and goes out at once.
pub(crate) struct Line {
    bytes: [u8; LINE_BYTES],
    len: usize,
}

impl Line {
    /// An empty line.
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; LINE_BYTES],
            len: 0,
        }
    }

    /// Appends text. Without the machinery of `core::fmt`, which the figures of size would show.
    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        for byte in text.bytes() {
            // The last place is the line break's.
            if self.len + 1 < LINE_BYTES {
                self.bytes[self.len] = byte;
                self.len += 1;
            }
        }
        self
    }

    /// Appends a number.
    pub(crate) fn number(&mut self, mut number: u64) -> &mut Self {
        let mut digits = [0; 20];
        let mut at = digits.len();
        loop {
            at -= 1;
            digits[at] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.text(core::str::from_utf8(&digits[at..]).unwrap_or_default())
    }

    /// Appends an address.
    pub(crate) fn hex(&mut self, number: u32) -> &mut Self {
        self.text("0x");
        for shift in (0..8).rev() {
            let digit = char::from_digit((number >> (4 * shift)) & 0xF, 16).unwrap_or('?');
            self.text(digit.encode_utf8(&mut [0; 4]));
        }
        self
    }

    /// Sends the line.
    pub(crate) fn print(&mut self) {
        self.bytes[self.len] = b'\n';
        print(&self.bytes[..=self.len]);
    }
}

impl fmt::Write for Line {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.text(text);
        Ok(())
    }
}
