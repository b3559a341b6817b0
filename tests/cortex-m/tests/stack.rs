//! That every public function of core has a bound of its stack, and that bounds are honest.

use std::{collections::BTreeSet, sync::LazyLock};

use snow_token_cortex_m::{
    firmware::{OptLevel, Target},
    stack::{StackBound, bounds, build, stacks},
};
use snow_token_device::elf::Stacks;

/// Those that recurse, and why that ends. There are none.
const RECURSE: [(&str, &str); 0] = [];

/// What is read of one program.
struct Read {
    stacks: Stacks,
    bounds: Vec<StackBound>,
}

fn read(target: Target, opt_level: OptLevel) -> Read {
    let elf = build(target, opt_level).unwrap_or_else(|error| panic!("{error}"));
    let stacks = stacks(&elf).unwrap();
    let bounds = bounds(&stacks, target, opt_level);
    Read { stacks, bounds }
}

/// With those optimizations that other tests build for, too.
static CORTEX_M4F: LazyLock<Read> = LazyLock::new(|| read(Target::Thumbv7em, OptLevel::S));
static CORTEX_M0: LazyLock<Read> = LazyLock::new(|| read(Target::Thumbv6m, OptLevel::Z));

fn both() -> [&'static Read; 2] {
    [&CORTEX_M4F, &CORTEX_M0]
}

#[test]
fn every_public_function_has_a_bound() {
    let may_recurse: BTreeSet<&str> = RECURSE.iter().map(|(function, _)| *function).collect();
    for Read { bounds, .. } in both() {
        let names: BTreeSet<&str> = bounds.iter().map(|bound| &*bound.function).collect();
        assert!(names.len() > 200, "{}", names.len());
        assert_eq!(names.len(), bounds.len(), "several have one name");
        let without: Vec<_> = bounds
            .iter()
            .filter(|bound| !may_recurse.contains(bound.function.as_str()))
            .filter_map(|bound| Some((&bound.function, bound.bytes.as_ref().err()?)))
            .collect();
        assert!(without.is_empty(), "no bound: {without:#?}");
    }
}

/// The compiler's own figures know nothing of what is pushed around a call, so that they can be less.
#[test]
fn each_frame_is_read_as_the_compiler_tells_it() {
    for Read { stacks, .. } in both() {
        let frames: Vec<_> = stacks.own_frames().collect();
        assert!(frames.len() > 500, "the compiler tells {}", frames.len());
        let mut equal = 0;
        for (function, told, read) in &frames {
            let name = stacks.name_of(*function);
            let read = read.as_ref();
            let read = read.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(read >= told, "{name}: {told} told, {read} read");
            equal += usize::from(read == told);
        }
        let most = frames.len() * 99 / 100;
        assert!(equal >= most, "{equal} of {} are as told", frames.len());
    }
}

/// A call through a register that nothing in the program can be meant by is one of what a caller
/// brings: claims of its own in an assertion.
#[test]
fn nothing_but_claims_of_the_callers_own_is_left_out() {
    for Read { bounds, .. } in both() {
        let left_out = bounds.iter().flat_map(|bound| &bound.callers_own);
        let left_out: BTreeSet<&String> = left_out.collect();
        let is_of_claims = |name: &&&String| name.contains("::assertion::claims::Assertion::");
        let others: Vec<_> = left_out.iter().filter(|name| !is_of_claims(name)).collect();
        assert!(others.is_empty(), "{others:#?}");
        assert!(!left_out.is_empty(), "what is left out is not seen");
    }
}

/// A bound that leaves out what is called would be less.
#[test]
fn a_bound_has_what_is_called_in_it() {
    let Read { stacks, bounds } = &*CORTEX_M4F;
    let of = |function: &str| {
        let bound = bounds.iter().find(|bound| bound.function == function);
        let bound = bound.unwrap_or_else(|| panic!("no {function}"));
        *bound.bytes.as_ref().unwrap()
    };
    let frame = |name: &str| {
        let mut frames = stacks
            .own_frames()
            .filter(|(at, ..)| stacks.name_of(*at).ends_with(name));
        let (_, told, _) = frames.next().unwrap_or_else(|| panic!("no {name}"));
        told
    };
    // Called directly, and by a formatter through a register.
    assert!(of("<assertion::Hs256 as AssertionSigner>::sign") > frame("sha256::compress256"));
    assert!(of("<json::JsonError as Display>::fmt") > frame("core::fmt::write"));
}
