//! The signers of `assertion`.

use snow_token_core::assertion::{AssertionSigner, KeyError, KeyTooShort};

use crate::{
    Call,
    opaque::{any, bytes, debug, display, perhaps, text, used},
};

pub(in crate::calls) const CALLS: &[Call] = &[show_key_error];

fn show_key_error(_: &mut [u8]) {
    debug::<KeyError>(&any(KeyError::Malformed));
    display::<KeyError>(&any(KeyError::Malformed));
}

/// What all have in common.
macro_rules! signing {
    ($signer:ident) => {
        use snow_token_core::assertion::$signer;

        fn algorithm(_: &mut [u8]) {
            if let Some(key) = perhaps() {
                used(<$signer as AssertionSigner>::algorithm(&key));
            }
        }

        fn signature_len(_: &mut [u8]) {
            if let Some(key) = perhaps() {
                used(<$signer as AssertionSigner>::signature_len(&key));
            }
        }

        fn sign(buf: &mut [u8]) {
            if let Some(key) = perhaps() {
                used(<$signer as AssertionSigner>::sign(&key, bytes(), buf));
            }
        }

        fn show(_: &mut [u8]) {
            if let Some(key) = perhaps() {
                debug::<$signer>(&key);
            }
        }
    };
}

/// Those whose keys come from files.
macro_rules! from_files {
    ($signer:ident) => {
        fn from_der(_: &mut [u8]) {
            used($signer::from_der(bytes()));
        }

        fn from_pem(_: &mut [u8]) {
            used($signer::from_pem(text()));
        }
    };
}

pub(in crate::calls) mod es256 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[
        from_bytes,
        from_der,
        from_pem,
        algorithm,
        signature_len,
        show,
    ];

    pub(in crate::calls) const EXCUSED: &[Call] = &[sign];

    fn from_bytes(_: &mut [u8]) {
        used(Es256::from_bytes(any(&[0; 32])));
    }

    from_files!(Es256);
    signing!(Es256);
}

pub(in crate::calls) mod es384 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[from_bytes, from_der, from_pem, sign];

    fn from_bytes(_: &mut [u8]) {
        used(Es384::from_bytes(any(&[0; 48])));
    }

    from_files!(Es384);
    signing!(Es384);
}

pub(in crate::calls) mod es512 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[from_bytes, from_der, from_pem, sign];

    fn from_bytes(_: &mut [u8]) {
        used(Es512::from_bytes(any(&[0; 66])));
    }

    from_files!(Es512);
    signing!(Es512);
}

pub(in crate::calls) mod hs256 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[algorithm, signature_len, show, show_error];

    pub(in crate::calls) const EXCUSED: &[Call] = &[new, sign];

    fn new(_: &mut [u8]) {
        used(Hs256::new(bytes()));
    }

    fn show_error(_: &mut [u8]) {
        if let Some(error) = perhaps() {
            debug::<KeyTooShort>(&error);
            display::<KeyTooShort>(&error);
        }
    }

    signing!(Hs256);
}

pub(in crate::calls) mod hs384 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[new, sign];

    fn new(_: &mut [u8]) {
        used(Hs384::new(bytes()));
    }

    signing!(Hs384);
}

pub(in crate::calls) mod hs512 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] = &[algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[new, sign];

    fn new(_: &mut [u8]) {
        used(Hs512::new(bytes()));
    }

    signing!(Hs512);
}

pub(in crate::calls) mod rs256 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[sign];

    from_files!(Rs256);
    signing!(Rs256);
}

pub(in crate::calls) mod rs384 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[sign];

    from_files!(Rs384);
    signing!(Rs384);
}

pub(in crate::calls) mod rs512 {
    use super::*;

    pub(in crate::calls) const CALLS: &[Call] =
        &[from_der, from_pem, algorithm, signature_len, show];

    pub(in crate::calls) const EXCUSED: &[Call] = &[sign];

    from_files!(Rs512);
    signing!(Rs512);
}
