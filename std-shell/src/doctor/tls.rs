//! The TLS handshake: version, cipher suite, certificates, and who vouches for them.

use super::{
    certificate::Described,
    check::{Check, Report, Stopped, Subject},
    in_words,
    network::Way,
};
use crate::{
    clock::unix_now,
    settings::{Sources, keys::CA_FILE},
};

pub(super) fn check(
    way: &Way<'_>,
    sources: &Sources,
    report: &mut Report<'_>,
) -> Result<(), Stopped> {
    let subject = Subject::Tls;
    if !way.settings.instance().has_tls() {
        let because = "http:// has none (it is taken for loopback addresses alone)";
        report.tell(&Check::skipped(subject, because));
        return Ok(());
    }
    let handshake = way.transport.probe_tls(way.settings);
    let now = unix_now();
    let chain: Vec<_> = handshake
        .chain
        .iter()
        .map(|der| Described::new(der))
        .collect();
    let lines = chain.iter().map(|certificate| certificate.in_words(now));
    let agreed = match handshake.outcome {
        Ok(agreed) => agreed,
        Err(error) => {
            let kind = error.kind();
            let error = match chain.last() {
                Some(last) => error.with_advice([format!(
                    "the chain that came ends at the issuer {}: an inspecting proxy shows itself there",
                    last.issuer
                )]),
                None => error,
            };
            let check = Check::failed(subject, &error).with_details(lines);
            return Err(report.fail_with(&check, kind));
        }
    };
    let roots = match sources.get(CA_FILE) {
        Ok(Some(file)) => format!("the roots in {} ({})", file.text().trim(), file.origin()),
        _ => "this machine's roots".to_owned(),
    };
    let version = match agreed.is_tls13 {
        true => "TLS 1.3",
        // It was offered 1.3.
        false => "TLS 1.2 and nothing later",
    };
    let found = format!(
        "{version}, {}, trusted by {roots}, {} with the connection",
        agreed.cipher_suite,
        in_words(agreed.elapsed)
    );
    let check = Check::passed(subject, found).with_details(lines);
    report.tell(&match agreed.is_tls13 {
        true => check,
        false => check.with_details([
            "fine here, but a microcontroller with TLS 1.3 alone cannot reach it".to_owned(),
        ]),
    });
    Ok(())
}
