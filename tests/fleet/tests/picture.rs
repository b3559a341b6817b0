//! The picture shows what it is given, and the same each time.

use snow_token_fleet::{
    Fleet,
    plot::{self, Panel},
    scenario, simulate,
};

#[test]
fn a_panel_has_both_fleets_the_outage_and_the_lines() {
    let spread = Fleet {
        gateways: 1_000,
        spread_secs: 300,
        seed: 7,
    };
    let at_once = Fleet {
        spread_secs: 0,
        ..spread
    };
    let scenario = scenario::named("restart", spread.gateways).unwrap();
    let draw = || {
        let traffic = [spread, at_once].map(|fleet| simulate(&scenario, fleet).traffic);
        let panel = Panel {
            scenario: &scenario,
            spread: &traffic[0],
            at_once: &traffic[1],
        };
        plot::svg(&[panel], spread)
    };
    let svg = draw();
    assert_eq!(svg, draw());
    assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    for part in ["spread", "once", "bound", "limit", "fault"] {
        // Once in the legend, once in the panel.
        assert_eq!(
            svg.matches(&format!("class=\"{part}\"")).count(),
            2,
            "{part}"
        );
    }
    assert!(svg.contains(scenario.title));
    assert!(!svg.contains("NaN") && !svg.contains("inf"));
}
