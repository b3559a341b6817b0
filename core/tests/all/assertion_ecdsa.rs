//! ES256, ES384 and ES512, and the keys for them.
#![cfg(all(feature = "es256", feature = "es384", feature = "es512"))]

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use snow_token_core::assertion::{
    Assertion, AssertionSigner, Es256, Es384, Es512, KeyError, SigningError,
};

use crate::common::{
    changed_keys::{change_der, change_pem},
    der,
    openssl::{openssl, openssl_text},
};

fn signature(signer: &dyn AssertionSigner, input: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; signer.signature_len()];
    signer.sign(input, &mut signature).unwrap();
    signature
}

fn hex<const N: usize>(digits: &str) -> [u8; N] {
    let digits: String = digits.split_whitespace().collect();
    assert_eq!(digits.len(), N * 2);
    core::array::from_fn(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap())
}

#[test]
fn rfc_6979_appendix_a_2_5() {
    let signer = Es256::from_bytes(&hex(
        "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721",
    ))
    .unwrap();
    assert_eq!(
        signature(&signer, b"sample"),
        hex::<64>(
            "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716
             F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
        )
    );
    assert_eq!(
        signature(&signer, b"test"),
        hex::<64>(
            "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367
             019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
        )
    );
}

#[test]
fn rfc_6979_appendix_a_2_6() {
    let signer = Es384::from_bytes(&hex(
        "6B9D3DAD2E1B8C1C05B19875B6659F4DE23C3B667BF297BA9AA47740787137D8
         96D5724E4C70A825F872C9EA60D2EDF5",
    ))
    .unwrap();
    assert_eq!(
        signature(&signer, b"sample"),
        hex::<96>(
            "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C
             81A648152E44ACF96E36DD1E80FABE46
             99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F
             A329C145786E679E7B82C71A38628AC8"
        )
    );
    assert_eq!(
        signature(&signer, b"test"),
        hex::<96>(
            "8203B63D3C853E8D77227FB377BCF7B7B772E97892A80F36AB775D509D7A5FEB
             0542A7F0812998DA8F1DD3CA3CF023DB
             DDD0760448D42D8A43AF45AF836FCE4DE8BE06B485E9B61B827C2F13173923E0
             6A739F040649A667BF3B828246BAA5A5"
        )
    );
}

#[test]
fn rfc_6979_appendix_a_2_7() {
    let signer = Es512::from_bytes(&hex(
        "00FAD06DAA62BA3B25D2FB40133DA757205DE67F5BB0018FEE8C86E1B68C7E75
         CAA896EB32F1F47C70855836A6D16FCC1466F6D8FBEC67DB89EC0C08B0E996B8
         3538",
    ))
    .unwrap();
    assert_eq!(
        signature(&signer, b"sample"),
        hex::<132>(
            "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F
             174E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E3
             77FA
             00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF
             282623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4
             A67A"
        )
    );
    assert_eq!(
        signature(&signer, b"test"),
        hex::<132>(
            "013E99020ABF5CEE7525D16B69B229652AB6BDF2AFFCAEF38773B4B7D08725F1
             0CDB93482FDCC54EDCEE91ECA4166B2A7C6265EF0CE2BD7051B7CEF945BABD47
             EE6D
             01FBD0013C674AA79CB39849527916CE301C66EA7CE8B80682786AD60F98F7E7
             8A19CA69EFF5C57400E3B3A0AD66CE0978214D13BAF4E9AC60752F7B155E2DE4
             DCE3"
        )
    );
}

