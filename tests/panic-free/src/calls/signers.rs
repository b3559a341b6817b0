//! The signers of `assertion`.

use snow_token_core::assertion::AssertionSigner;

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

pub(super) mod es256 {
    use snow_token_core::assertion::{Es256, KeyError};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Es256);
}

pub(super) mod es384 {
    use snow_token_core::assertion::{Es384, KeyError};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Es384);
}

pub(super) mod es512 {
    use snow_token_core::assertion::{Es512, KeyError};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Es512);
}

pub(super) mod hs256 {
    use snow_token_core::assertion::{Hs256, KeyTooShort};

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

pub(super) mod hs384 {
    use snow_token_core::assertion::{Hs384, KeyTooShort};

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

pub(super) mod hs512 {
    use snow_token_core::assertion::{Hs512, KeyTooShort};

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

pub(super) mod rs256 {
    use snow_token_core::assertion::{KeyError, Rs256};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
    ];

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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Rs256);
}

pub(super) mod rs384 {
    use snow_token_core::assertion::{KeyError, Rs384};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
    ];

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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Rs384);
}

pub(super) mod rs512 {
    use snow_token_core::assertion::{KeyError, Rs512};

    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_der,
        from_pem,
        algorithm,
        signature_len,
        sign,
        show,
        show_error,
    ];

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

    fn show_error(_: &mut [u8]) {
        debug::<KeyError>(&any(KeyError::Malformed));
        display::<KeyError>(&any(KeyError::Malformed));
    }

    signing!(Rs512);
}
