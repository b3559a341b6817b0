//! Header, claims and the way into the buffer, whatever signs.

use base64ct::{Base64UrlUnpadded, Encoding};
use proptest::prelude::*;
use serde_json::Value;
use snow_token_core::{
    BufferTooSmall,
    assertion::{
        Algorithm, Assertion, AssertionError, AssertionSigner, Jti, RELEASE_YEAR_UNIX, SigningError,
    },
};

const NOW: u64 = 1_795_000_000;

/// Each algorithm with a length of its signatures; of RS*, each size of a key once.
const ALGORITHMS: [(Algorithm, usize); 9] = [
    (Algorithm::Hs256, 32),
    (Algorithm::Hs384, 48),
    (Algorithm::Hs512, 64),
    (Algorithm::Es256, 64),
    (Algorithm::Es384, 96),
    (Algorithm::Es512, 132),
    (Algorithm::Rs256, 256),
    (Algorithm::Rs384, 384),
    (Algorithm::Rs512, 512),
];

/// "Signs" with a pattern, of any length.
struct Pattern(Algorithm, usize);

impl AssertionSigner for Pattern {
    fn algorithm(&self) -> Algorithm {
        self.0
    }

    fn signature_len(&self) -> usize {
        self.1
    }

    fn sign(&self, _: &[u8], signature: &mut [u8]) -> Result<(), SigningError> {
        for (at, byte) in signature.iter_mut().enumerate() {
            *byte = at as u8 ^ 0x5a;
        }
        Ok(())
    }
}

fn decoded(part: &str) -> String {
    String::from_utf8(Base64UrlUnpadded::decode_vec(part).unwrap()).unwrap()
}

fn parts(jws: &str) -> [&str; 3] {
    let parts: Vec<_> = jws.split('.').collect();
    parts.try_into().unwrap()
}

/// The documentation's sample, with its signature of an RSA key of 4096 bits.
#[test]
fn header_claims_and_length_are_those_of_the_documentations_sample() {
    let jti = Jti::from_random(&[
        0x5d, 0xd0, 0xe1, 0xc7, 0xb6, 0x57, 0x4b, 0xd8, 0x9d, 0xce, 0x17, 0xad, 0x7e, 0xfe, 0x06,
        0xab,
    ]);
    // The sample is older than the check of the clock allows, so it is moved by whole digits.
    let shift = 400_000_000;
    let assertion = Assertion::new("9c6e2d175433201001a118caa0ea2a43", "admin@example.com")
        .with_key_id("samplekeyid")
        .with_lifetime_secs(60);
    let signer = Pattern(Algorithm::Rs256, 512);
    let mut buf = [0; 999];
    let jws = assertion
        .sign(1_622_702_466 + shift, jti.as_str(), &signer, &mut buf)
        .unwrap();
    assert_eq!(jws.len(), 999);
    let [header, claims, signature] = parts(jws);
    assert_eq!(
        decoded(header),
        r#"{"kid":"samplekeyid","typ":"JWT","alg":"RS256"}"#
    );
    let sample = concat!(
        r#"{"aud":"9c6e2d175433201001a118caa0ea2a43","sub":"admin@example.com","#,
        r#""iss":"9c6e2d175433201001a118caa0ea2a43","exp":1622702526,"iat":1622702466,"#,
        r#""jti":"5dd0e1c7-b657-4bd8-9dce-17ad7efe06ab"}"#
    );
    assert_eq!(decoded(claims).replace(":2022", ":1622"), sample);
    assert_eq!(signature.len(), 683);
    let mut expected = vec![0; 512];
    signer.sign(b"", &mut expected).unwrap();
    assert_eq!(Base64UrlUnpadded::decode_vec(signature).unwrap(), expected);
}

