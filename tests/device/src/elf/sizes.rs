//! How much of a chip's memory a firmware takes.

use object::{
    Object, ObjectSection, ObjectSegment, SectionFlags,
    elf::{SHF_ALLOC, SHF_WRITE},
    read::elf::ElfFile32,
};

use super::Unreadable;

/// How much memory a firmware takes, without its stack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sizes {
    /// Code, constants, and what `static`s that are not zero begin with.
    pub flash_bytes: u64,
    /// All `static`s that can change.
    pub static_ram_bytes: u64,
}

/// The sizes of a firmware.
///
/// # Errors
/// [`Unreadable`].
pub fn sizes(elf: &[u8]) -> Result<Sizes, Unreadable> {
    let file: ElfFile32 = ElfFile32::parse(elf)?;
    let loaded = file.segments().map(|segment| segment.file_range().1);
    let statics = file.sections().filter(|section| {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else {
            return false;
        };
        let wanted = SHF_ALLOC | SHF_WRITE;
        sh_flags & wanted == wanted
    });
    Ok(Sizes {
        flash_bytes: loaded.sum(),
        static_ram_bytes: statics.map(|section| section.size()).sum(),
    })
}
