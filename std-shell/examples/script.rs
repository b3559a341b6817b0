//! A script: read a few records and be done.
//!
//! It takes the settings that the command `snow-token` takes, and shares its cache:
//!
//! ```console
//! $ export SERVICENOW_INSTANCE=dev12345 SERVICENOW_CLIENT_ID=...
//! $ export SERVICENOW_CLIENT_SECRET_FILE=~/.config/servicenow-secret
//! $ cargo run -p snow-token --example script
//! ```

use snow_token::{Client, Error};

fn main() -> Result<(), Error> {
    let client = Client::from_env()?;
    let query = "sysparm_query=active=true&sysparm_limit=5";
    let answer = client
        .get(&format!("/api/now/table/incident?{query}"))?
        .into_success()?;
    println!("{}", String::from_utf8_lossy(answer.body()));
    Ok(())
}