/// Public key and signature of the appendix verify, and so does a signature made by its key.
#[test]
fn rfc_7515_appendix_a_3() {
    let input = concat!(
        "eyJhbGciOiJFUzI1NiJ9.",
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt",
        "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    );
    let of_the_appendix =
        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let public_key = jsonwebtoken::DecodingKey::from_ec_components(
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    )
    .unwrap();
    let key = Base64UrlUnpadded::decode_vec("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI").unwrap();
    let signer = Es256::from_bytes(&key.try_into().unwrap()).unwrap();
    let own = Base64UrlUnpadded::encode_string(&signature(&signer, input.as_bytes()));
    let verifies = |signature: &str| {
        jsonwebtoken::crypto::verify(
            signature,
            input.as_bytes(),
            &public_key,
            jsonwebtoken::Algorithm::ES256,
        )
        .unwrap()
    };
    assert!(verifies(of_the_appendix));
    assert!(verifies(&own));
    assert!(!verifies(&own.replacen(&own[..1], "_", 1)));
}

/// Public key and signature of the appendix verify, and so does a signature made by its key.
#[test]
fn rfc_7515_appendix_a_4() {
    use p521::ecdsa::{Signature, VerifyingKey, signature::Verifier};

    let decode = |text: &str| Base64UrlUnpadded::decode_vec(text).unwrap();
    let input = b"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA";
    let x = decode(concat!(
        "AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_",
        "NjFZ6OvLFV1jSfS9tsz4qUxcWceqwQGk"
    ));
    let y = decode(concat!(
        "ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDl",
        "y79ajL4Kkd0AZMaZmh9ubmf63e3kyMj2"
    ));
    let point = [vec![4], x, y].concat();
    let public_key = VerifyingKey::from_sec1_bytes(&point).unwrap();
    // RFC 5480 §2: `SubjectPublicKeyInfo` of id-ecPublicKey on secp521r1.
    let start = hex::<25>("30819B 3010 06072A8648CE3D0201 06052B81040023 03818600");
    let info = [&start[..], &point].concat();
    let public_pem = openssl(&["ec", "-pubin", "-inform", "DER"], &info);
    let of_the_appendix = decode(concat!(
        "AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPW",
        "ROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwFKdCAPZgoXD2YBJZC",
        "PEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXo",
        "lLzeO_Jn"
    ));
    let key = decode(concat!(
        "AY5pb7A0UFiB3RELSD64fTLOSV_jazdF7fLYyuTw8lOfRhWg6Y6rUrPA",
        "xerEzgdRhajnu0ferB0d53vM9mE15j2C"
    ));
    let signer = Es512::from_bytes(&key.try_into().unwrap()).unwrap();
    for raw in [of_the_appendix, signature(&signer, input)] {
        let signature = Signature::from_slice(&raw).unwrap();
        assert!(public_key.verify(input, &signature).is_ok());
        verify_with_openssl("-sha512", &public_pem, input, &raw);
    }
}

/// Verifies `raw`, R and S side by side, by OpenSSL, which wants X.690 `SEQUENCE { INTEGER r,
/// INTEGER s }`.
fn verify_with_openssl(hash: &str, public_pem: &[u8], input: &[u8], raw: &[u8]) {
    let (r, s) = raw.split_at(raw.len() / 2);
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("public"), public_pem).unwrap();
    let signature = der::sequence(&[der::integer(r), der::integer(s)]);
    std::fs::write(path("signature"), signature).unwrap();
    let (public, signature) = (path("public"), path("signature"));
    let verify = ["dgst", hash, "-verify", &public, "-signature", &signature];
    openssl(&verify, input);
}

type Signer = Result<Box<dyn AssertionSigner>, KeyError>;

/// OpenSSL's name of a curve, the loaders of its keys, and the hash beside it.
struct Kind {
    curve: &'static str,
    pem: fn(&str) -> Signer,
    der: fn(&[u8]) -> Signer,
    hash: &'static str,
}

macro_rules! kind {
    ($curve:literal, $signer:ident, $hash:literal) => {
        Kind {
            curve: $curve,
            pem: |pem| $signer::from_pem(pem).map(|signer| Box::new(signer) as _),
            der: |der| $signer::from_der(der).map(|signer| Box::new(signer) as _),
            hash: $hash,
        }
    };
}

const KINDS: [Kind; 3] = [
    kind!("prime256v1", Es256, "-sha256"),
    kind!("secp384r1", Es384, "-sha384"),
    kind!("secp521r1", Es512, "-sha512"),
];

