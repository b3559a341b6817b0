//! The JWT bearer grant by the command: each algorithm, keys of each form, and what is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use snow_token_end_to_end::{
    Outcome, fresh_home, private_file, run, run_with_input, set_mode, simulator, snow_token,
    snow_token_as,
};
use snow_token_simulator::{Simulator, VerifierKey};

mod openssl;
use openssl::openssl;

const SUBJECT: &str = "abel.tuter@example.com";

/// A key that the command made, and its certificate.
fn new_key(folder: &Path, key_type: &str) -> (PathBuf, String) {
    let key = folder.join(format!("{key_type}.pem"));
    let outcome = run(snow_token()
        .args(["key", "new", "--type", key_type, "--out"])
        .arg(&key));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let certificate = fs::read_to_string(key.with_extension("crt")).unwrap();
    (key, certificate)
}

/// A private key of OpenSSL, readable by this user alone.
fn openssl_key(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let key = folder.join(name);
    openssl(&[arguments, &["-out", key.to_str().unwrap()]].concat());
    set_mode(&key, 0o600);
    key
}

/// A certificate for it that OpenSSL made.
fn openssl_certificate(key: &Path) -> String {
    let file = key.with_extension("openssl.crt");
    let (key, out) = (key.to_str().unwrap(), file.to_str().unwrap());
    let subject = ["-subj", "/CN=gateway", "-days", "2", "-out", out];
    openssl(&[&["req", "-x509", "-new", "-key", key][..], &subject].concat());
    fs::read_to_string(file).unwrap()
}

/// A certificate for it that the command made.
fn certificate(key: &Path) -> String {
    let outcome = run(snow_token().args(["key", "cert"]).arg(key));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    outcome.stdout
}

fn add_verifier(simulator: &Simulator, client: &str, kid: Option<&str>, certificate: &str) {
    let client_id = simulator.client(client).client_id;
    let key = VerifierKey::CertificatePem(certificate.to_owned());
    let mut instance = simulator.instance();
    instance.add_jwt_verifier(&client_id, kid, &key).unwrap();
}

/// `snow-token token` as the client, by assertions that the key signs.
fn command(simulator: &Simulator, client: &str, key: &Path) -> Command {
    let mut command = snow_token_as(simulator, client);
    command
        .arg("token")
        .env("SERVICENOW_JWT_KEY_FILE", key)
        .env("SERVICENOW_JWT_SUBJECT", SUBJECT);
    command
}

fn expect_token(outcome: &Outcome, what: &str) {
    assert_eq!(outcome.code, 0, "{what}: {}", outcome.stderr);
    assert_eq!(outcome.stdout.trim_end().len(), 86, "{what}");
}

/// The assertions that have reached the instance.
fn assertions(simulator: &Simulator) -> Vec<String> {
    let instance = simulator.instance();
    let bodies = instance.requests().iter();
    let bodies = bodies.map(|request| String::from_utf8_lossy(&request.body).into_owned());
    bodies
        .filter_map(|body| {
            let fields = body.split('&');
            let assertion = fields
                .filter_map(|field| field.strip_prefix("assertion="))
                .next();
            assertion.map(str::to_owned)
        })
        .collect()
}

/// The claims of an assertion, as the command reads them.
fn claims(assertion: &str) -> Value {
    let mut inspect = snow_token();
    let outcome = run_with_input(
        inspect.args(["inspect", "--json", "--show"]),
        assertion.as_bytes(),
    );
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    json["claims"].clone()
}

#[test]
fn keys_of_the_command_sign_by_each_algorithm_of_theirs() {
    let simulator = simulator();
    let folder = fresh_home();
    for (key_type, algorithms) in [
        ("p256", &["ES256"][..]),
        ("p384", &["ES384"]),
        ("rsa2048", &["RS256", "RS384", "RS512"]),
        ("rsa3072", &["RS256"]),
    ] {
        let (key, certificate) = new_key(&folder, key_type);
        for client in ["jwt", "jwt_public"] {
            add_verifier(&simulator, client, Some("kid-1"), &certificate);
            for algorithm in algorithms {
                let outcome = run(command(&simulator, client, &key)
                    .env("SERVICENOW_JWT_KEY_ID", "kid-1")
                    .env("SERVICENOW_JWT_ALGORITHM", algorithm));
                expect_token(&outcome, &format!("{client} {algorithm}"));
            }
            let outcome = run(&mut command(&simulator, client, &key));
            expect_token(&outcome, &format!("{client} by what fits {key_type}"));
        }
    }
}

