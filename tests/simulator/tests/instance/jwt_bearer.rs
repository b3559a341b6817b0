//! `urn:ietf:params:oauth:grant-type:jwt-bearer`: which assertions an instance takes.

use core::time::Duration;

use serde_json::{Value, json};
use snow_token_simulator::{
    AssertionRules, InstanceOptions, RegisteredClient, UserField, VerifierKey,
};

use crate::{
    keys::Signer,
    support::{Answered, Asked, BEGIN, HOST},
};

const GRANT: (&str, &str) = ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");

/// Good claims, with some of them changed; null leaves one out.
fn claims(client: &RegisteredClient, changed: Value) -> Value {
    let mut claims = json!({
        "aud": client.client_id,
        "iss": client.client_id,
        "sub": "abel.tuter@example.com",
        "iat": BEGIN,
        "exp": BEGIN + 60,
        "jti": format!("{changed}"),
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
        .as_object_mut()
        .unwrap()
        .retain(|_, value| !value.is_null());
    claims
}

/// An instance where the client has one map, for ES256.
struct Set {
    asked: Asked,
    client: RegisteredClient,
    signer: Signer,
}

impl Set {
    fn up(client: &str, options: InstanceOptions) -> Self {
        let mut asked = Asked::with(options);
        let client = asked.client(client);
        let signer = Signer::es256();
        let key = signer.verifier_key();
        asked
            .instance
            .add_jwt_verifier(&client.client_id, Some("key1"), &key)
            .unwrap();
        Self {
            asked,
            client,
            signer,
        }
    }

    fn with_rules(assertions: AssertionRules) -> Self {
        Self::up(
            "jwt",
            InstanceOptions {
                assertions,
                ..InstanceOptions::default()
            },
        )
    }

    fn send(&mut self, changed: Value) -> Answered {
        let claims = claims(&self.client, changed);
        self.send_signed(&self.signer.sign(&header("ES256", Some("key1")), &claims))
    }

    fn send_signed(&mut self, assertion: &str) -> Answered {
        self.asked
            .token(&self.client, &[GRANT, ("assertion", assertion)])
    }
}

impl Default for Set {
    fn default() -> Self {
        Self::up("jwt", InstanceOptions::default())
    }
}

fn header(algorithm: &str, kid: Option<&str>) -> Value {
    let mut header = json!({ "alg": algorithm, "typ": "JWT" });
    if let Some(kid) = kid {
        header["kid"] = kid.into();
    }
    header
}

#[test]
fn a_good_assertion_brings_a_token_of_its_user_and_no_refresh_token() {
    let mut set = Set::default();
    let answered = set.send(json!({}));
    assert_eq!(answered.status, 200, "{answered:?}");
    assert_eq!(answered.json().get("refresh_token"), None);
    assert_eq!(answered.text("scope"), "table_read table_read_write");
    assert_eq!(set.asked.read_with(&answered.text("access_token")), 200);
    // For another user it is another token.
    let other = set.send(json!({ "sub": "integration.user@example.com" }));
    assert_ne!(answered.text("access_token"), other.text("access_token"));
    let again = set.send(json!({ "jti": "again" }));
    assert_eq!(answered.text("access_token"), again.text("access_token"));
}

#[test]
fn every_algorithm_is_verified() {
    let mut signers = vec![
        Signer::es256(),
        Signer::es384(),
        Signer::secret("HS256", b"a secret of both sides"),
        Signer::secret("HS384", b"a secret of both sides"),
        Signer::secret("HS512", b"a secret of both sides"),
    ];
    #[cfg(feature = "rsa")]
    signers.extend([
        Signer::es512(),
        Signer::rsa("RS256"),
        Signer::rsa("RS384"),
        Signer::rsa("RS512"),
    ]);
    for signer in signers.drain(..) {
        let mut asked = Asked::default();
        let client = asked.client("jwt");
        let key = signer.verifier_key();
        asked
            .instance
            .add_jwt_verifier(&client.client_id, None, &key)
            .unwrap();
        let good = signer.sign(&header(signer.algorithm, None), &claims(&client, json!({})));
        let answered = asked.token(&client, &[GRANT, ("assertion", &good)]);
        assert_eq!(answered.status, 200, "{}: {answered:?}", signer.algorithm);

        // Another signature of the right length.
        let other = signer.sign(
            &header(signer.algorithm, None),
            &claims(&client, json!({"a": 1})),
        );
        let (input, _) = good.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        let forged = format!("{input}.{signature}");
        asked
            .token(&client, &[GRANT, ("assertion", &forged)])
            .must_be_error("invalid_grant", "the signature is wrong");
    }
}

#[test]
fn the_algorithm_must_fit_the_key() {
    let mut set = Set::default();
    let claims = claims(&set.client, json!({}));
    let unfit = "the algorithm does not fit the key of the verifier map";
    for algorithm in ["none", "None", "ES384", "RS256", "HS256", "es256"] {
        let assertion = set.signer.sign(&header(algorithm, Some("key1")), &claims);
        set.send_signed(&assertion)
            .must_be_error("invalid_grant", unfit);
    }
    let nothing = set
        .signer
        .sign(&json!({ "typ": "JWT", "kid": "key1" }), &claims);
    set.send_signed(&nothing)
        .must_be_error("invalid_grant", "the header has no alg");
    let mut critical = header("ES256", Some("key1"));
    critical["crit"] = json!(["b64"]);
    let critical = set.signer.sign(&critical, &claims);
    set.send_signed(&critical)
        .must_be_error("invalid_grant", "the header has critical extensions");
}

#[cfg(feature = "rsa")]
#[test]
fn a_public_key_is_no_secret_for_hmac() {
    let mut asked = Asked::default();
    let client = asked.client("jwt");
    let rsa = Signer::rsa("RS256");
    asked
        .instance
        .add_jwt_verifier(&client.client_id, None, &rsa.verifier_key())
        .unwrap();
    let VerifierKey::CertificatePem(pem) = rsa.verifier_key() else {
        unreachable!()
    };
    for secret in [pem.into_bytes(), crate::keys::public_bytes(&rsa)] {
        let forged = Signer::secret("HS256", &secret)
            .sign(&header("HS256", None), &claims(&client, json!({})));
        asked
            .token(&client, &[GRANT, ("assertion", &forged)])
            .must_be_error(
                "invalid_grant",
                "the algorithm does not fit the key of the verifier map",
            );
    }
}

#[test]
fn claims_that_are_refused() {
    let mut set = Set::default();
    for (changed, description) in [
        (json!({ "aud": null }), "aud is not the client ID"),
        (json!({ "aud": "another" }), "aud is not the client ID"),
        (
            json!({ "aud": format!("https://{HOST}/oauth_token.do") }),
            "aud is not the client ID",
        ),
        (json!({ "iss": null }), "iss is not the client ID"),
        (json!({ "iss": "another" }), "iss is not the client ID"),
        (json!({ "sub": null }), "sub is missing"),
        (
            json!({ "sub": "nobody@example.com" }),
            "no user has the subject",
        ),
        (
            json!({ "sub": "former.user@example.com" }),
            "no user has the subject",
        ),
        (json!({ "sub": "abel.tuter" }), "no user has the subject"),
        (
            json!({ "sub": "admin@example.com" }),
            "Grant access token to admin is not allowed",
        ),
        (json!({ "exp": null }), "exp is missing"),
        (json!({ "exp": BEGIN }), "exp has passed"),
        (
            json!({ "exp": format!("{}", BEGIN + 60) }),
            "a time is not a number",
        ),
        (json!({ "exp": -1 }), "a time is no time"),
        (json!({ "exp": 1e300 }), "a time is no time"),
        (json!({ "iat": BEGIN + 1 }), "iat is in the future"),
        (json!({ "nbf": BEGIN + 1 }), "nbf is in the future"),
        (json!({ "jti": null }), "jti is missing"),
        (json!({ "jti": "" }), "jti is missing"),
    ] {
        set.send(changed)
            .must_be_error("invalid_grant", description);
    }
}

#[test]
fn claims_that_are_good() {
    let mut set = Set::default();
    let client_id = set.client.client_id.clone();
    for changed in [
        json!({ "aud": [client_id, "another"] }),
        json!({ "iat": null }),
        json!({ "exp": BEGIN + 1 }),
        json!({ "exp": BEGIN as f64 + 0.5 }),
        json!({ "nbf": BEGIN }),
        json!({ "custom": { "a": [1] } }),
    ] {
        let answered = set.send(changed);
        assert_eq!(answered.status, 200, "{answered:?}");
    }
}

#[test]
fn the_skew_can_be_as_on_older_forms() {
    let mut set = Set::with_rules(AssertionRules {
        clock_skew: Duration::from_secs(300),
        ..AssertionRules::default()
    });
    assert_eq!(
        set.send(json!({ "iat": BEGIN + 300, "exp": BEGIN + 360 }))
            .status,
        200
    );
    assert_eq!(set.send(json!({ "exp": BEGIN - 299 })).status, 200);
    set.send(json!({ "exp": BEGIN - 300 }))
        .must_be_error("invalid_grant", "exp has passed");
    set.send(json!({ "iat": BEGIN + 301 }))
        .must_be_error("invalid_grant", "iat is in the future");
}

#[test]
fn the_instance_judges_by_its_own_clock() {
    let mut set = Set::default();
    set.asked.instance.set_clock(-1);
    set.send(json!({}))
        .must_be_error("invalid_grant", "iat is in the future");
    set.asked.instance.set_clock(60);
    set.send(json!({}))
        .must_be_error("invalid_grant", "exp has passed");
    set.asked.instance.set_clock(59);
    assert_eq!(set.send(json!({})).status, 200);
}

#[test]
fn a_jti_counts_once() {
    let mut set = Set::default();
    assert_eq!(set.send(json!({})).status, 200);
    set.send(json!({}))
        .must_be_error("invalid_grant", "jti was used before");
    let mut set = Set::with_rules(AssertionRules {
        jti_checked: false,
        ..AssertionRules::default()
    });
    assert_eq!(set.send(json!({ "jti": "a" })).status, 200);
    assert_eq!(set.send(json!({ "jti": "a" })).status, 200);
    assert_eq!(set.send(json!({ "jti": null })).status, 200);
}

#[test]
fn the_token_url_is_an_audience_where_that_is_set() {
    let mut set = Set::with_rules(AssertionRules {
        token_url_as_audience: true,
        ..AssertionRules::default()
    });
    let token_url = format!("https://{HOST}/oauth_token.do");
    assert_eq!(set.send(json!({ "aud": token_url })).status, 200);
    assert_eq!(set.send(json!({})).status, 200);
}

#[test]
fn a_claim_validation_demands_a_claim() {
    let mut set = Set::with_rules(AssertionRules {
        required_claims: vec![("tenant".to_owned(), "plant-1".to_owned())],
        ..AssertionRules::default()
    });
    assert_eq!(set.send(json!({ "tenant": "plant-1" })).status, 200);
    for changed in [json!({}), json!({ "tenant": "plant-2" })] {
        set.send(changed)
            .must_be_error("invalid_grant", "a claim validation failed");
    }
}

#[test]
fn times_beyond_counting_do_no_harm() {
    let mut set = Set::up(
        "jwt",
        InstanceOptions {
            token_lifetime: Duration::MAX,
            assertions: AssertionRules {
                clock_skew: Duration::MAX,
                ..AssertionRules::default()
            },
            ..InstanceOptions::default()
        },
    );
    for exp in [9.2e18, 1.0] {
        let answered = set.send(json!({ "exp": exp }));
        assert_eq!(answered.status, 200, "{exp}: {answered:?}");
    }
    set.asked.instance.set_clock(i64::MAX);
    set.asked.instance.advance_clock(Duration::MAX);
    set.send(json!({}))
        .must_be_error("invalid_grant", "exp has passed");
    set.asked.instance.set_clock(i64::MIN);
    assert_eq!(set.send(json!({ "jti": "b" })).status, 200);
}

#[test]
fn the_kid_selects_the_map() {
    let mut set = Set::default();
    let client_id = set.client.client_id.clone();
    let unknown = "no JWT Verifier Map of the client has the kid";
    let sign = |set: &Set, signer: &Signer, kid, jti: &str| {
        signer.sign(
            &header(signer.algorithm, kid),
            &claims(&set.client, json!({ "jti": jti })),
        )
    };
    // One map: blank will do, another one will not.
    let blank = sign(&set, &set.signer, None, "1");
    assert_eq!(set.send_signed(&blank).status, 200);
    let other = sign(&set, &set.signer, Some("key2"), "2");
    set.send_signed(&other)
        .must_be_error("invalid_grant", unknown);

    let second = Signer::es384();
    let key = second.verifier_key();
    set.asked
        .instance
        .add_jwt_verifier(&client_id, Some("key2"), &key)
        .unwrap();
    let with_second = sign(&set, &second, Some("key2"), "3");
    assert_eq!(set.send_signed(&with_second).status, 200);
    let with_first = sign(&set, &set.signer, Some("key1"), "4");
    assert_eq!(set.send_signed(&with_first).status, 200);
    let blank = sign(&set, &set.signer, None, "5");
    set.send_signed(&blank)
        .must_be_error("invalid_grant", unknown);
}

#[test]
fn a_client_without_a_map_is_refused() {
    let mut asked = Asked::default();
    let client = asked.client("jwt");
    let signer = Signer::es256();
    let assertion = signer.sign(&header("ES256", None), &claims(&client, json!({})));
    asked
        .token(&client, &[GRANT, ("assertion", &assertion)])
        .must_be_error("invalid_grant", "the client has no JWT Verifier Map");
}

#[test]
fn the_user_field_says_what_the_subject_names() {
    let mut clients = RegisteredClient::samples();
    for client in &mut clients {
        client.user_field = UserField::UserName;
    }
    let mut set = Set::up(
        "jwt",
        InstanceOptions {
            clients,
            ..InstanceOptions::default()
        },
    );
    assert_eq!(set.send(json!({ "sub": "abel.tuter" })).status, 200);
    set.send(json!({}))
        .must_be_error("invalid_grant", "no user has the subject");
}

#[test]
fn a_public_client_shows_no_secret_and_need_not_say_who_it_is() {
    let mut set = Set::up("jwt_public", InstanceOptions::default());
    assert_eq!(set.send(json!({})).status, 200);
    let claims = claims(&set.client, json!({ "jti": "2" }));
    let assertion = set.signer.sign(&header("ES256", None), &claims);
    let parameters = [GRANT, ("assertion", assertion.as_str())];
    let answered = set.asked.post_form("/oauth_token.do", &[], &parameters);
    assert_eq!(answered.status, 200, "{answered:?}");
}

#[test]
fn a_private_client_must_show_its_secret() {
    let mut set = Set::default();
    let assertion = set
        .signer
        .sign(&header("ES256", None), &claims(&set.client, json!({})));
    let parameters = [GRANT, ("assertion", assertion.as_str())];
    set.asked
        .post_form("/oauth_token.do", &[], &parameters)
        .must_be_access_denied();
    set.client.client_secret.push('x');
    set.send_signed(&assertion).must_be_access_denied();
    let mut set = Set::up("writer", InstanceOptions::default());
    set.send(json!({})).must_be_access_denied();
}

#[test]
fn what_is_no_jwt_is_refused() {
    let mut set = Set::default();
    for assertion in ["a.b.c", "no dots", "..", "e30.e30", " "] {
        set.send_signed(assertion)
            .must_be_error("invalid_grant", "the assertion is not a JWT");
    }
    set.send_signed("")
        .must_be_error("invalid_request", "assertion is missing");
}

#[test]
fn keys_that_no_map_takes() {
    let mut asked = Asked::default();
    let mut add = |key| asked.instance.add_jwt_verifier("client", None, &key);
    assert!(add(VerifierKey::SharedSecret(Vec::new())).is_err());
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for pem in ["", "not PEM", broken] {
        assert!(
            add(VerifierKey::CertificatePem(pem.to_owned())).is_err(),
            "{pem}"
        );
    }
    let ed25519 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
    let params = rcgen::CertificateParams::new(["client".to_owned()]).unwrap();
    let pem = params.self_signed(&ed25519).unwrap().pem();
    let error = add(VerifierKey::CertificatePem(pem)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the key of the certificate is neither RSA nor EC"
    );
}

/// Made with OpenSSL; their private keys are gone.
#[test]
fn certificates_made_elsewhere() {
    let mut asked = Asked::default();
    let mut add = |pem: &str| {
        let key = VerifierKey::CertificatePem(pem.to_owned());
        asked.instance.add_jwt_verifier("client", None, &key)
    };
    assert_eq!(add(include_str!("certificates/version1_p256.pem")), Ok(()));
    assert_eq!(add(include_str!("certificates/rsa4096.pem")), Ok(()));
    let error = add(include_str!("certificates/rsa1024.pem")).unwrap_err();
    assert_eq!(error.to_string(), "the RSA key has not 2048 to 4096 bits");
    let error = add(include_str!("certificates/secp256k1.pem")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the curve is none of P-256, P-384 and P-521"
    );
}
