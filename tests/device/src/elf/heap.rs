//! Whether a firmware has a heap.

use object::{Object, ObjectSymbol, read::elf::ElfFile32};

use super::{Unreadable, demangled};

/// The symbols of an allocator, or of the crate `alloc`, which nothing of is there without one.
///
/// # Errors
/// [`Unreadable`].
pub fn names_of_allocators(elf: &[u8]) -> Result<Vec<String>, Unreadable> {
    let file: ElfFile32 = ElfFile32::parse(elf)?;
    let names = file.symbols().filter_map(|symbol| symbol.name().ok());
    Ok(names
        .map(demangled)
        .filter(|name| is_allocator(name))
        .collect())
}

/// Whether a symbol belongs to an allocator, or to the crate `alloc`.
pub fn is_allocator(name: &str) -> bool {
    /// As they begin, with or without the crate that the compiler puts them into.
    const ALLOCATORS: [&str; 4] = ["__rust_alloc", "__rust_realloc", "__rg_", "__rdl_"];
    const C: [&str; 6] = ["malloc", "calloc", "realloc", "_malloc_r", "_sbrk", "sbrk"];
    let last = name.rsplit("::").next().unwrap_or(name);
    C.contains(&name)
        || ALLOCATORS.iter().any(|begin| last.starts_with(begin))
        || name.starts_with("alloc::")
        || ["<alloc::", " alloc::", "&alloc::", "(alloc::"]
            .iter()
            .any(|part| name.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn allocators_are_known_by_name() {
        for name in [
            "__rust_alloc",
            "__rustc::__rust_alloc",
            "__rustc::__rust_alloc_zeroed",
            "__rg_alloc",
            "__rustc::__rdl_alloc",
            "malloc",
            "alloc::raw_vec::finish_grow",
            "<alloc::string::String as core::fmt::Write>::write_str",
            "core::ptr::drop_in_place::<alloc::vec::Vec<u8>>",
        ] {
            assert!(is_allocator(&demangled(name)), "{name}");
        }
        let mangled = "_ZN5alloc7raw_vec11finish_grow17h0123456789abcdefE";
        assert!(is_allocator(&demangled(mangled)), "{mangled}");
    }

    #[test]
    fn what_is_named_alike_is_none() {
        for name in [
            "snow_token_core::outbox::ring::allocate",
            "__aeabi_memcpy",
            "main",
        ] {
            assert!(!is_allocator(name), "{name}");
        }
    }
}
