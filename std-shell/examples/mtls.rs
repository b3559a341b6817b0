//! A client certificate (mTLS) beside client credentials.
//!
//! The instance's load balancer checks it, and takes none that is self-signed.
//!
//! ```console
//! $ export SERVICENOW_INSTANCE=dev12345 SERVICENOW_CLIENT_ID=... SERVICENOW_CLIENT_SECRET=...
//! $ cargo run -p snow-token --example mtls -- gateway.crt gateway.key
//! ```

use std::{env, fs};

use snow_token::{Client, Settings};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(certificate), Some(key)) = (arguments.next(), arguments.next()) else {
        return Err("usage: mtls CERTIFICATE KEY, both PEM".into());
    };
    let settings =
        Settings::from_env()?.with_client_certificate(fs::read(certificate)?, fs::read(key)?);
    let client = Client::new(settings)?;
    let token = client.token()?;
    println!(
        "a token that is good for {} s",
        token.expires_in_secs().unwrap_or_default()
    );
    Ok(())
}
