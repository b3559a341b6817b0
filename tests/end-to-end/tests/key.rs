//! `snow-token key`: keys, certificates, and whether they belong together.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use snow_token_end_to_end::{Outcome, fresh_home, run, run_with_input, set_mode, snow_token};

mod openssl;
use openssl::openssl;

fn key(arguments: &[&str]) -> Outcome {
    run(snow_token().arg("key").args(arguments))
}

fn new(folder: &Path, name: &str, arguments: &[&str]) -> (PathBuf, Outcome) {
    let file = folder.join(name);
    let out = ["new", "--out", file.to_str().unwrap()];
    let outcome = key(&[&out, arguments].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    (file, outcome)
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The lines of a PEM file that are the key itself.
fn secret_lines(file: &Path) -> Vec<String> {
    let pem = fs::read_to_string(file).unwrap();
    let lines = pem.lines().filter(|line| !line.starts_with("-----"));
    lines.map(str::to_owned).collect()
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_new_key_is_for_its_owner_and_comes_with_its_certificate() {
    let folder = fresh_home();
    for (key_type, words) in [
        ("p256", "NIST CURVE: P-256"),
        ("p384", "NIST CURVE: P-384"),
        ("rsa2048", "(2048 bit)"),
        ("rsa3072", "(3072 bit)"),
        ("rsa4096", "(4096 bit)"),
    ] {
        let name = format!("{key_type}.pem");
        let (file, outcome) = new(&folder, &name, &["--type", key_type]);
        let certificate = folder.join(format!("{key_type}.crt"));
        assert_eq!(outcome.stderr, "");
        #[cfg(unix)]
        {
            assert_eq!(mode(&file), 0o600, "{key_type}");
            assert_eq!(mode(&certificate) & 0o600, 0o600, "{key_type}");
        }
        for line in secret_lines(&file) {
            assert!(!outcome.stdout.contains(&line), "{key_type}");
        }
        // As another implementation reads them.
        openssl(&["pkey", "-in", text(&file), "-check", "-noout"]);
        let read = openssl(&["x509", "-in", text(&certificate), "-noout", "-text"]);
        assert!(read.contains(words), "{read}");
        let trust = ["-CAfile", text(&certificate), text(&certificate)];
        openssl(&[&["verify"][..], &trust].concat());
        assert!(
            fs::read_to_string(&file)
                .unwrap()
                .starts_with("-----BEGIN PRIVATE KEY-----\n")
        );

        let outcome = key(&["check", text(&file), text(&certificate)]);
        assert_eq!((outcome.code, &*outcome.stderr), (0, ""));
        assert!(outcome.stdout.ends_with("They belong together.\n"));
    }
    // Nothing else is left there.
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 10);
}

#[test]
fn what_to_do_with_a_new_key_is_said_for_both_places() {
    let folder = fresh_home();
    let (file, outcome) = new(
        &folder,
        "it's mine.pem",
        &["--kid", "2026-11", "--cn", "Gateway Oslo"],
    );
    let certificate = fs::read_to_string(file.with_extension("crt")).unwrap();
    for words in [
        &*certificate,
        "sys_certificate",
        "Machine Identity Console > Inbound integrations",
        "System OAuth > Application Registry",
        "JWT Verifier Map",
        "export SERVICENOW_AUTH_METHOD=oauth2_jwt_bearer\n",
        "export SERVICENOW_JWT_KEY_ID=2026-11\n",
        r"it'\''s mine.pem'",
    ] {
        assert!(
            outcome.stdout.contains(words),
            "{words}: {}",
            outcome.stdout
        );
    }
    let subject = openssl(&[
        "x509",
        "-in",
        text(&file.with_extension("crt")),
        "-noout",
        "-subject",
    ]);
    assert!(subject.contains("Gateway Oslo"), "{subject}");
}

#[test]
fn the_kid_is_that_of_the_key_unless_it_is_chosen() {
    let folder = fresh_home();
    let (file, outcome) = new(&folder, "a.pem", &["--json", "--days", "10"]);
    let json: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let kid = json["kid"].as_str().unwrap();
    assert_eq!(kid.len(), 16);
    assert_eq!(json["algorithm"], "ES256");
    assert_eq!(json["key_file"], text(&file));
    let check = key(&[
        "check",
        "--json",
        text(&file),
        json["certificate_file"].as_str().unwrap(),
    ]);
    let check: Value = serde_json::from_str(&check.stdout).unwrap();
    assert_eq!(check["kid"], kid);
    assert_eq!(check["belong_together"], true);
    assert_eq!(check["key"], "EC, P-256");
    let certificate = &check["certificate"];
    assert_eq!(certificate["not_after"], json["not_after"]);
    let (from, to) = (
        certificate["not_before"].as_u64(),
        certificate["not_after"].as_u64(),
    );
    assert_eq!(to.unwrap() - from.unwrap(), 10 * 86_400 + 3600);
    for bad in ["", "  ", "a\nb"] {
        assert_eq!(key(&["new", "--kid", bad]).code, 2);
    }
}

#[test]
fn a_file_that_is_there_is_not_overwritten() {
    let folder = fresh_home();
    let (file, certificate) = (folder.join("a.pem"), folder.join("a.crt"));
    for taken in [&file, &certificate] {
        fs::write(taken, "mine").unwrap();
        let outcome = key(&["new", "--out", text(&file)]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains(text(taken)), "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("is not overwritten"),
            "{}",
            outcome.stderr
        );
        assert_eq!(fs::read_to_string(taken).unwrap(), "mine");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_file(taken).unwrap();
    }
    let (file, _) = new(&folder, "a.pem", &[]);
    let before = fs::read_to_string(&certificate).unwrap();
    let outcome = key(&["cert", text(&file), "--out", text(&certificate)]);
    assert_eq!(outcome.code, 2);
    assert_eq!(fs::read_to_string(&certificate).unwrap(), before);
    let nowhere = folder.join("none").join("a.pem");
    assert_eq!(key(&["new", "--out", text(&nowhere)]).code, 2);
}

#[test]
fn a_key_that_is_there_gets_a_certificate() {
    let folder = fresh_home();
    let (file, _) = new(&folder, "a.pem", &[]);
    let pem = fs::read(&file).unwrap();
    let mut from_input = snow_token();
    let printed = run_with_input(from_input.args(["key", "cert", "-", "--cn", "b"]), &pem);
    assert_eq!((printed.code, &*printed.stderr), (0, ""));
    assert!(printed.stdout.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(printed.stdout.ends_with("-----END CERTIFICATE-----\n"));
    let certificate = folder.join("b.crt");
    let written = key(&["cert", text(&file), "--out", text(&certificate)]);
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert!(written.stdout.contains(text(&certificate)));
    assert_eq!(key(&["check", text(&file), text(&certificate)]).code, 0);
}

#[test]
fn a_key_and_a_certificate_that_do_not_belong_together_are_told() {
    let folder = fresh_home();
    let (a, _) = new(&folder, "a.pem", &[]);
    let (b, _) = new(&folder, "b.pem", &["--type", "rsa2048"]);
    let outcome = key(&["check", text(&a), text(&b.with_extension("crt"))]);
    assert_eq!(outcome.code, 3);
    assert!(outcome.stdout.contains("EC, P-256"), "{}", outcome.stdout);
    assert!(
        outcome.stdout.contains("RSA, 2048 bits"),
        "{}",
        outcome.stdout
    );
    assert!(
        outcome.stderr.contains("do not belong together"),
        "{}",
        outcome.stderr
    );
    let json = key(&["check", "--json", text(&a), text(&b.with_extension("crt"))]);
    let json: Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(json["belong_together"], false);
}

#[test]
fn keys_that_ring_does_not_take_are_told_from_others() {
    let folder = fresh_home();
    let mut keys = Vec::new();
    for (name, curve) in [
        ("a", "secp521r1"),
        ("b", "secp521r1"),
        ("c", "prime256v1"),
        ("d", "secp384r1"),
    ] {
        let whole = folder.join(format!("{name}-whole.pem"));
        openssl(&[
            "ecparam",
            "-name",
            curve,
            "-genkey",
            "-noout",
            "-out",
            text(&whole),
        ]);
        let half = folder.join(format!("{name}-half.pem"));
        openssl(&["ec", "-in", text(&whole), "-no_public", "-out", text(&half)]);
        let certificate = folder.join(format!("{name}.crt"));
        openssl(&[
            "req",
            "-x509",
            "-new",
            "-key",
            text(&whole),
            "-subj",
            "/CN=a",
            "-days",
            "2",
            "-out",
            text(&certificate),
        ]);
        for file in [&whole, &half] {
            set_mode(file, 0o600);
        }
        for key_file in [&whole, &half] {
            let outcome = key(&["check", text(key_file), text(&certificate)]);
            assert_eq!(outcome.code, 0, "{curve}: {}", outcome.stderr);
        }
        keys.push((half, certificate));
    }
    assert_eq!(key(&["check", text(&keys[0].0), text(&keys[1].1)]).code, 3);
    for (half, certificate) in &keys[2..] {
        let made = key(&["cert", text(half)]);
        assert_eq!(made.code, 0, "{}", made.stderr);
        fs::write(certificate, made.stdout).unwrap();
        let trust = ["-CAfile", text(certificate), text(certificate)];
        openssl(&[&["verify"][..], &trust].concat());
    }
}

#[test]
fn a_certificate_that_has_run_out_is_warned_of() {
    let folder = fresh_home();
    let (file, _) = new(&folder, "a.pem", &[]);
    let certificate = folder.join("old.crt");
    let request = folder.join("request");
    let asks = ["-subj", "/CN=a", "-out", text(&request)];
    openssl(&[&["req", "-new", "-key", text(&file)][..], &asks].concat());
    // A negative number of days: it ended before it began.
    openssl(&[
        "x509",
        "-req",
        "-in",
        text(&request),
        "-signkey",
        text(&file),
        "-days",
        "-1",
        "-out",
        text(&certificate),
    ]);
    let outcome = key(&["check", text(&file), text(&certificate)]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("has run out"), "{}", outcome.stderr);
}

#[test]
fn what_is_no_key_or_no_certificate_is_told_without_repeating_it() {
    let folder = fresh_home();
    let (file, _) = new(&folder, "a.pem", &[]);
    let certificate = file.with_extension("crt");
    let encrypted = folder.join("encrypted.pem");
    openssl(&[
        "pkcs8",
        "-topk8",
        "-in",
        text(&file),
        "-passout",
        "pass:hunter2",
        "-out",
        text(&encrypted),
    ]);
    let p521 = folder.join("p521.pem");
    openssl(&[
        "ecparam",
        "-name",
        "secp521r1",
        "-genkey",
        "-out",
        text(&p521),
    ]);
    let ed25519 = folder.join("ed25519.pem");
    openssl(&["genpkey", "-algorithm", "ed25519", "-out", text(&ed25519)]);
    let small = folder.join("small.pem");
    openssl(&["genrsa", "-out", text(&small), "1024"]);
    let words = folder.join("words.txt");
    fs::write(&words, "hunter2-s3cret\n").unwrap();
    for file in [&certificate, &encrypted, &p521, &ed25519, &small, &words] {
        set_mode(file, 0o600);
    }
    for (no_key, said) in [
        (&certificate, "there is no private key in it"),
        (&encrypted, "the private key is encrypted"),
        (&p521, "EC, P-521"),
        (&ed25519, "key"),
        (&small, "2048 bits or more"),
        (&words, "there is no private key in it"),
    ] {
        let outcome = key(&["cert", text(no_key)]);
        assert_eq!(outcome.code, 3, "{said}: {}", outcome.stderr);
        assert_eq!(outcome.stdout, "");
        assert!(outcome.stderr.contains(said), "{said}: {}", outcome.stderr);
        let is_key = no_key == &p521;
        assert!(
            is_key || outcome.stderr.contains(text(no_key)),
            "{}",
            outcome.stderr
        );
        assert!(!outcome.stderr.contains("hunter2"));
    }
    for no_certificate in [&file, &words] {
        let outcome = key(&["check", text(&file), text(no_certificate)]);
        assert_eq!(outcome.code, 3, "{}", outcome.stderr);
        assert!(outcome.stderr.contains("certificate"), "{}", outcome.stderr);
        assert!(!outcome.stderr.contains("hunter2"));
        for line in secret_lines(&file) {
            assert!(!outcome.stderr.contains(&line));
        }
    }
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused() {
    let (file, _) = new(&fresh_home(), "a.pem", &[]);
    set_mode(&file, 0o644);
    let outcome = key(&["cert", text(&file)]);
    assert_eq!(outcome.code, 3);
    assert!(outcome.stderr.contains("chmod 600"), "{}", outcome.stderr);
}

/// A limit on the size of files stands for a full disk.
#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_is_no_fault_of_usage() {
    let folder = fresh_home();
    let program = snow_token().get_program().to_owned();
    let limited = "trap '' XFSZ; ulimit -f 0; exec \"$@\"";
    let mut command = std::process::Command::new("sh");
    command.args(["-c", limited, "sh"]).arg(program);
    let outcome = run(command.args(["key", "new", "--out", text(&folder.join("a.pem"))]));
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    assert!(outcome.stderr.contains("a.pem: "), "{}", outcome.stderr);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let folder = fresh_home();
    let (file, _) = new(&folder, "a.pem", &[]);
    for certificate in [folder.join("none.crt"), file.clone()] {
        let outcome = key(&["check", text(&file), text(&certificate)]);
        assert_eq!(outcome.code, 3);
        assert!(
            outcome.stderr.contains(text(&certificate)),
            "{}",
            outcome.stderr
        );
    }
}
