//! What several of these tests begin with.

use core::time::Duration;

use snow_token_device::scenario::Scenario;
use snow_token_simulator::{InstanceOptions, KeyKind, Options};

/// An instance whose certificates take the device a third of the time that the usual ones take.
pub(crate) fn quick() -> Options {
    Options {
        keys: KeyKind::EcdsaP256,
        ..Options::default()
    }
}

/// The same with tokens that live so long.
pub(crate) fn quick_with_lifetime(secs: u64) -> Options {
    Options {
        instance: InstanceOptions {
            token_lifetime: Duration::from_secs(secs),
            ..InstanceOptions::default()
        },
        ..quick()
    }
}

/// A device with so many readings to bring to such an instance.
pub(crate) fn with_readings(count: usize) -> Scenario {
    let mut scenario = Scenario::with(quick());
    scenario.set_readings(count);
    scenario
}
