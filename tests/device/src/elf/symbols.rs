//! The functions of a firmware, and what is constant in its code.

use std::collections::BTreeMap;

use object::{Object, ObjectSection, ObjectSymbol, SectionKind, SymbolKind, read::elf::ElfFile32};

use super::Unreadable;

/// A function, which may have several names.
pub(super) struct Function<'data> {
    pub(super) end: u64,
    pub(super) names: Vec<&'data str>,
    pub(super) code: &'data [u8],
}

/// The functions by their addresses.
pub(super) fn functions<'data>(
    file: &ElfFile32<'data>,
) -> Result<BTreeMap<u64, Function<'data>>, Unreadable> {
    let mut functions: BTreeMap<u64, Function<'_>> = BTreeMap::new();
    let mut texts = Vec::new();
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
            end: start,
            names: Vec::new(),
            code,
        });
        function.names.push(name);
        // Some assemblers tell no size.
        if code.len() > function.code.len() {
            function.code = code;
        }
        function.end = start.saturating_add(function.code.len() as u64);
    }
    for section in file.sections() {
        if section.kind() == SectionKind::Text {
            texts.push((section.address(), section.data()?));
        }
    }
    // Those without a size go on to the next one.
    let starts: Vec<u64> = functions.keys().copied().collect();
    for (start, function) in &mut functions {
        let text = texts.iter().find_map(|(address, text)| {
            text.get(usize::try_from(start.checked_sub(*address)?).ok()?..)
        });
        if let (true, Some(rest)) = (function.code.is_empty(), text) {
            let next = starts.iter().find(|next| *next > start);
            let len = next.and_then(|next| usize::try_from(next - start).ok());
            function.code = rest.get(..len.unwrap_or(rest.len())).unwrap_or(rest);
            function.end = start.saturating_add(function.code.len() as u64);
        }
    }
    Ok(functions)
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
