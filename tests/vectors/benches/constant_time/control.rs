//! Operations that give their secrets away.

use core::hint::black_box;

use crypto_bigint::{
    NonZero, U1024,
    modular::runtime_mod::{DynResidue, DynResidueParams},
};
use rand::RngExt as _;

use crate::measure::{Finding, Subject};

/// A comparison that ends at the first difference, for those of core.
pub(crate) fn comparison() -> Finding {
    let subject = Subject {
        operation: "A comparison up to the first difference",
        classes: ["differs at the start", "differs at the end"],
        samples: 100_000,
        batch: 32,
    };
    let secret: [u8; 32] = rand::rng().random();
    subject.measure(
        || {
            [0, 31].map(|at| {
                let mut other = secret;
                other[at] ^= 1;
                other
            })
        },
        |other| {
            let mut pairs = black_box(&secret).iter().zip(&*other);
            pairs.all(|(a, b)| black_box(a) == black_box(b))
        },
    )
}

/// A power that multiplies where the exponent has a one, for the signatures of core.
pub(crate) fn power() -> Finding {
    let subject = Subject {
        operation: "A power by square and multiply",
        classes: ["an exponent with two ones", "a random exponent"],
        samples: 2_000,
        batch: 1,
    };
    let number = || U1024::from_words(rand::rng().random());
    let modulus = NonZero::new(number() | U1024::ONE | U1024::ONE << 1023).expect("is odd");
    let base = DynResidue::new(&number(), DynResidueParams::new(&modulus));
    let ends = U1024::ONE | U1024::ONE << 1023;
    subject.measure(
        || [ends, number() | ends],
        |exponent| {
            let mut power = base;
            for bit in (0..1023).rev() {
                power = power.square();
                if exponent.bit_vartime(bit) {
                    power = power.mul(&base);
                }
            }
            power
        },
    )
}
