//! What holds of the firmware's ELF files themselves: no heap, and no panic in the project's code.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use snow_token_device::{
    elf::{self, Frame, Location, Origin, PanicCall},
    firmware::Firmware,
};

/// Where a board may panic: as it starts, and where it must not go on.
const BOARDS: &str = "embassy-demo/boards/";

fn each_elf(mut check: impl FnMut(Firmware, &[u8])) {
    for firmware in Firmware::ALL {
        let path = firmware.elf().unwrap_or_else(|error| panic!("{error}"));
        check(firmware, &fs::read(path).unwrap());
    }
}

#[test]
fn there_is_no_heap() {
    each_elf(|firmware, elf| {
        let names = elf::names_of_allocators(elf).unwrap();
        assert!(names.is_empty(), "{firmware:?} has a heap: {names:#?}");
    });
}

/// The file, if it is one of the gateway's or of core's.
fn own_file(origin: &Origin) -> Option<&str> {
    match origin {
        Origin::Own(file) if !file.starts_with(BOARDS) => Some(file),
        _ => None,
    }
}

/// What the calls and the places of a firmware say against it.
fn panics(calls: &[PanicCall], locations: &[Location]) -> Vec<String> {
    let calls = calls.iter().filter_map(|call| {
        let file = own_file(&call.frame.origin)?;
        let PanicCall { frame, callee, .. } = call;
        (!call.is_of_compiler() && !call.is_merged())
            .then(|| format!("{file}:{}: {} calls {callee}", frame.line, frame.function))
    });
    let locations = locations.iter().filter_map(|location| {
        let file = own_file(&location.origin)?;
        let (line, column) = (location.line, location.column);
        (!is_no_panic(file, line, column)).then(|| format!("{file}:{line}:{column}: can panic"))
    });
    calls.chain(locations).collect()
}

/// A line of the log knows its place, too, and the compiler's own panic of an `async fn` stands where
/// its body begins.
fn is_no_panic(file: &str, line: u32, column: u32) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(file);
    let source = fs::read_to_string(path).unwrap_or_default();
    let line = source.lines().nth(line.saturating_sub(1) as usize);
    let from = line.and_then(|line| line.get(column.saturating_sub(1) as usize..));
    let begins = |text| from.is_some_and(|from| from.starts_with(text));
    begins("log") || begins("{") || begins("async ")
}

#[test]
fn the_gateway_and_core_cannot_panic() {
    let mut wrong = BTreeSet::new();
    each_elf(|firmware, elf| {
        let calls = elf::panic_calls(elf).unwrap();
        let mut by_origin = BTreeMap::<_, usize>::new();
        for call in &calls {
            let whose = match &call.frame.origin {
                _ if call.is_of_compiler() => "an async fn that is polled after its end",
                _ if call.is_merged() => "several of these",
                Origin::Own(file) => file,
                Origin::Dependency(name) => name,
                Origin::Library | Origin::Unknown => "not known",
            };
            *by_origin.entry(whose).or_default() += 1;
        }
        println!("{firmware:?}: calls that can end in a panic");
        for (whose, count) in &by_origin {
            println!("{count:5} {whose}");
        }
        let unknown = calls
            .iter()
            .find(|call| call.frame.origin == Origin::Unknown);
        assert_eq!(
            unknown, None,
            "{firmware:?} has code without debug information"
        );

        let locations = elf::locations(elf).unwrap();
        let found = panics(&calls, &locations);
        wrong.extend(
            found
                .into_iter()
                .map(|what| format!("{firmware:?}: {what}")),
        );
    });
    let wrong: Vec<_> = wrong.into_iter().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_panic_of_the_gateway_or_of_core_would_be_told() {
    let call = |path: &str, line, callee: &str| PanicCall {
        address: 0,
        callee: callee.to_owned(),
        frame: Frame {
            function: "f".to_owned(),
            origin: Origin::of(path),
            line,
        },
    };
    let at = |path: &str| Location {
        origin: Origin::of(path),
        line: 1,
        column: 1,
    };
    let fail = "core::slice::index::slice_index_fail";
    for path in ["/s/core/src/lib.rs", "embassy-demo/src/lib.rs"] {
        assert_eq!(panics(&[call(path, 7, fail)], &[]).len(), 1, "{path}");
        assert_eq!(panics(&[call(path, 0, fail)], &[]).len(), 0, "{path}");
        let search = "<core::str::pattern::StrSearcher>::new";
        assert_eq!(panics(&[call(path, 0, search)], &[]).len(), 1, "{path}");
        assert_eq!(panics(&[], &[at(path)]).len(), 1, "{path}");
    }
    for path in [
        "embassy-demo/boards/src/lights.rs",
        "/c/registry/src/i/smoltcp-0.13.1/src/lib.rs",
    ] {
        let told = panics(&[call(path, 7, fail)], &[at(path)]);
        assert!(told.is_empty(), "{told:?}");
    }
}

/// So that the test above is not one that finds nothing.
#[test]
fn the_panics_that_are_known_are_found() {
    let path = Firmware::default()
        .elf()
        .unwrap_or_else(|error| panic!("{error}"));
    let elf = fs::read(path).unwrap();
    let calls = elf::panic_calls(&elf).unwrap();
    let stands_in = |file: &str, function: &str| {
        calls.iter().any(|call| {
            let is_there = matches!(&call.frame.origin, Origin::Own(own) if own.ends_with(file));
            is_there && call.frame.function.contains(function)
        })
    };
    // `panic!`, and `expect`.
    assert!(
        stands_in("qemu-mps2-an386/host.rs", "fill_bytes"),
        "{calls:#?}"
    );
    assert!(stands_in("qemu-mps2-an386/main.rs", "start"), "{calls:#?}");
    let crates = calls.iter().filter_map(|call| match &call.frame.origin {
        Origin::Dependency(name) => Some(name.as_str()),
        _ => None,
    });
    let of_smoltcp = crates.filter(|name| name.starts_with("smoltcp-"));
    assert!(of_smoltcp.count() > 0);

    let locations = elf::locations(&elf).unwrap();
    let of_host =
        |origin: &Origin| matches!(origin, Origin::Own(file) if file.ends_with("host.rs"));
    assert!(locations.iter().any(|location| of_host(&location.origin)));
}