#[test]
fn optional_members_are_left_out_or_set() {
    let mut buf = [0; 512];
    let plain = Assertion::new("gateway", "sensor");
    let input = plain
        .signing_input(NOW, "1", Algorithm::Es384, &mut buf)
        .unwrap();
    let (header, claims) = input.as_str().split_once('.').unwrap();
    assert_eq!(decoded(header), r#"{"typ":"JWT","alg":"ES384"}"#);
    assert_eq!(
        decoded(claims),
        r#"{"aud":"gateway","sub":"sensor","iss":"gateway","exp":1795000300,"iat":1795000000,"jti":"1"}"#
    );

    let all = plain
        .with_audience("https://example.service-now.com/oauth_token.do")
        .with_issuer("factory")
        .with_not_before(30);
    let input = all
        .signing_input(NOW, "1", Algorithm::Es384, &mut buf)
        .unwrap();
    let (_, claims) = input.as_str().split_once('.').unwrap();
    assert_eq!(
        decoded(claims),
        concat!(
            r#"{"aud":"https://example.service-now.com/oauth_token.do","sub":"sensor","#,
            r#""iss":"factory","exp":1795000300,"iat":1795000000,"jti":"1","nbf":1794999970}"#
        )
    );
}

#[test]
fn the_end_of_time_is_a_number_still() {
    let mut buf = [0; 512];
    let input = Assertion::new("c", "s")
        .signing_input(u64::MAX, "1", Algorithm::Es256, &mut buf)
        .unwrap();
    let (_, claims) = input.as_str().split_once('.').unwrap();
    let claims: Value = serde_json::from_str(&decoded(claims)).unwrap();
    assert_eq!(claims["exp"], u64::MAX);
}

#[test]
fn a_clock_before_the_release_year_is_not_set() {
    let assertion = Assertion::new("gateway", "sensor");
    let signer = Pattern(Algorithm::Es256, 64);
    for now in [0, 1_622_702_466, RELEASE_YEAR_UNIX - 1] {
        let mut buf = [0xaa; 512];
        assert_eq!(
            assertion.sign(now, "1", &signer, &mut buf),
            Err(AssertionError::ClockNotSet)
        );
        assert!(buf.iter().all(|byte| *byte == 0));
        assert_eq!(
            assertion.len(now, "1", &signer),
            Err(AssertionError::ClockNotSet)
        );
    }
    let mut buf = [0; 512];
    assert!(
        assertion
            .sign(RELEASE_YEAR_UNIX, "1", &signer, &mut buf)
            .is_ok()
    );
}

#[test]
fn every_length_short_of_the_whole_is_refused_with_the_size_that_would_do_and_zeroed() {
    let assertion = Assertion::new("gateway", "sensor").with_key_id("k");
    for (algorithm, len) in ALGORITHMS {
        let signer = Pattern(algorithm, len);
        let needed = assertion.len(NOW, "1", &signer).unwrap();
        for short in 0..needed {
            let mut buf = vec![0xaa; short];
            assert_eq!(
                assertion.sign(NOW, "1", &signer, &mut buf),
                Err(AssertionError::BufferTooSmall(BufferTooSmall { needed }))
            );
            assert!(buf.iter().all(|byte| *byte == 0));
        }
        let mut buf = vec![0; needed];
        let jws = assertion.sign(NOW, "1", &signer, &mut buf).unwrap();
        assert_eq!(jws.len(), needed);
    }
}

/// With RS*, room for the signature of the shortest key is asked for.
#[test]
fn every_length_short_of_input_and_signature_is_refused_in_two_steps_too() {
    let assertion = Assertion::new("gateway", "sensor").with_key_id("k");
    for (algorithm, _) in ALGORITHMS {
        let shortest = vec![1; algorithm.min_signature_len()];
        let needed = assertion
            .len(NOW, "1", &Pattern(algorithm, shortest.len()))
            .unwrap();
        for short in 0..needed {
            let mut buf = vec![0xaa; short];
            let input = assertion.signing_input(NOW, "1", algorithm, &mut buf);
            assert_eq!(
                input.err(),
                Some(AssertionError::BufferTooSmall(BufferTooSmall { needed }))
            );
            assert!(buf.iter().all(|byte| *byte == 0));
        }
        let mut buf = vec![0; needed];
        let input = assertion
            .signing_input(NOW, "1", algorithm, &mut buf)
            .unwrap();
        assert_eq!(input.finish(&shortest).unwrap().len(), needed);
    }
}

#[test]
fn two_steps_give_what_one_gives() {
    let assertion = Assertion::new("gateway", "sensor");
    for (algorithm, len) in ALGORITHMS {
        let signer = Pattern(algorithm, len);
        let (mut one, mut two) = ([0; 1024], [0xaa; 1024]);
        let one = assertion.sign(NOW, "1", &signer, &mut one).unwrap();
        let input = assertion
            .signing_input(NOW, "1", algorithm, &mut two)
            .unwrap();
        let mut signature = vec![0; len];
        signer.sign(input.as_bytes(), &mut signature).unwrap();
        assert_eq!(input.finish(&signature).unwrap(), one);
        assert!(decoded(one.split('.').next().unwrap()).contains(algorithm.name()));
    }
}

#[test]
fn a_signature_of_the_wrong_length_is_refused_and_one_without_room_too() {
    let assertion = Assertion::new("gateway", "sensor");
    for (algorithm, len) in [
        (Algorithm::Es256, 63),
        (Algorithm::Es256, 72), // DER
        (Algorithm::Es512, 128),
        (Algorithm::Hs256, 0),
        (Algorithm::Rs256, 128),
    ] {
        let mut buf = [0xaa; 1024];
        let input = assertion
            .signing_input(NOW, "1", algorithm, &mut buf)
            .unwrap();
        assert_eq!(
            input.finish(&vec![1; len]),
            Err(AssertionError::SignatureLength)
        );
        assert!(buf.iter().all(|byte| *byte == 0));
        assert_eq!(
            assertion.sign(NOW, "1", &Pattern(algorithm, len), &mut buf),
            Err(AssertionError::SignatureLength)
        );
    }

    // Room for a signature of 2048 bits, given one of 4096.
    for algorithm in [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512] {
        let needed = assertion.len(NOW, "1", &Pattern(algorithm, 512)).unwrap();
        let mut buf = vec![0xaa; needed - 1];
        let input = assertion
            .signing_input(NOW, "1", algorithm, &mut buf)
            .unwrap();
        assert_eq!(
            input.finish(&[1; 512]),
            Err(AssertionError::BufferTooSmall(BufferTooSmall { needed }))
        );
        assert!(buf.iter().all(|byte| *byte == 0));

        let mut buf = vec![0xaa; needed];
        let input = assertion
            .signing_input(NOW, "1", algorithm, &mut buf)
            .unwrap();
        assert_eq!(input.finish(&[1; 512]).unwrap().len(), needed);
    }
}

#[test]
fn a_signer_that_fails_leaves_nothing() {
    struct Broken;
    impl AssertionSigner for Broken {
        fn algorithm(&self) -> Algorithm {
            Algorithm::Es256
        }
        fn sign(&self, _: &[u8], _: &mut [u8]) -> Result<(), SigningError> {
            Err(SigningError)
        }
    }
    let mut buf = [0xaa; 512];
    assert_eq!(
        Assertion::new("c", "s").sign(NOW, "1", &Broken, &mut buf),
        Err(AssertionError::Signing(SigningError))
    );
    assert!(buf.iter().all(|byte| *byte == 0));
}

proptest! {
    #[test]
    fn any_text_survives(
        client in any::<String>(), subject in any::<String>(), audience in any::<String>(),
        issuer in any::<String>(), kid in any::<String>(), jti in any::<String>(),
    ) {
        let assertion = Assertion::new(&client, &subject)
            .with_audience(&audience)
            .with_issuer(&issuer)
            .with_key_id(&kid);
        let signer = Pattern(Algorithm::Es256, 64);
        let mut buf = vec![0; assertion.len(NOW, &jti, &signer).unwrap()];
        let jws = assertion.sign(NOW, &jti, &signer, &mut buf).unwrap();
        let [header, claims, _] = parts(jws);
        let header: Value = serde_json::from_str(&decoded(header)).unwrap();
        let claims: Value = serde_json::from_str(&decoded(claims)).unwrap();
        prop_assert_eq!(&header["kid"], &kid);
        prop_assert_eq!(&claims["aud"], &audience);
        prop_assert_eq!(&claims["sub"], &subject);
        prop_assert_eq!(&claims["iss"], &issuer);
        prop_assert_eq!(&claims["jti"], &jti);
    }

    #[test]
    fn a_jti_is_a_version_4_uuid(random in any::<[u8; 16]>()) {
        let jti = Jti::from_random(&random);
        let text = jti.as_str();
        let groups: Vec<_> = text.split('-').map(str::len).collect();
        prop_assert_eq!(groups, [8, 4, 4, 4, 12]);
        prop_assert!(text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f' | b'-')));
        prop_assert_eq!(text.as_bytes()[14], b'4');
        prop_assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
        let number = u128::from_str_radix(&text.replace('-', ""), 16).unwrap();
        let mask = !(0xf000_u128 << 64 | 0xc000_u128 << 48);
        prop_assert_eq!(number & mask, u128::from_be_bytes(random) & mask);
    }
}
