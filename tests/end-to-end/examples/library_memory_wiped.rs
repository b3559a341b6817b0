//! `library_memory` with an allocator that wipes what is given back, as the command has it.

use std::alloc::System;

use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> Result<(), snow_token::Error> {
    let client = snow_token::Client::from_env()?;
    let answer = client.get("/api/now/table/incident?sysparm_limit=1")?;
    println!("HTTP {}", answer.into_success()?.status());
    Ok(())
}
