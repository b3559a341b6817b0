//! The demonstration: a gateway with a sensor that is none. A product has its own in its place.

use core::{fmt::Write, pin::pin};

use embassy_futures::join::join;
use embassy_time::{Duration, Ticker};
use heapless::String;
use rand_core::CryptoRngCore;
use serde::Serialize;
use snow_token_core::outbox::{Ring, Storage};

use crate::{
    Gateway, Memory,
    apart::Apart,
    config::Config,
    indicator::{Indicator, State},
    network::Network,
    readings::Readings,
};

/// How much room the queue has, in bytes: some fifty readings of the sensor below.
const QUEUE_LEN: usize = 2_048;

/// Runs the gateway and the sensor. Where a key or a certificate of the configuration is none, the
/// log says so, and the indicator that somebody has to look.
pub async fn run<N: Network, R: CryptoRngCore, I: Indicator, const READ: usize>(
    network: &N,
    mut rng: R,
    mut indicator: I,
    config: &Config<'_>,
    memory: &mut Memory<READ>,
) -> ! {
    let readings = queue(rng.next_u32(), config);
    // Matched where it is: what is moved out of a `Result` is in the task's memory twice, and once
    // more on its stack.
    let gateway = &mut Gateway::new(network, rng, &mut indicator, config, &readings, memory);
    match gateway {
        Err(error) => log_line!(error, "{}", error),
        Ok(gateway) => {
            let gateway = Apart(pin!(gateway.run()));
            _ = join(sensor(config, &readings), gateway).await;
        }
    }
    indicator.show(State::Stopped);
    core::future::pending().await
}

/// Not inline, so that the empty queue is made on the stack before the rest is there.
#[inline(never)]
fn queue(series: u32, config: &Config<'_>) -> Readings<Ring<QUEUE_LEN>> {
    Readings::new(Ring::new(), series, config)
}

/// What the demonstration's sensor reads. An import set takes strings alone, so it is one.
#[derive(Debug, Serialize)]
pub struct Temperature {
    /// In degrees Celsius.
    pub u_value: String<8>,
}

impl Temperature {
    /// The `count`th reading: up and down between 20.0 and 24.9.
    pub fn of(count: u32) -> Self {
        let step = count % 98;
        let tenths = step.min(98_u32.saturating_sub(step)).saturating_add(200);
        let mut u_value = String::new();
        // Five characters of eight.
        let _ = write!(u_value, "{}.{}", tenths / 10, tenths % 10);
        Self { u_value }
    }
}

/// Puts a reading into the queue at each interval, as many as the configuration says.
pub async fn sensor<S: Storage>(config: &Config<'_>, readings: &Readings<S>) {
    let mut ticker = Ticker::every(Duration::from_millis(config.interval_ms.into()));
    let mut count = 0_u32;
    while config.readings.is_none_or(|most| count < most) {
        if let Err(error) = readings.push(&Temperature::of(count)) {
            log_line!(warn, "a reading was not queued: {:?}", error);
        }
        count = count.wrapping_add(1);
        ticker.next().await;
    }
}
