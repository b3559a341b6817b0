//! JWT bearer: a private key in place of a secret, and a user's name in each assertion.
//!
//! `snow-token key new` makes the key, and the certificate that the instance needs.
//!
//! ```console
//! $ export SERVICENOW_INSTANCE=dev12345 SERVICENOW_CLIENT_ID=...
//! $ cargo run -p snow-token --example jwt_bearer -- key.pem sensor@example.com
//! ```

use std::{env, fs};

use snow_token::{
    Client, JwtKey, Method, Settings,
    settings::{Assertion, ClientAuth, OAuthClient, Sources},
};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(key), Some(subject)) = (arguments.next(), arguments.next()) else {
        return Err("usage: jwt_bearer KEY SUBJECT".into());
    };
    let key = JwtKey::load(&fs::read(key)?, None)?;
    println!("signed with {}", key.algorithm_name());
    let method = Method::JwtBearer {
        // A public client: the signature says who asks.
        client: OAuthClient::new(env::var("SERVICENOW_CLIENT_ID")?, ClientAuth::None),
        assertion: Assertion::new(key, subject),
    };
    // Instance, certificates and time-outs as they are set; the way in is the one above.
    let settings = Settings::resolve_for(&Sources::from_env()?, method)?;
    let client = Client::new(settings)?;
    let incidents = client
        .get("/api/now/table/incident?sysparm_limit=1")?
        .into_success()?;
    println!("{}", String::from_utf8_lossy(incidents.body()));
    Ok(())
}