#[test]
fn keys_of_openssl_sign_in_each_form_that_they_have() {
    let simulator = simulator();
    let folder = fresh_home();
    let ec = |name: &str, curve: &str, form: &[&str]| {
        let key = openssl_key(
            &folder,
            &format!("{name}.pem"),
            &["ecparam", "-name", curve, "-genkey"],
        );
        match form {
            [] => key,
            form => {
                let key = key.to_str().unwrap();
                let name = format!("{name}-converted.pem");
                openssl_key(&folder, &name, &[form, &["-in", key]].concat())
            }
        }
    };
    const PKCS8: &[&str] = &["pkcs8", "-topk8", "-nocrypt"];
    let pkcs1 = folder.join("pkcs1.pem");
    let pkcs8 = openssl_key(&folder, "pkcs8.pem", &["genpkey", "-algorithm", "RSA"]);
    openssl(&[
        "rsa",
        "-traditional",
        "-in",
        pkcs8.to_str().unwrap(),
        "-out",
        pkcs1.to_str().unwrap(),
    ]);
    set_mode(&pkcs1, 0o600);
    for (what, key, label) in [
        ("P-256, SEC1", ec("a", "prime256v1", &[]), "EC PRIVATE KEY"),
        (
            "P-256, PKCS#8",
            ec("b", "prime256v1", PKCS8),
            "BEGIN PRIVATE KEY",
        ),
        ("P-384, SEC1", ec("c", "secp384r1", &[]), "EC PRIVATE KEY"),
        (
            "P-384, PKCS#8",
            ec("d", "secp384r1", PKCS8),
            "BEGIN PRIVATE KEY",
        ),
        ("RSA, PKCS#8", pkcs8, "BEGIN PRIVATE KEY"),
        ("RSA, PKCS#1", pkcs1, "RSA PRIVATE KEY"),
    ] {
        assert!(fs::read_to_string(&key).unwrap().contains(label), "{what}");
        for certificate in [certificate(&key), openssl_certificate(&key)] {
            add_verifier(&simulator, "jwt", None, &certificate);
            expect_token(
                &run(command(&simulator, "jwt", &key).arg("--refresh")),
                what,
            );
        }
    }
    // Certificates for P-521 come from OpenSSL alone.
    for (what, key) in [
        ("P-521, SEC1", ec("e", "secp521r1", &[])),
        ("P-521, PKCS#8", ec("f", "secp521r1", PKCS8)),
    ] {
        add_verifier(&simulator, "jwt", None, &openssl_certificate(&key));
        let outcome = run(command(&simulator, "jwt", &key)
            .arg("--refresh")
            .env("SERVICENOW_JWT_ALGORITHM", "ES512"));
        expect_token(&outcome, what);
    }
}

#[test]
fn a_shared_secret_signs_by_hs() {
    let simulator = simulator();
    let secret = [b's'; 64];
    let file = private_file(&fresh_home(), "secret", secret);
    for client in ["jwt", "jwt_public"] {
        let client_id = simulator.client(client).client_id;
        let key = VerifierKey::SharedSecret(secret.to_vec());
        let mut instance = simulator.instance();
        instance.add_jwt_verifier(&client_id, None, &key).unwrap();
        drop(instance);
        for algorithm in ["HS256", "HS384", "HS512"] {
            let outcome = run(command(&simulator, client, &file)
                .arg("--refresh")
                .env("SERVICENOW_JWT_ALGORITHM", algorithm));
            expect_token(&outcome, &format!("{client} {algorithm}"));
        }
    }
}

