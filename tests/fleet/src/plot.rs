//! The picture: token requests over time, a panel for each scenario.

use core::fmt::Write;

use crate::{Fleet, bound, report::grouped, scenario::Scenario, traffic::Traffic};

/// A scenario, and what two fleets asked in it.
#[derive(Debug)]
pub struct Panel<'p> {
    /// What befell them.
    pub scenario: &'p Scenario,
    /// A fleet that spreads its requests.
    pub spread: &'p Traffic,
    /// One that does not.
    pub at_once: &'p Traffic,
}

const COLUMNS: usize = 2;
const WIDTH: u32 = 960;
const HEADER: u32 = 78;
const PANEL_WIDTH: u32 = WIDTH / COLUMNS as u32;
const PANEL_HEIGHT: u32 = 212;

/// The area between the axes, within a panel.
const LEFT: u32 = 58;
const TOP: u32 = 34;
const PLOT_WIDTH: u32 = 396;
const PLOT_HEIGHT: u32 = 134;

/// A vertical line for each so many pixels, as high as the busiest second in it.
const STEP: u32 = 2;

/// Requests a second at the top of the axis, and at its foot, where none is drawn.
const HIGHEST: f64 = 200_000.0;
const LOWEST: f64 = 1.0;

/// Colours for light and for dark surroundings.
const STYLE: &str = "\
svg{font:12px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;--ground:#fff;--ink:#1f2328;--dim:#59636e;\
--grid:#d8dee4;--fault:#f3e6c4;--spread:#0969da;--once:#aab4be;--bound:#cf222e;--limit:#1a7f37}\
@media(prefers-color-scheme:dark){svg{--ground:#0d1117;--ink:#e6edf3;--dim:#9198a1;--grid:#2a313c;\
--fault:#3b2f12;--spread:#4493f8;--once:#515a66;--bound:#ff7b72;--limit:#3fb950}}\
.ground{fill:var(--ground)}.fault{fill:var(--fault)}.grid{stroke:var(--grid);fill:none}\
.title{fill:var(--ink);font-weight:600}.head{fill:var(--ink);font-size:17px;font-weight:600}.dim{fill:var(--dim)}\
.end{text-anchor:end}.mid{text-anchor:middle}.spread{fill:var(--spread)}.once{fill:var(--once)}\
.bound{stroke:var(--bound);stroke-width:1.5;stroke-dasharray:6 4}\
.limit{stroke:var(--limit);stroke-width:1.5;stroke-dasharray:2 3}";