/// The same key in every form that OpenSSL writes: (PEMs, DERs).
fn forms(curve: &str) -> (Vec<String>, Vec<Vec<u8>>) {
    let sec1 = openssl_text(&["ecparam", "-genkey", "-name", curve], b"");
    assert!(sec1.contains("BEGIN EC PARAMETERS"));
    let from = sec1.as_bytes();
    let pems = vec![
        sec1.clone(),
        openssl_text(&["ec"], from),
        openssl_text(&["ec", "-no_public"], from),
        openssl_text(&["pkcs8", "-topk8", "-nocrypt"], from),
        openssl_text(&["ec"], from).replace('\n', "\r\n"),
    ];
    let ders = vec![
        openssl(&["ec", "-outform", "DER"], from),
        openssl(&["ec", "-no_public", "-outform", "DER"], from),
        openssl(&["pkcs8", "-topk8", "-nocrypt", "-outform", "DER"], from),
    ];
    (pems, ders)
}

#[test]
fn keys_of_every_form_give_one_signature_which_openssl_and_jsonwebtoken_verify() {
    for kind in KINDS {
        let (pems, ders) = forms(kind.curve);
        let signers: Vec<_> = (pems.iter().map(|pem| (kind.pem)(pem).unwrap()))
            .chain(ders.iter().map(|der| (kind.der)(der).unwrap()))
            .collect();
        let assertion = Assertion::new("gateway", "sensor");
        let jws: Vec<_> = signers
            .iter()
            .map(|signer| {
                let mut buf = [0; 512];
                let jws = assertion.sign(4_000_000_000, "1", signer.as_ref(), &mut buf);
                jws.unwrap().to_owned()
            })
            .collect();
        assert!(jws.windows(2).all(|two| two[0] == two[1]));

        let jws = &jws[0];
        let (input, signature) = jws.rsplit_once('.').unwrap();
        let public_key = openssl(&["ec", "-pubout"], pems[0].as_bytes());
        let raw = Base64UrlUnpadded::decode_vec(signature).unwrap();
        verify_with_openssl(kind.hash, &public_key, input.as_bytes(), &raw);

        // jsonwebtoken knows no ES512.
        if let Ok(algorithm) = signers[0].algorithm().name().parse() {
            let mut validation = jsonwebtoken::Validation::new(algorithm);
            validation.set_audience(&["gateway"]);
            let key = jsonwebtoken::DecodingKey::from_ec_pem(&public_key).unwrap();
            let token = jsonwebtoken::decode::<serde_json::Value>(jws, &key, &validation);
            assert_eq!(token.unwrap().claims["iss"], "gateway");
        }
    }
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_der_is_an_error_or_a_key() {
    for kind in KINDS {
        for der in forms(kind.curve).1 {
            change_der(&der, kind.der);
            let longer = [&der[..], &[0]].concat();
            assert_eq!((kind.der)(&longer).err(), Some(KeyError::Malformed));
        }
    }
}

/// All values of every byte in PKCS#8, some in the other forms: the DER within them is tried on
/// its own.
fn change_pems(kind: &Kind) {
    for pem in forms(kind.curve).0 {
        let all = pem.contains("BEGIN PRIVATE KEY");
        change_pem(&pem, |_| all, kind.pem);
    }
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_pem_is_an_error_or_a_key_of_p_256() {
    change_pems(&KINDS[0]);
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_pem_is_an_error_or_a_key_of_p_384() {
    change_pems(&KINDS[1]);
}

#[test]
fn every_prefix_and_every_changed_byte_of_a_pem_is_an_error_or_a_key_of_p_521() {
    change_pems(&KINDS[2]);
}

#[test]
fn what_is_wrong_with_a_key_is_said() {
    let (pems, _) = forms("prime256v1");
    for pem in &pems {
        assert_eq!(Es384::from_pem(pem).err(), Some(KeyError::WrongCurve));
    }
    assert_eq!(Es256::from_pem("no key").err(), Some(KeyError::Malformed));
    let encrypt = ["pkcs8", "-topk8", "-passout", "pass:x"];
    let encrypted = openssl_text(&encrypt, pems[0].as_bytes());
    assert_eq!(Es256::from_pem(&encrypted).err(), Some(KeyError::Encrypted));
    let encrypted = openssl_text(&["ec", "-aes128", "-passout", "pass:x"], pems[0].as_bytes());
    assert_eq!(Es256::from_pem(&encrypted).err(), Some(KeyError::Encrypted));
    let ed25519 = openssl_text(&["genpkey", "-algorithm", "ed25519"], b"");
    assert_eq!(
        Es256::from_pem(&ed25519).err(),
        Some(KeyError::WrongAlgorithm)
    );
    let public = openssl_text(&["ec", "-pubout"], pems[0].as_bytes());
    assert_eq!(Es256::from_pem(&public).err(), Some(KeyError::Malformed));
    let explicit = openssl_text(&["ec", "-param_enc", "explicit"], pems[0].as_bytes());
    assert_eq!(Es256::from_pem(&explicit).err(), Some(KeyError::WrongCurve));

    assert_eq!(
        Es256::from_bytes(&[0; 32]).err(),
        Some(KeyError::OutOfRange)
    );
    assert_eq!(
        Es384::from_bytes(&[0xff; 48]).err(),
        Some(KeyError::OutOfRange)
    );
    assert_eq!(
        Es512::from_bytes(&[0xff; 66]).err(),
        Some(KeyError::OutOfRange)
    );
}

/// That a key is encrypted stands in the headers before it, and may stand in its base64 by chance.
#[test]
fn a_key_whose_base64_spells_encrypted_is_a_key() {
    let mut key = [7; 32];
    // Groups of four characters start at every third byte, the key at the eighth.
    Base64::decode("ENCRYPTEDAAA", &mut key[2..11]).unwrap();
    let der = [
        &hex::<7>("3031 020101 0420")[..],
        &key,
        &hex::<12>("A00A 0608 2A8648CE3D030107"),
    ]
    .concat();
    let base64 = Base64::encode_string(&der);
    assert!(base64.contains("ENCRYPTED"));
    let message = b"sample";
    let expected = signature(&Es256::from_bytes(&key).unwrap(), message);
    for line_break in ["\n", "\r\n", " ", ""] {
        let pem = [
            "-----BEGIN EC PRIVATE KEY-----",
            &base64,
            "-----END EC PRIVATE KEY-----",
        ];
        let signer = Es256::from_pem(&pem.join(line_break)).unwrap();
        assert_eq!(signature(&signer, message), expected);
    }
}

#[test]
fn a_pem_longer_than_any_key_is_refused() {
    let long = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        Base64::encode_string(&[0; 513])
    );
    assert_eq!(Es256::from_pem(&long).err(), Some(KeyError::Malformed));
}

#[test]
fn keys_are_redacted_and_a_wrong_slot_is_an_error() {
    let (es256, es384, es512) = (
        Es256::from_bytes(&[7; 32]).unwrap(),
        Es384::from_bytes(&[7; 48]).unwrap(),
        Es512::from_bytes(&{
            let mut key = [7; 66];
            key[0] = 0;
            key
        })
        .unwrap(),
    );
    assert_eq!(format!("{es256:?}"), "Es256([redacted])");
    assert_eq!(format!("{es384:?}"), "Es384([redacted])");
    assert_eq!(format!("{es512:?}"), "Es512([redacted])");
    assert_eq!(es256.sign(b"", &mut [0; 63]), Err(SigningError));
    assert_eq!(es384.sign(b"", &mut [0; 64]), Err(SigningError));
    assert_eq!(es512.sign(b"", &mut [0; 131]), Err(SigningError));
}

#[test]
fn keys_are_zeroed_on_drop() {
    fn is_zeroed_on_drop<T: zeroize::ZeroizeOnDrop>() {}
    is_zeroed_on_drop::<Es256>();
    is_zeroed_on_drop::<Es384>();
    is_zeroed_on_drop::<Es512>();
}