#[test]
fn a_wrong_kid_or_key_is_refused() {
    let simulator = simulator();
    let folder = fresh_home();
    let (key, certificate) = new_key(&folder, "p256");
    let (other_key, _) = new_key(&folder, "p384");
    add_verifier(&simulator, "jwt", Some("right"), &certificate);
    for (key, kid) in [(&key, "wrong"), (&other_key, "right")] {
        let outcome = run(command(&simulator, "jwt", key).env("SERVICENOW_JWT_KEY_ID", kid));
        assert_eq!(outcome.code, 4, "{kid}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains("hint:"), "{}", outcome.stderr);
        // Nothing of what was sent is in what is said.
        for assertion in assertions(&simulator) {
            assert!(!outcome.stderr.contains(&assertion[..40]));
        }
    }
    let outcome = run(command(&simulator, "jwt", &key).env("SERVICENOW_JWT_KEY_ID", "right"));
    expect_token(&outcome, "right");
}

#[test]
fn an_administrator_as_subject_is_refused_in_words() {
    let simulator = simulator();
    let (key, certificate) = new_key(&fresh_home(), "p256");
    add_verifier(&simulator, "jwt", None, &certificate);
    let outcome =
        run(command(&simulator, "jwt", &key).env("SERVICENOW_JWT_SUBJECT", "admin@example.com"));
    assert_eq!(outcome.code, 4, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("admin is not allowed"),
        "{}",
        outcome.stderr
    );
    assert!(
        outcome.stderr.contains("is an administrator"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn neither_key_nor_assertion_is_in_the_log() {
    let simulator = simulator();
    let (key, certificate) = new_key(&fresh_home(), "p256");
    add_verifier(&simulator, "jwt", None, &certificate);
    let outcome = run(command(&simulator, "jwt", &key).arg("-vv"));
    expect_token(&outcome, "-vv");
    assert!(outcome.stderr.contains("POST"), "{}", outcome.stderr);
    let pem = fs::read_to_string(&key).unwrap();
    let key_lines = pem.lines().filter(|line| !line.starts_with("-----"));
    let sent = assertions(&simulator);
    assert_eq!(sent.len(), 1);
    let parts = sent.iter().flat_map(|sent| sent.split('.'));
    for secret in key_lines.chain(parts).chain([outcome.stdout.trim()]) {
        assert!(!outcome.stderr.contains(secret), "{}", outcome.stderr);
    }
}

#[test]
fn each_attempt_has_a_jti_of_its_own() {
    let simulator = simulator();
    let (key, certificate) = new_key(&fresh_home(), "p256");
    add_verifier(&simulator, "jwt", None, &certificate);
    simulator
        .instance()
        .script_token_answer(503, "text/html", "busy");
    for _ in 0..4 {
        run(command(&simulator, "jwt", &key).arg("--refresh"));
    }
    let sent = assertions(&simulator);
    assert!(sent.len() >= 4, "{} attempts", sent.len());
    let mut ids: Vec<_> = sent
        .iter()
        .map(|sent| claims(sent)["jti"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), sent.len());
}

#[test]
fn a_clock_that_is_wrong_is_corrected_by_the_instances() {
    for offset_secs in [-600, 600] {
        let simulator = simulator();
        let (key, certificate) = new_key(&fresh_home(), "p256");
        add_verifier(&simulator, "jwt", None, &certificate);
        simulator.instance().set_clock(offset_secs);
        let outcome = run(&mut command(&simulator, "jwt", &key));
        expect_token(&outcome, &format!("{offset_secs} s"));
        let where_to = match offset_secs {
            0.. => "behind",
            _ => "ahead of",
        };
        assert!(
            outcome.stderr.contains(where_to),
            "{offset_secs} s: {}",
            outcome.stderr
        );
        // One that was refused, and one by the instance's clock.
        let sent = assertions(&simulator);
        assert_eq!(sent.len(), 2, "{offset_secs} s");
        let issued = |assertion: &str| claims(assertion)["iat"].as_i64().unwrap();
        let correction = issued(&sent[1]) - issued(&sent[0]);
        assert!((correction - offset_secs).abs() <= 5, "{correction} s");
    }
}

#[test]
fn an_assertion_that_is_printed_is_good_for_one_request() {
    let simulator = simulator();
    let (key, certificate) = new_key(&fresh_home(), "p256");
    add_verifier(&simulator, "jwt", Some("kid-1"), &certificate);
    let client_id = simulator.client("jwt").client_id;
    let assertion = |argument: &[&str], method: &str| {
        run(snow_token()
            .arg("assertion")
            .args(argument)
            .env("SERVICENOW_AUTH_METHOD", method)
            .env("SERVICENOW_CLIENT_ID", &client_id)
            .env("SERVICENOW_JWT_KEY_FILE", &key)
            .env("SERVICENOW_JWT_KEY_ID", "kid-1")
            .env("SERVICENOW_JWT_SUBJECT", SUBJECT))
    };
    // Neither an instance nor a secret is needed, and the way in does not count.
    let bare = assertion(&[], "api_key");
    assert_eq!((bare.code, &*bare.stderr), (0, ""));
    assert_eq!(bare.stdout.trim_end().split('.').count(), 3);
    assert_eq!(bare.stdout.lines().count(), 1);
    let expected = claims(&bare.stdout);
    assert_eq!(expected["aud"], *client_id);
    assert_eq!(expected["sub"], SUBJECT);

    let json = assertion(&["--json"], "basic");
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    let signed = claims(json["assertion"].as_str().unwrap());
    assert_eq!(json["jti"], signed["jti"]);
    assert_eq!(json["expires_at"], signed["exp"]);
    assert_ne!(signed["jti"], expected["jti"]);

    let shown = assertion(&["--claims"], "oauth2_jwt_bearer");
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    assert_eq!(shown["header"]["alg"], "ES256");
    assert_eq!(shown["header"]["kid"], "kid-1");
    assert_eq!(shown["claims"]["iss"], *client_id);
}

#[test]
fn an_assertion_without_its_settings_is_an_error_that_names_them() {
    let (key, _) = new_key(&fresh_home(), "p256");
    let set = [
        ("SERVICENOW_CLIENT_ID", "id"),
        ("SERVICENOW_JWT_KEY_FILE", key.to_str().unwrap()),
        ("SERVICENOW_JWT_SUBJECT", SUBJECT),
    ];
    for (missing, _) in set {
        let mut command = snow_token();
        let others = set.iter().filter(|(name, _)| *name != missing);
        let outcome = run(command.arg("assertion").envs(others.copied()));
        assert_eq!(outcome.code, 3, "{missing}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(missing), "{}", outcome.stderr);
    }
}
