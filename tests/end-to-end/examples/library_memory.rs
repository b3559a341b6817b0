//! A program of the library that reads a record with a token and drops all that it had. What is left in
//! its memory is for a test to look at.
//!
//! It takes the settings that the command `snow-token` takes.

fn main() -> Result<(), snow_token::Error> {
    let client = snow_token::Client::from_env()?;
    let answer = client.get("/api/now/table/incident?sysparm_limit=1")?;
    println!("HTTP {}", answer.into_success()?.status());
    Ok(())
}
