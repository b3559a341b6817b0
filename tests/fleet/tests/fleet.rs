//! What a fleet asks of its instance, and what it must not, in each scenario.

use core::ops::Range;
use std::sync::LazyLock;

use snow_token_fleet::{
    Fleet, Outcome, bound,
    instance::{Fault, Outage},
    report::Figures,
    scenario::{self, Scenario},
    simulate,
};

const GATEWAYS: u32 = 2_000;

const SPREAD: Fleet = Fleet {
    gateways: GATEWAYS,
    spread_secs: 300,
    seed: 7,
};

const AT_ONCE: Fleet = Fleet {
    spread_secs: 0,
    ..SPREAD
};

struct Played {
    scenario: Scenario,
    spread: Outcome,
    at_once: Outcome,
}

/// All scenarios, with and without a spread.
static PLAYED: LazyLock<Vec<Played>> = LazyLock::new(|| {
    let play = |scenario: Scenario| Played {
        spread: simulate(&scenario, SPREAD),
        at_once: simulate(&scenario, AT_ONCE),
        scenario,
    };
    scenario::all(GATEWAYS).into_iter().map(play).collect()
});

fn scenario(name: &str) -> Scenario {
    scenario::named(name, GATEWAYS).unwrap()
}

fn bound(window_secs: u32) -> u32 {
    bound::whatever_befalls(GATEWAYS, SPREAD.spread_secs, window_secs)
}

#[test]
fn the_peak_stays_below_the_bound_whatever_befalls() {
    for Played {
        scenario, spread, ..
    } in PLAYED.iter()
    {
        for window_secs in [1, 10, 60] {
            let (peak, bound) = (spread.traffic.peak(window_secs), bound(window_secs));
            assert!(
                peak <= bound,
                "{}: {peak} of {bound} in {window_secs} s",
                scenario.name
            );
        }
    }
}

#[test]
fn a_fleet_without_a_spread_breaks_the_bound_in_each_scenario() {
    for Played {
        scenario, at_once, ..
    } in PLAYED.iter()
    {
        let peak = at_once.traffic.peak(1);
        assert!(peak > 5 * bound(1), "{}: {peak}", scenario.name);
    }
}

#[test]
fn while_all_are_answered_a_start_has_no_peak_at_all() {
    for name in ["start_up", "outage_link"] {
        let mut scenario = scenario(name);
        scenario.behaviour.limit.requests = GATEWAYS;
        let outcome = simulate(&scenario, SPREAD);
        assert_eq!(outcome.fates.limited + outcome.fates.unavailable, 0);
        let bound = bound::while_answered(GATEWAYS, SPREAD.spread_secs, 10);
        assert!(outcome.traffic.peak(10) <= bound, "{name}");
    }
}

#[test]
fn no_reading_is_lost_and_none_is_written_twice() {
    for Played {
        scenario, spread, ..
    } in PLAYED.iter()
    {
        let (name, readings) = (scenario.name, spread.readings);
        let taken = u64::from(GATEWAYS) * u64::from(scenario.duration_secs / 600);
        assert_eq!(readings.taken, taken, "{name}");
        let kept = readings.written + readings.waiting - readings.in_both;
        assert_eq!(kept, taken, "{name}");
        assert_eq!((readings.lost, readings.written_twice), (0, 0), "{name}");
        assert!(readings.written > taken / 2, "{name}: {readings:?}");
    }
}

#[test]
fn readings_that_a_full_queue_drops_are_seen() {
    let mut scenario = scenario("outage_instance");
    let day = 86_400;
    let down = |secs: Range<u32>| Outage {
        fault: Fault::Down,
        secs,
    };
    scenario.behaviour.outage = Some(down(1_800..day));
    scenario.duration_secs = day + 3_600;
    let fleet = Fleet {
        gateways: 20,
        ..SPREAD
    };
    let readings = simulate(&scenario, fleet).readings;
    // A day's readings are 144 for each, and there is room for 32.
    assert!(readings.lost > 20 * 100, "{readings:?}");
}

#[test]
fn each_request_has_one_fate() {
    for played in PLAYED.iter() {
        for outcome in [&played.spread, &played.at_once] {
            let fates = outcome.fates;
            let answered = fates.granted + fates.limited + fates.unavailable;
            let all = answered + fates.unanswered + fates.under_way;
            assert_eq!(fates.sent, all, "{}", played.scenario.name);
        }
    }
}

#[test]
fn all_gateways_have_a_token_again_soon_after() {
    for Played {
        scenario, spread, ..
    } in PLAYED.iter()
    {
        let figures = Figures::new(scenario, SPREAD, spread);
        let (half, all) = (figures.back_secs(50), figures.back_secs(100));
        assert!(
            half.is_some_and(|secs| secs <= 300),
            "{}: {half:?}",
            scenario.name
        );
        // The longest wait after a failure, twice the spread, and the rate limit's share.
        assert!(
            all.is_some_and(|secs| secs <= 1_200),
            "{}: {all:?}",
            scenario.name
        );
    }
}

#[test]
fn in_an_hour_of_outage_a_gateway_asks_some_tens_of_times() {
    for (name, expected) in [
        ("outage_instance", 8.0..20.0),
        ("outage_network", 8.0..20.0),
        ("outage_link", 0.0..0.1),
    ] {
        let mut played = PLAYED.iter();
        let played = played.find(|played| played.scenario.name == name).unwrap();
        let each = Figures::new(&played.scenario, SPREAD, &played.spread).each_in_outage();
        assert!(
            each.is_some_and(|each| expected.contains(&each)),
            "{name}: {each:?}"
        );
    }
}

#[test]
fn the_instance_answers_no_more_than_its_limit() {
    let scenario = scenario("start_up_retry_after");
    let limit = scenario.behaviour.limit;
    let outcome = simulate(&scenario, AT_ONCE);
    let windows = u64::from(scenario.duration_secs / limit.per_secs);
    assert!(outcome.fates.granted <= windows * u64::from(limit.requests));
    assert!(outcome.fates.limited > 0);
}

#[test]
fn each_run_is_the_same_to_the_last_request_and_another_seed_is_another_run() {
    let scenario = scenario("outage_network");
    let outcome = simulate(&scenario, SPREAD);
    assert_eq!(outcome, simulate(&scenario, SPREAD));
    let other = Fleet { seed: 8, ..SPREAD };
    assert_ne!(outcome, simulate(&scenario, other));
}
