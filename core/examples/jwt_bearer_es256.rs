//! Shows the JWT bearer grant with ES256: a key is loaded once, and each attempt signs an assertion
//! of its own and writes the token request around it.
//!
//! Start it with `cargo run -p snow-token-core --features es256 --example jwt_bearer_es256`.

use core::error::Error;

use base64ct::{Base64UrlUnpadded, Encoding};
use snow_token_core::{
    ClientAuthentication, Grant, Secret, TOKEN_PATH, TokenRequest,
    assertion::{Assertion, Es256, Jti},
};
use zeroize::Zeroizing;

/// The example key of RFC 6979 A.2.5, known to everybody. A device reads its own from where it is
/// provisioned, as bytes, DER or PEM.
const KEY: [u8; 32] = [
    0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93,
    0x4e, 0x50, 0xc3, 0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21,
];

fn main() -> Result<(), Box<dyn Error>> {
    let signer = Es256::from_bytes(&KEY)?;
    let assertion = Assertion::new("9c6e2d175433201001a118caa0ea2a43", "gateway@example.com")
        .with_key_id("2026");

    for attempt in 0..2 {
        // An instance takes each `jti` once: fresh random bytes for every attempt.
        let jti = Jti::from_random(&[attempt; 16]);
        let now_unix = 1_795_000_000;
        let mut jws = Zeroizing::new([0; 512]);
        let jws = assertion.sign(now_unix, jti.as_str(), &signer, &mut *jws)?;

        let request = TokenRequest::new(
            Grant::JwtBearer {
                assertion: Secret::new(jws),
            },
            ClientAuthentication::Body {
                client_id: "9c6e2d175433201001a118caa0ea2a43",
                client_secret: Secret::new("hunter2"),
            },
        );
        let mut body = Zeroizing::new([0; 768]);
        let body = request.body(&mut *body)?;
        println!(
            "POST {TOKEN_PATH}, {} bytes, with an assertion that says",
            body.len()
        );
        for part in jws.split('.').take(2) {
            let json = Base64UrlUnpadded::decode_vec(part).map_err(|error| error.to_string())?;
            println!("  {}", String::from_utf8(json)?);
        }
    }
    Ok(())
}
