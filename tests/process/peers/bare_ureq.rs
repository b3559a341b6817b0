//! The least that can be written on ureq: one client credentials request, and the token printed.

use core::error::Error;
use std::{env, fs, sync::Arc};

use ureq::{
    Agent,
    tls::{Certificate, RootCerts, TlsConfig},
};

fn main() -> Result<(), Box<dyn Error>> {
    let ca = Certificate::from_pem(&fs::read(env::var("SERVICENOW_CA_FILE")?)?)?;
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::new_with_certs(&[ca]))
        .build();
    let agent = Agent::from(Agent::config_builder().tls_config(tls).build());
    let url = format!("{}/oauth_token.do", env::var("SERVICENOW_INSTANCE")?);
    let answer = agent
        .post(url)
        .send_form([
            ("grant_type", "client_credentials"),
            ("client_id", &env::var("SERVICENOW_CLIENT_ID")?),
            ("client_secret", &env::var("SERVICENOW_CLIENT_SECRET")?),
        ])?
        .body_mut()
        .read_to_string()?;
    let answer: serde_json::Value = serde_json::from_str(&answer)?;
    let token = answer["access_token"].as_str().ok_or("no token")?;
    println!("{token}");
    Ok(())
}
