//! The ways in at the REST APIs, beside access tokens: API keys, ID tokens, HTTP Basic.

use base64ct::{Base64, Encoding};
use serde_json::{Value, json};
use snow_token_simulator::{
    AccessTokenFormat, IdentityProvider, InstanceOptions, TrustedIssuer, UserField,
};

use crate::{
    keys::Signer,
    support::{Asked, BEGIN},
};

const INCIDENTS: &str = "/api/now/table/incident";
#[test]
fn without_credentials_the_answer_is_the_vendors() {
    let mut asked = Asked::default();
    for headers in [
        &[][..],
        &[("authorization", "Bearer unknown")],
        &[("authorization", "Bearer a.b.c")],
        &[("authorization", "Digest x")],
        &[("authorization", "Basic !!")],
        &[("x-sn-apikey", "unknown")],
    ] {
        let answered = asked.get(INCIDENTS, headers);
        assert_eq!(answered.status, 401);
        assert_eq!(
            answered.header("www-authenticate"),
            "Basic realm=\"Service-now\""
        );
        let error = json!({
            "message": "User is not authenticated",
            "detail": "Required to provide Auth information",
        });
        assert_eq!(
            answered.json(),
            json!({ "error": error, "status": "failure" })
        );
    }
}

#[test]
fn an_api_key_reaches_what_its_policies_name() {
    let mut asked = Asked::default();
    let keys = asked.instance.api_keys().to_vec();
    let key = |name| {
        let mut keys = keys.iter();
        keys.find(|key| key.name == name).unwrap().key.as_str()
    };
    let tables = [("x-sn-apikey", key("tables"))];
    assert_eq!(asked.get(INCIDENTS, &tables).status, 200);
    assert_eq!(asked.get("/api/now/v2/table/incident", &tables).status, 200);
    assert_eq!(
        asked.get("/api/now/import/u_imp_reading/x", &tables).status,
        401
    );
    assert_eq!(
        asked
            .get(INCIDENTS, &[("x-sn-apikey", key("events"))])
            .status,
        401
    );
}

#[test]
fn http_basic_takes_the_password_of_an_active_user() {
    let mut asked = Asked::default();
    let mut status = |name: &str, suffix: &str| {
        let pair = format!("{name}:{}{suffix}", asked.user(name).password);
        let value = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
        asked.get(INCIDENTS, &[("authorization", &value)]).status
    };
    assert_eq!(status("abel.tuter", ""), 200);
    assert_eq!(status("abel.tuter", "x"), 401);
    assert_eq!(status("former.user", ""), 401);
}

fn id_token(asked: &mut Asked) -> String {
    let idp = asked.instance.identity_provider().clone();
    let parameters = [
        ("grant_type", "client_credentials"),
        ("client_id", &idp.client_id),
        ("client_secret", &idp.client_secret),
    ];
    let answered = asked.post_form("/idp/oauth2/token", &[], &parameters);
    assert_eq!(answered.status, 200, "{answered:?}");
    answered.text("access_token")
}

#[test]
fn the_identity_providers_tokens_are_good_until_they_end() {
    let mut asked = Asked::default();
    let token = id_token(&mut asked);
    assert_eq!(asked.read_with(&token), 200);
    asked.wait(299);
    assert_eq!(asked.read_with(&token), 200);
    asked.wait(1);
    assert_eq!(asked.read_with(&token), 401);
    let next = id_token(&mut asked);
    assert_ne!(token, next);
    assert_eq!(asked.read_with(&next), 200);
}

#[test]
fn with_the_jti_check_it_is_one_call_per_token() {
    let mut asked = Asked::with(InstanceOptions {
        identity_provider: IdentityProvider {
            jti_checked: true,
            ..IdentityProvider::default()
        },
        ..InstanceOptions::default()
    });
    let token = id_token(&mut asked);
    assert_eq!(asked.read_with(&token), 200);
    assert_eq!(asked.read_with(&token), 401);
}

#[test]
fn the_identity_provider_knows_its_client() {
    let mut asked = Asked::default();
    let idp = asked.instance.identity_provider().clone();
    let mut answer = |client_id: &str, secret: &str, grant_type: &str| {
        let parameters = [
            ("grant_type", grant_type),
            ("client_id", client_id),
            ("client_secret", secret),
        ];
        let answered = asked.post_form("/idp/oauth2/token", &[], &parameters);
        (answered.status.as_u16(), answered.text("error"))
    };
    let client_credentials = "client_credentials";
    let no_client = (401, "invalid_client".to_owned());
    assert_eq!(
        answer(&idp.client_id, "guess", client_credentials),
        no_client
    );
    assert_eq!(
        answer("", &idp.client_secret, client_credentials),
        no_client
    );
    assert_eq!(
        answer(&idp.client_id, &idp.client_secret, "password"),
        (400, "unsupported_grant_type".to_owned())
    );
    let pair = format!("{}:{}", idp.client_id, idp.client_secret);
    let value = format!("Basic {}", Base64::encode_string(pair.as_bytes()));
    let grant = [("grant_type", client_credentials)];
    let answered = asked.post_form("/idp/oauth2/token", &[("authorization", &value)], &grant);
    assert_eq!(answered.status, 200);
}

#[test]
fn tokens_of_another_issuer_count_once_it_is_trusted() {
    let mut asked = Asked::default();
    let signer = Signer::es384();
    let issuer = "https://login.example.org/tenant";
    let token = |changed: (&str, Value)| {
        let mut claims = json!({
            "iss": issuer,
            "aud": "instance",
            "preferred_username": "abel.tuter",
            "exp": BEGIN + 60,
        });
        claims[changed.0] = changed.1;
        signer.sign(&json!({ "alg": "ES384" }), &claims)
    };
    let good = token(("a", 1.into()));
    assert_eq!(asked.read_with(&good), 401);
    let trusted = TrustedIssuer {
        user_claim: "preferred_username".to_owned(),
        user_field: UserField::UserName,
        ..TrustedIssuer::new(issuer, "instance", signer.verifier_key())
    };
    asked.instance.trust_issuer(trusted).unwrap();
    assert_eq!(asked.read_with(&good), 200);
    for changed in [
        ("iss", json!("https://login.example.org/another")),
        ("aud", json!("another")),
        ("preferred_username", json!("former.user")),
        ("exp", json!(BEGIN)),
    ] {
        assert_eq!(asked.read_with(&token(changed)), 401);
    }
}

#[test]
fn access_tokens_can_be_jwts_of_some_kilobytes() {
    for min_len in [0, 1000, 4000, 4096] {
        let mut asked = Asked::with(InstanceOptions {
            access_token_format: AccessTokenFormat::Jwt { min_len },
            ..InstanceOptions::default()
        });
        let client = asked.client("reader");
        let token = asked
            .token(&client, &[("grant_type", "client_credentials")])
            .text("access_token");
        assert_eq!(token.split('.').count(), 3);
        assert!(
            (min_len..min_len.max(500) + 8).contains(&token.len()),
            "{}",
            token.len()
        );
        assert_eq!(asked.read_with(&token), 200);
        asked.instance.revoke_all_tokens();
        assert_eq!(asked.read_with(&token), 401);
    }
}
