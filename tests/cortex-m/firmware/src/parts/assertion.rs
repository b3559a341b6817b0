//! A whole assertion: the key is loaded, the claims are written, and it is signed.

use core::hint::black_box;

use snow_token_core::assertion::{Assertion, AssertionSigner, Jti};

use super::given;
use crate::Part;

macro_rules! assertion {
    ($part:ident, $feature:literal, $name:literal, $len:literal, $load:expr, $text:literal) => {
        #[doc = $text]
        #[cfg(feature = $feature)]
        #[derive(Debug)]
        pub struct $part {
            jws: [u8; $len],
        }

        #[cfg(feature = $feature)]
        impl $part {
            /// With its memory.
            pub const NEW: Self = Self { jws: [0; $len] };
        }

        #[cfg(feature = $feature)]
        impl Part for $part {
            fn name(&self) -> &'static str {
                $name
            }

            fn run(&mut self) -> &[u8] {
                match $load {
                    Ok(signer) => sign(&signer, &mut self.jws),
                    Err(_) => b"",
                }
            }
        }
    };
}

fn sign<'b>(signer: &impl AssertionSigner, buf: &'b mut [u8]) -> &'b [u8] {
    let jti = Jti::from_random(&black_box([0x5a; 16]));
    Assertion::new(
        black_box(given::CLIENT_ID),
        black_box("gateway@example.com"),
    )
    .with_key_id(black_box("2026"))
    .sign(black_box(1_795_000_000), jti.as_str(), signer, buf)
    .map_or(b"", str::as_bytes)
}

assertion!(
    Hs256Assertion,
    "hs256",
    "hs256_assertion",
    512,
    snow_token_core::assertion::Hs256::new(black_box(include_bytes!("../../keys/hs256.txt"))),
    "With HS256."
);
assertion!(
    Es256Assertion,
    "es256",
    "es256_assertion",
    512,
    snow_token_core::assertion::Es256::from_der(black_box(include_bytes!("../../keys/es256.p8"))),
    "With ES256, from PKCS#8."
);
assertion!(
    Es384Assertion,
    "es384",
    "es384_assertion",
    512,
    snow_token_core::assertion::Es384::from_der(black_box(include_bytes!("../../keys/es384.p8"))),
    "With ES384, from PKCS#8."
);
assertion!(
    Rs256Assertion,
    "rs256",
    "rs256_2048_assertion",
    768,
    snow_token_core::assertion::Rs256::from_der(black_box(include_bytes!("../../keys/rs256.p8"))),
    "With RS256 and a key of 2048 bits, from PKCS#8; it is checked before it leaves."
);
