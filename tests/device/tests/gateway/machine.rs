//! The machine itself: arguments, exit codes, figures, the cable.

use snow_token_device::{
    device::{BootOptions, Device, DeviceConfig},
    network::{ROUTER, VirtualNetwork},
    scenario::{PATIENCE, Scenario},
    texts::{self, state},
};

use crate::support::{quick, with_readings};

/// A wrong argument, or a configuration that cannot be read.
const USAGE: i32 = 2;

fn exit_code(config: &DeviceConfig, arguments: &[&str]) -> (Option<i32>, Vec<String>) {
    let network = VirtualNetwork::start().unwrap();
    let options = BootOptions {
        arguments: arguments.iter().map(|&argument| argument.into()).collect(),
        ..BootOptions::default()
    };
    let device = Device::boot_with(&network, config, &options);
    let mut device = device.unwrap_or_else(|error| panic!("{error}"));
    (device.exit_code(PATIENCE), device.log())
}

#[test]
fn a_configuration_that_is_not_understood_is_said_with_its_line() {
    let scenario = Scenario::with(quick());
    let mistyped = DeviceConfig::new().with("instanse", "dev12345.service-now.com");
    let (code, log) = exit_code(&mistyped, &[]);
    assert_eq!(code, Some(USAGE));
    let line_1 = format!("{}1", texts::CONFIGURATION);
    assert!(log.iter().any(|line| line.contains(&line_1)), "{log:?}");

    let (code, log) = exit_code(&scenario.config, &["until=midnight"]);
    assert_eq!(code, Some(USAGE), "{log:?}");
}

#[test]
fn it_ends_well_when_it_was_told_when() {
    let mut scenario = with_readings(3);
    scenario.boot.arguments.push("until=authenticating".into());
    let mut device = scenario.boot();
    assert_eq!(device.exit_code(PATIENCE), Some(0));
    let figures = device.figures();
    let last = figures.last().unwrap();
    assert_eq!(last.state, "exit");
    assert!(last.stack_bytes > 1_000);
}

#[test]
fn what_it_costs_is_the_same_each_time_when_instructions_are_counted() {
    let instructions = || {
        let mut scenario = with_readings(1);
        scenario.boot.counts_instructions = true;
        scenario.boot.arguments.push("until=authenticating".into());
        let mut device = scenario.boot();
        assert_eq!(device.exit_code(PATIENCE), Some(0));
        let figures = device.figures();
        let mut figures = figures.iter();
        let handshake = figures.find(|figures| figures.state == "authenticating");
        handshake.unwrap().instructions
    };
    let (first, second) = (instructions(), instructions());
    // The certificates and the random numbers are others.
    let difference = first.abs_diff(second);
    assert!(difference < first / 100, "{first} and {second}");
}

#[test]
fn the_cable_can_be_pulled_and_plugged_in_again() {
    let scenario = with_readings(1);
    let mut device = scenario.boot();
    device.wait_for(texts::ADDRESS, PATIENCE);
    for _ in 0..2 {
        let mark = device.mark();
        device.set_link(false);
        device.wait_for_after(mark, texts::NO_ADDRESS, PATIENCE);
        let mark = device.mark();
        device.set_link(true);
        device.wait_for_after(mark, texts::ADDRESS, PATIENCE);
    }
}

#[test]
fn an_address_that_it_was_told_needs_no_dhcp() {
    let mut scenario = with_readings(3);
    scenario.network.set_dhcp(false);
    scenario.config.set("address", "10.0.2.15/24");
    scenario.config.set("gateway", ROUTER);
    scenario.config.set("dns", ROUTER);
    let device = scenario.boot();
    scenario.expect_each_once(3);
    assert_eq!(scenario.network.statistics().dhcp_messages, 0);
    assert_eq!(device.count(state::STOPPED), 0);
}
