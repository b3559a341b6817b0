//! A program of core alone: secrets from files into fixed buffers, a signed assertion, a token request,
//! its answer, a session. What is left in its memory is for a test to look at.
//!
//! `KEY_FILE` has the private key (PEM), `SECRET_FILE` the client secret, `ANSWER_FILE` the answer.

use core::error::Error;
use std::{env, fs::File, io::Read};

use snow_token_core::{
    ClientAuthentication, Grant, Secret, Session, TokenRequest,
    assertion::{Assertion, Es256, Jti},
    refusal::Answer,
    session::{Action, Settings},
    token_endpoint,
};
use zeroize::{Zeroize, Zeroizing};

/// Where a session keeps a token, as a device may have it.
struct Text {
    bytes: [u8; 64],
    len: usize,
}

impl TryFrom<&str> for Text {
    type Error = core::array::TryFromSliceError;

    fn try_from(text: &str) -> Result<Self, Self::Error> {
        let mut bytes = [0; 64];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        let len = text.len();
        Ok(Self { bytes, len })
    }
}

impl AsRef<str> for Text {
    fn as_ref(&self) -> &str {
        core::str::from_utf8(&self.bytes[..self.len]).unwrap_or_default()
    }
}

impl Zeroize for Text {
    fn zeroize(&mut self) {
        self.bytes.zeroize();
    }
}

fn read<'b>(variable: &str, buf: &'b mut [u8]) -> Result<&'b [u8], Box<dyn Error>> {
    let len = File::open(env::var(variable)?)?.read(buf)?;
    Ok(&buf[..len])
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut key = Zeroizing::new([0; 1024]);
    let key = core::str::from_utf8(read("KEY_FILE", &mut *key)?)?;
    let signer = Es256::from_pem(key)?;
    let mut secret = Zeroizing::new([0; 256]);
    let client_secret = core::str::from_utf8(read("SECRET_FILE", &mut *secret)?)?;

    let mut jws = Zeroizing::new([0; 512]);
    let assertion = Assertion::new("id", "gateway@example.com");
    let jti = Jti::from_random(&[7; 16]);
    let jws = assertion.sign(1_795_000_000, jti.as_str(), &signer, &mut *jws)?;
    let assertion = Secret::new(jws);
    let authentication = ClientAuthentication::Body {
        client_id: "id",
        client_secret: Secret::new(client_secret),
    };
    let request = TokenRequest::new(Grant::JwtBearer { assertion }, authentication);
    let mut body = Zeroizing::new([0; 1024]);
    let body = request.body(&mut *body)?;

    let mut answer = Zeroizing::new([0; 1024]);
    let answer = Answer {
        status: 200,
        content_type: Some("application/json"),
        retry_after: None,
        date: None,
        body: read("ANSWER_FILE", &mut *answer)?,
        cut: None,
    };
    let mut texts = Zeroizing::new([0; 1024]);
    let response = token_endpoint::read(&answer, &mut *texts).map_err(|error| error.to_string())?;
    let mut session: Session<Text> = Session::new(Settings::DEFAULT, 0);
    let Action::Request { flight } = session.next(0) else {
        return Err("no request".into());
    };
    session.token_received(flight, 0, &response)?;
    println!("{} bytes, and a token", body.len());
    Ok(())
}
