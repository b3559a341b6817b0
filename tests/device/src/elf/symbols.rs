//! The functions of a firmware, and what is constant in its code.

use core::ops::Range;
use std::collections::BTreeMap;

use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind, read::elf::ElfFile32};

use super::Unreadable;

/// A function, which may have several names.
pub(super) struct Function<'data> {
    pub(super) names: Vec<&'data str>,
    pub(super) code: &'data [u8],
}

impl Function<'_> {
    /// The addresses of its code, which begins at one.
    pub(super) fn range(&self, start: u64) -> Range<u64> {
        start..start.saturating_add(self.code.len() as u64)
    }
}

/// The functions by their addresses.
pub(super) fn functions<'data>(
    file: &ElfFile32<'data>,
) -> Result<BTreeMap<u64, Function<'data>>, Unreadable> {
    let mut functions: BTreeMap<u64, Function<'_>> = BTreeMap::new();
    for symbol in file.symbols() {
        let (SymbolKind::Text, Some(section)) = (symbol.kind(), symbol.section_index()) else {
            continue;
        };
        let section = file.section_by_index(section)?;
        // The lowest bit says that it is Thumb code.
        let start = symbol.address() & !1;
        let code = section.data_range(start, symbol.size())?;
        let (SectionKind::Text, Some(code)) = (section.kind(), code) else {
            continue;
        };
        let name = symbol.name()?;
        let function = functions.entry(start).or_insert_with(|| Function {
            names: Vec::new(),
            code,
        });
        function.names.push(name);
        // Some assemblers tell no size.
        if code.len() > function.code.len() {
            function.code = code;
        }
    }
    let constants = Constants::of(file)?;
    // Those without a size go on to the next one.
    let starts: Vec<u64> = functions.keys().copied().collect();
    for (start, function) in &mut functions {
        let mut texts = constants.iter().filter(|constants| constants.is_code);
        let text = texts.find_map(|text| text.from(*start));
        if let (true, Some(rest)) = (function.code.is_empty(), text) {
            let next = starts.iter().find(|next| *next > start);
            let len = next.and_then(|next| usize::try_from(next - start).ok());
            function.code = rest.get(..len.unwrap_or(rest.len())).unwrap_or(rest);
        }
    }
    Ok(functions)
}

/// A part of the file that nothing can change, where it stands.
pub(super) struct Constants<'data> {
    start: u64,
    data: &'data [u8],
    pub(super) is_code: bool,
}

impl<'data> Constants<'data> {
    /// All in a file: code, and what stands outside of it.
    pub(super) fn of(file: &ElfFile32<'data>) -> Result<Vec<Self>, Unreadable> {
        let mut found = Vec::new();
        for section in file.sections() {
            let kind = section.kind();
            if let SectionKind::Text | SectionKind::ReadOnlyData | SectionKind::ReadOnlyString =
                kind
            {
                found.push(Self {
                    start: section.address(),
                    data: section.data()?,
                    is_code: kind == SectionKind::Text,
                });
            }
        }
        Ok(found)
    }

    /// What stands from an address on.
    pub(super) fn from(&self, at: u64) -> Option<&'data [u8]> {
        let from = usize::try_from(at.checked_sub(self.start)?).ok()?;
        self.data.get(from..)
    }

    /// Its words, one after the other.
    pub(super) fn words(&self) -> Vec<u32> {
        let (words, _) = self.data.as_chunks::<4>();
        words.iter().map(|word| u32::from_le_bytes(*word)).collect()
    }
}

/// From each address on: constants or code. The mapping symbols say so: `$d`, `$t`.
pub(super) fn data_ranges(file: &ElfFile32<'_>) -> BTreeMap<u64, bool> {
    let symbols = file.symbols().filter_map(|symbol| {
        let name = symbol.name().ok()?;
        let kind = name.split('.').next()?;
        matches!(kind, "$d" | "$t").then(|| (symbol.address(), kind == "$d"))
    });
    symbols.collect()
}

/// Whether an address is one of constants, by their ranges.
pub(super) fn is_data(ranges: &BTreeMap<u64, bool>, at: u64) -> bool {
    let range = ranges.range(..=at).next_back();
    range.is_some_and(|(_, is_data)| *is_data)
}
