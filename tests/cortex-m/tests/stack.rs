//! That every public function of core has a bound of its stack, and that bounds are honest.

use std::{collections::BTreeSet, sync::LazyLock};

use snow_token_cortex_m::{
    firmware::{OptLevel, Target},
    stack::{StackBound, bounds, build, stacks},
};
use snow_token_device::elf::Stacks;

/// Those that recurse, and why that ends. There are none.
const RECURSE: [(&str, &str); 0] = [];

static STACKS: LazyLock<Stacks> = LazyLock::new(|| {
    let elf = build(Target::Thumbv7em, OptLevel::S).unwrap_or_else(|error| panic!("{error}"));
    stacks(&elf).unwrap()
});

static BOUNDS: LazyLock<Vec<StackBound>> =
    LazyLock::new(|| bounds(&STACKS, Target::Thumbv7em, OptLevel::S));

#[test]
fn every_public_function_has_a_bound() {
    assert!(BOUNDS.len() > 200, "{}", BOUNDS.len());
    let may_recurse: BTreeSet<&str> = RECURSE.iter().map(|(function, _)| *function).collect();
    let without: Vec<_> = BOUNDS
        .iter()
        .filter(|bound| !may_recurse.contains(bound.function.as_str()))
        .filter_map(|bound| Some((&bound.function, bound.bytes.as_ref().err()?)))
        .collect();
    assert!(without.is_empty(), "no bound: {without:#?}");
    for bound in BOUNDS.iter() {
        assert!(!bound.way.is_empty(), "{bound:?}");
    }
}

/// The compiler's own figures know nothing of what is pushed around a call, so that they can be less.
#[test]
fn each_frame_is_read_as_the_compiler_tells_it() {
    let frames: Vec<_> = STACKS.own_frames().collect();
    assert!(frames.len() > 500, "the compiler tells {}", frames.len());
    let mut equal = 0;
    for (function, told, read) in &frames {
        let name = STACKS.name_of(*function);
        let read = read
            .as_ref()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(read >= told, "{name}: {told} told, {read} read");
        equal += usize::from(read == told);
    }
    let most = frames.len() * 99 / 100;
    assert!(equal >= most, "{equal} of {} are as told", frames.len());
}

/// A bound that leaves out what is called would be less.
#[test]
fn a_bound_has_what_is_called_in_it() {
    let of = |function: &str| {
        let bound = BOUNDS.iter().find(|bound| bound.function == function);
        let bound = bound.unwrap_or_else(|| panic!("no {function}"));
        *bound.bytes.as_ref().unwrap()
    };
    let frame = |name: &str| {
        let mut frames = STACKS
            .own_frames()
            .filter(|(at, ..)| STACKS.name_of(*at).ends_with(name));
        let (_, told, _) = frames.next().unwrap_or_else(|| panic!("no {name}"));
        told
    };
    // Called directly, and by a formatter through a register.
    assert!(of("<assertion::Hs256 as AssertionSigner>::sign") > frame("sha256::compress256"));
    assert!(of("<json::JsonError as Display>::fmt") > frame("core::fmt::write"));
}
