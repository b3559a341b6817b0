//! When the firmware was built, and the built-in roots out of Mozilla's list, as Rust constants.

use core::fmt::Write as _;
use std::{
    env, fs,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

/// The roots of the certificates that instances have, as their subjects end, and the feature without
/// which a root's key would be of no use.
const ROOTS: [(&str, &str, &str); 2] = [
    (
        "DIGICERT_GLOBAL_ROOT_G3",
        "DigiCert Global Root G3",
        "CARGO_FEATURE_P384",
    ),
    (
        "DIGICERT_GLOBAL_ROOT_G2",
        "DigiCert Global Root G2",
        "CARGO_FEATURE_RSA",
    ),
];

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    write_build_time();
    write_roots();
}

/// `SOURCE_DATE_EPOCH`, where it is set, makes the firmware repeatable.
fn write_build_time() {
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    let built_at: u64 = match env::var("SOURCE_DATE_EPOCH") {
        Ok(text) => text
            .parse()
            .expect("SOURCE_DATE_EPOCH is a number of seconds"),
        Err(_) => {
            let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
            since_1970.map_or(0, |since| since.as_secs())
        }
    };
    write_out("built_at.rs", &format!("{built_at}_u64"));
}

fn write_roots() {
    let mut code = String::new();
    let mut names = String::new();
    for (constant, common_name, feature) in ROOTS {
        if env::var_os(feature).is_none() {
            continue;
        }
        let mut found = webpki_roots::TLS_SERVER_ROOTS.iter().filter(|root| {
            // The common name is the subject's last part.
            root.subject.ends_with(common_name.as_bytes())
        });
        let (Some(root), None) = (found.next(), found.next()) else {
            panic!("webpki-roots has not exactly one root {common_name}");
        };
        assert!(
            root.name_constraints.is_none(),
            "{common_name} has name constraints, which this script does not write down"
        );
        write!(
            code,
            "/// {common_name}.\n\
             const {constant}: TrustAnchor<'static> = TrustAnchor {{\n    \
                 subject: rustls_pki_types::Der::from_slice(&{:?}),\n    \
                 subject_public_key_info: rustls_pki_types::Der::from_slice(&{:?}),\n    \
                 name_constraints: None,\n\
             }};\n",
            root.subject.as_ref(),
            root.subject_public_key_info.as_ref(),
        )
        .unwrap();
        write!(names, "{constant}, ").unwrap();
    }
    write!(
        code,
        "/// The roots of the certificates that instances have.\n\
         pub(super) const BUILT_IN: &[TrustAnchor<'static>] = &[{names}];\n"
    )
    .unwrap();

    write_out("roots.rs", &code);
}

fn write_out(name: &str, code: &str) {
    let out = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(Path::new(&out).join(name), code).expect("OUT_DIR can be written to");
}
