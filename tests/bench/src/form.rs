//! The body of a token request: `application/x-www-form-urlencoded`.

use std::hint::black_box;

use snow_token_core::form;

use crate::{Contender, Contest, NO_SLOWER, Output, assertion};

/// How many times as fast as `form_urlencoded`.
const AIM: f64 = 3.0;

type Pairs = [(&'static str, &'static str)];

/// The two grants that devices use.
pub fn contests() -> Vec<Contest> {
    let client_credentials = vec![
        ("grant_type", "client_credentials"),
        ("client_id", assertion::CLIENT_ID),
        ("client_secret", "k4;h+T!w9{Qz_2}e~"),
        ("scope", "useraccount sensor_write"),
    ];
    let jwt_bearer = vec![
        ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
        ("client_id", assertion::CLIENT_ID),
        ("client_secret", "k4;h+T!w9{Qz_2}e~"),
        ("assertion", assertion::example()),
    ];
    [
        ("form_client_credentials", client_credentials),
        ("form_jwt_bearer", jwt_bearer),
    ]
    .map(|(what, pairs)| {
        let pairs: &'static Pairs = pairs.leak();
        Contest::new(what, core(pairs))
            .against(AIM, form_urlencoded(pairs))
            .against(NO_SLOWER, serde_urlencoded(pairs))
    })
    .into()
}

fn core(pairs: &'static Pairs) -> Contender {
    let mut buf = [0; 2048];
    Contender::new("core", move |out| {
        let pairs = black_box(pairs).iter().copied();
        out(Output::Form(form::encode(pairs, &mut buf).unwrap()));
    })
}

/// Into a `String` of its own, as it is used everywhere.
fn form_urlencoded(pairs: &'static Pairs) -> Contender {
    Contender::new("form_urlencoded", move |out| {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(black_box(pairs))
            .finish();
        out(Output::Form(body.as_bytes()));
    })
}

fn serde_urlencoded(pairs: &'static Pairs) -> Contender {
    Contender::new("serde_urlencoded", move |out| {
        let body = serde_urlencoded::to_string(black_box(pairs)).unwrap();
        out(Output::Form(body.as_bytes()));
    })
}
