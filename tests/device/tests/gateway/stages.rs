//! Connections that break at every stage: in the handshake, in a request, in an answer.

use snow_token_device::{
    network::{Direction, Failure, Happening},
    scenario::PATIENCE,
    texts::tls,
};
use snow_token_simulator::Fault;

use crate::support::with_readings;

use Direction::{FromDevice, ToDevice};

/// After how many bytes, in which direction: the handshake takes about 2 KB to the device, and a
/// token request begins after about 500 bytes from it.
const STAGES: [(Direction, u64); 8] = [
    // Before the ClientHello, and within it.
    (FromDevice, 0),
    (FromDevice, 100),
    // Within the ServerHello, the certificates, and behind them.
    (ToDevice, 50),
    (ToDevice, 700),
    (ToDevice, 1200),
    // Within the device's Finished, its head, its body.
    (FromDevice, 330),
    (FromDevice, 480),
    (FromDevice, 700),
];

#[test]
fn a_reset_at_each_stage() {
    let scenario = with_readings(5);
    for (direction, bytes) in STAGES {
        let failure = Failure::after(Happening::Reset, direction, bytes);
        scenario.network.fail_next(failure);
    }
    let _device = scenario.boot();
    scenario.expect_each_once(5);
    assert!(scenario.traffic().connections > STAGES.len() as u64);
}

#[test]
fn an_end_at_each_stage() {
    let scenario = with_readings(5);
    for (direction, bytes) in STAGES {
        let failure = Failure::after(Happening::Close, direction, bytes);
        scenario.network.fail_next(failure);
    }
    let _device = scenario.boot();
    scenario.expect_each_once(5);
    assert!(scenario.traffic().connections > STAGES.len() as u64);
}

#[test]
fn silence_at_each_stage() {
    let mut scenario = with_readings(5);
    scenario.config.set("timeout_s", 1);
    for (direction, bytes) in STAGES {
        let failure = Failure::after(Happening::Freeze, direction, bytes);
        scenario.network.fail_next(failure);
    }
    let device = scenario.boot();
    device.wait_for(tls::NO_ANSWER, PATIENCE);
    scenario.expect_each_once(5);
}

/// Within the head of a record's answer, and so far behind it that all of it has passed.
#[test]
fn answers_that_are_cut_or_never_end() {
    for fault in [
        Fault::CutAfter(10),
        Fault::StallAfter(10),
        Fault::CutAfter(4096),
        Fault::StallAfter(0),
    ] {
        let mut scenario = with_readings(20);
        scenario.config.set("timeout_s", 1);
        let _device = scenario.boot();
        scenario.wait_for_readings(2);
        scenario.simulator.inject(fault.clone());
        scenario.expect_each_once(20);
    }
}
