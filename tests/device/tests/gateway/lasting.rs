//! A gateway that runs for longer: nothing of it grows.

use snow_token_device::{
    device::Device,
    scenario::Scenario,
    texts::{self, state},
};

use crate::support::quick_with_lifetime;

#[test]
fn two_hundred_readings_over_twenty_tokens() {
    const READINGS: usize = 200;
    const TOKENS: usize = 20;
    let mut scenario = Scenario::with(quick_with_lifetime(3));
    scenario.set_readings(READINGS);
    scenario.config.set("interval_ms", 330);
    let device = scenario.boot();
    scenario.wait_for_readings(READINGS / 4);
    let early = stack(&device);
    scenario.expect_each_once(READINGS);
    let tokens = device.count(texts::TOKEN_RECEIVED);
    assert!(tokens >= TOKENS, "{tokens} tokens");
    assert_eq!(device.count(state::STOPPED), 0);
    // An interrupt can come at a deeper place than any did before.
    const OF_AN_INTERRUPT: u64 = 256;
    let late = stack(&device);
    assert!(
        late <= early + OF_AN_INTERRUPT,
        "{early}, then {late} bytes"
    );
}

fn stack(device: &Device) -> u64 {
    let figures = device.figures();
    figures
        .last()
        .expect("the device tells figures")
        .stack_bytes
}
