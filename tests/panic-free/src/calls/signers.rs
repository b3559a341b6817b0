//! The signers of `assertion`.

use snow_token_core::assertion::AssertionSigner;
#[cfg(any(feature = "hs256", feature = "hs384", feature = "hs512"))]
use snow_token_core::assertion::KeyTooShort;

use crate::{
    Call,
    opaque::{any, bytes, debug, display, text, used},
};

/// What all have in common.
macro_rules! signing {
    ($signer:ident) => {
        fn algorithm(_: &mut [u8]) {
            with_key(|key| used(<$signer as AssertionSigner>::algorithm(key)));
        }

        fn signature_len(_: &mut [u8]) {
            with_key(|key| used(<$signer as AssertionSigner>::signature_len(key)));
        }

        fn sign(buf: &mut [u8]) {
            with_key(|key| used(<$signer as AssertionSigner>::sign(key, bytes(), buf)));
        }

        fn show(_: &mut [u8]) {
            with_key(|key| debug::<$signer>(key));
        }
    };
}

#[cfg(feature = "es256")]
pub(super) mod es256 {
    use snow_token_core::assertion::Es256;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
    ];

    fn with_key(use_it: impl FnOnce(&Es256)) {
        if let Ok(key) = Es256::from_bytes(any(&[0; 32])) {
            use_it(any(&key));
        }
    }

    fn from_bytes(_: &mut [u8]) {
        used(Es256::from_bytes(any(&[0; 32])));
    }

    fn from_der(_: &mut [u8]) {
        used(Es256::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Es256::from_pem(text()));
    }

    signing!(Es256);
}

#[cfg(feature = "es384")]
pub(super) mod es384 {
    use snow_token_core::assertion::Es384;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
    ];

    fn with_key(use_it: impl FnOnce(&Es384)) {
        if let Ok(key) = Es384::from_bytes(any(&[0; 48])) {
            use_it(any(&key));
        }
    }

    fn from_bytes(_: &mut [u8]) {
        used(Es384::from_bytes(any(&[0; 48])));
    }

    fn from_der(_: &mut [u8]) {
        used(Es384::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Es384::from_pem(text()));
    }

    signing!(Es384);
}

#[cfg(feature = "es512")]
pub(super) mod es512 {
    use snow_token_core::assertion::Es512;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
    ];

    fn with_key(use_it: impl FnOnce(&Es512)) {
        if let Ok(key) = Es512::from_bytes(any(&[0; 66])) {
            use_it(any(&key));
        }
    }

    fn from_bytes(_: &mut [u8]) {
        used(Es512::from_bytes(any(&[0; 66])));
    }

    fn from_der(_: &mut [u8]) {
        used(Es512::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Es512::from_pem(text()));
    }

    signing!(Es512);
}

#[cfg(feature = "hs256")]
pub(super) mod hs256 {
    use snow_token_core::assertion::Hs256;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[new, algorithm, signature_len, sign, show, show_error];

    fn with_key(use_it: impl FnOnce(&Hs256)) {
        if let Ok(key) = Hs256::new(bytes()) {
            use_it(any(&key));
        }
    }

    fn new(_: &mut [u8]) {
        used(Hs256::new(bytes()));
    }

    fn show_error(_: &mut [u8]) {
        if let Err(error) = any(Hs256::new(bytes())) {
            debug::<KeyTooShort>(&error);
            display::<KeyTooShort>(&error);
        }
    }

    signing!(Hs256);
}

#[cfg(feature = "hs384")]
pub(super) mod hs384 {
    use snow_token_core::assertion::Hs384;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[new, algorithm, signature_len, sign, show, show_error];

    fn with_key(use_it: impl FnOnce(&Hs384)) {
        if let Ok(key) = Hs384::new(bytes()) {
            use_it(any(&key));
        }
    }

    fn new(_: &mut [u8]) {
        used(Hs384::new(bytes()));
    }

    fn show_error(_: &mut [u8]) {
        if let Err(error) = any(Hs384::new(bytes())) {
            debug::<KeyTooShort>(&error);
            display::<KeyTooShort>(&error);
        }
    }

    signing!(Hs384);
}

#[cfg(feature = "hs512")]
pub(super) mod hs512 {
    use snow_token_core::assertion::Hs512;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[new, algorithm, signature_len, sign, show, show_error];

    fn with_key(use_it: impl FnOnce(&Hs512)) {
        if let Ok(key) = Hs512::new(bytes()) {
            use_it(any(&key));
        }
    }

    fn new(_: &mut [u8]) {
        used(Hs512::new(bytes()));
    }

    fn show_error(_: &mut [u8]) {
        if let Err(error) = any(Hs512::new(bytes())) {
            debug::<KeyTooShort>(&error);
            display::<KeyTooShort>(&error);
        }
    }

    signing!(Hs512);
}

#[cfg(feature = "rs256")]
pub(super) mod rs256 {
    use snow_token_core::assertion::Rs256;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, sign, show];

    fn with_key(use_it: impl FnOnce(&Rs256)) {
        if let Ok(key) = Rs256::from_der(bytes()) {
            use_it(any(&key));
        }
    }

    fn from_der(_: &mut [u8]) {
        used(Rs256::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Rs256::from_pem(text()));
    }

    signing!(Rs256);
}

#[cfg(feature = "rs384")]
pub(super) mod rs384 {
    use snow_token_core::assertion::Rs384;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, sign, show];

    fn with_key(use_it: impl FnOnce(&Rs384)) {
        if let Ok(key) = Rs384::from_der(bytes()) {
            use_it(any(&key));
        }
    }

    fn from_der(_: &mut [u8]) {
        used(Rs384::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Rs384::from_pem(text()));
    }

    signing!(Rs384);
}

#[cfg(feature = "rs512")]
pub(super) mod rs512 {
    use snow_token_core::assertion::Rs512;

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, sign, show];

    fn with_key(use_it: impl FnOnce(&Rs512)) {
        if let Ok(key) = Rs512::from_der(bytes()) {
            use_it(any(&key));
        }
    }

    fn from_der(_: &mut [u8]) {
        used(Rs512::from_der(bytes()));
    }

    fn from_pem(_: &mut [u8]) {
        used(Rs512::from_pem(text()));
    }

    signing!(Rs512);
}