/// Draws what this fleet, and one of its size without a spread, asked in each scenario.
pub fn svg(panels: &[Panel<'_>], fleet: Fleet) -> String {
    let rows = panels.len().div_ceil(COLUMNS) as u32;
    let height = HEADER + rows * PANEL_HEIGHT;
    let mut svg = String::new();
    let drawn = draw(&mut svg, panels, fleet, height);
    debug_assert!(drawn.is_ok(), "a String takes everything");
    svg
}

fn draw(svg: &mut String, panels: &[Panel<'_>], fleet: Fleet, height: u32) -> core::fmt::Result {
    writeln!(
        svg,
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img">"#
    )?;
    writeln!(svg, "<title>Token requests of a fleet of gateways</title>")?;
    writeln!(svg, "<style>{STYLE}</style>")?;
    writeln!(
        svg,
        r#"<rect class="ground" width="{WIDTH}" height="{height}" rx="8"/>"#
    )?;
    header(svg, fleet)?;
    for (index, panel) in panels.iter().enumerate() {
        let x = (index % COLUMNS) as u32 * PANEL_WIDTH;
        let y = HEADER + (index / COLUMNS) as u32 * PANEL_HEIGHT;
        writeln!(svg, r#"<g transform="translate({x} {y})">"#)?;
        panel.draw(svg, fleet)?;
        writeln!(svg, "</g>")?;
    }
    writeln!(svg, "</svg>")
}

fn header(svg: &mut String, fleet: Fleet) -> core::fmt::Result {
    let Fleet {
        gateways,
        spread_secs,
        ..
    } = fleet;
    writeln!(
        svg,
        r#"<text class="head" x="20" y="30">Token requests a second, of {} gateways</text>"#,
        grouped(gateways.into())
    )?;
    let y = 56;
    let mut x = 20;
    for (class, words, width) in [
        ("spread", format!("spread over {spread_secs} s"), 160),
        ("once", "not spread".to_owned(), 110),
        ("bound", "bound of the spread fleet".to_owned(), 205),
        ("limit", "rate limit".to_owned(), 105),
        ("fault", "outage".to_owned(), 80),
    ] {
        let (middle, text_x) = (y - 4, x + 28);
        match class {
            "bound" | "limit" => writeln!(svg, r#"<path class="{class}" d="M{x} {middle}h22"/>"#)?,
            _ => writeln!(
                svg,
                r#"<rect class="{class}" x="{x}" y="{}" width="22" height="10"/>"#,
                y - 9
            )?,
        }
        writeln!(
            svg,
            r#"<text class="dim" x="{text_x}" y="{y}">{words}</text>"#
        )?;
        x += width;
    }
    Ok(())
}

impl Panel<'_> {
    fn draw(&self, svg: &mut String, fleet: Fleet) -> core::fmt::Result {
        let title = self.scenario.title;
        writeln!(
            svg,
            r#"<text class="title" x="{LEFT}" y="22">{title}</text>"#
        )?;
        if let Some(outage) = &self.scenario.behaviour.outage {
            let (from, to) = (self.x(outage.secs.start), self.x(outage.secs.end));
            writeln!(
                svg,
                r#"<rect class="fault" x="{from}" y="{TOP}" width="{}" height="{PLOT_HEIGHT}"/>"#,
                to - from
            )?;
        }
        self.axes(svg)?;
        self.requests(svg, "once", self.at_once)?;
        self.requests(svg, "spread", self.spread)?;
        let limit = self.scenario.behaviour.limit;
        let limit = f64::from(limit.requests) / f64::from(limit.per_secs);
        let bound = bound::whatever_befalls(fleet.gateways, fleet.spread_secs, 1);
        for (class, requests) in [("limit", limit), ("bound", f64::from(bound))] {
            let y = y(requests);
            writeln!(
                svg,
                r#"<path class="{class}" d="M{LEFT} {y:.1}h{PLOT_WIDTH}"/>"#
            )?;
        }
        Ok(())
    }

    fn axes(&self, svg: &mut String) -> core::fmt::Result {
        for (requests, label) in [
            (1.0, "1"),
            (10.0, "10"),
            (100.0, "100"),
            (1_000.0, "1,000"),
            (10_000.0, "10,000"),
            (100_000.0, "100,000"),
        ] {
            let y = y(requests);
            writeln!(
                svg,
                r#"<path class="grid" d="M{LEFT} {y:.1}h{PLOT_WIDTH}"/><text class="dim end" x="{}" y="{:.1}">{label}</text>"#,
                LEFT - 6,
                y + 4.0
            )?;
        }
        let minutes = self.scenario.duration_secs / 60;
        let step = if minutes > 60 { 30 } else { 10 };
        for minute in (0..=minutes).step_by(step) {
            let (x, foot) = (self.x(minute * 60), TOP + PLOT_HEIGHT);
            let unit = if minute == 0 { " min" } else { "" };
            writeln!(
                svg,
                r#"<path class="grid" d="M{x:.1} {foot}v4"/><text class="dim mid" x="{x:.1}" y="{}">{minute}{unit}</text>"#,
                foot + 18
            )?;
        }
        Ok(())
    }

    /// An area from the axis up.
    fn requests(&self, svg: &mut String, class: &str, traffic: &Traffic) -> core::fmt::Result {
        let foot = TOP + PLOT_HEIGHT;
        write!(svg, r#"<path class="{class}" d="M{LEFT} {foot}"#)?;
        let seconds = traffic.by_second();
        for left in (0..PLOT_WIDTH).step_by(STEP as usize) {
            let second = |x: u32| seconds.len() * x as usize / PLOT_WIDTH as usize;
            let busiest = seconds[second(left)..second(left + STEP)].iter().max();
            let requests = busiest.copied().unwrap_or(0);
            write!(svg, "V{:.1}h{STEP}", y(requests.into()))?;
        }
        writeln!(svg, r#"V{foot}z"/>"#)
    }

    fn x(&self, second: u32) -> f64 {
        let share = f64::from(second) / f64::from(self.scenario.duration_secs);
        f64::from(LEFT) + share * f64::from(PLOT_WIDTH)
    }
}

/// The height of so many requests a second, on a scale of powers of ten.
fn y(requests: f64) -> f64 {
    let share = (requests.max(LOWEST) / LOWEST).log10() / (HIGHEST / LOWEST).log10();
    f64::from(TOP + PLOT_HEIGHT) - share * f64::from(PLOT_HEIGHT)
}
