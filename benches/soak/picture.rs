//! The curves as an SVG picture: memory above, threads and descriptors below, over the same time.

use std::fmt::Write as _;

use super::watch::{Curve, Look};
use super::worker::Tally;

const WIDTH: f64 = 900.0;
const PANEL: f64 = 220.0;
/// Space around the panels, for the numbers.
const MARGIN: f64 = 60.0;

/// The most points of a curve; each shows the highest value until the next one.
const POINTS: usize = 600;

type Line<'a> = (&'a str, &'a str, &'a dyn Fn(&Look) -> f64);

/// The whole picture.
pub(crate) fn draw(curve: &Curve, tally: &Tally) -> String {
    let (width, height) = (WIDTH + 2.0 * MARGIN, 2.0 * PANEL + 3.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
        font-family=\"sans-serif\" font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    let title = format!(
        "{} requests in {:.0} s",
        tally.requests,
        tally.took.as_secs_f64()
    );
    text(&mut svg, MARGIN, MARGIN / 2.0, "start", &title);
    panel(
        &mut svg,
        curve,
        MARGIN,
        &[("resident memory, MiB", "#0a58ca", &|look| {
            look.needs.mebibytes()
        })],
    );
    panel(
        &mut svg,
        curve,
        PANEL + 2.0 * MARGIN,
        &[
            ("threads", "#b02a37", &|look| look.needs.threads as f64),
            ("descriptors", "#146c43", &|look| {
                look.needs.descriptors as f64
            }),
        ],
    );
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, curve: &Curve, top: f64, lines: &[Line<'_>]) {
    let end = curve
        .looks
        .last()
        .map_or(1.0, |look| look.at.as_secs_f64())
        .max(0.001);
    let highest = |(_, _, value): &Line<'_>| curve.looks.iter().map(value).fold(1.0, f64::max);
    let high = lines.iter().map(highest).fold(1.0, f64::max) * 1.1;
    let _ = writeln!(
        svg,
        "<rect x=\"{MARGIN}\" y=\"{top}\" width=\"{WIDTH}\" height=\"{PANEL}\" fill=\"none\" stroke=\"#888\"/>"
    );
    for part in 0..=4 {
        let part = f64::from(part) / 4.0;
        let y = top + PANEL * (1.0 - part);
        text(
            svg,
            MARGIN - 6.0,
            y + 4.0,
            "end",
            &format!("{:.0}", high * part),
        );
        let x = MARGIN + WIDTH * part;
        text(
            svg,
            x,
            top + PANEL + 16.0,
            "middle",
            &format!("{:.0} s", end * part),
        );
    }
    for (index, (name, colour, value)) in lines.iter().enumerate() {
        let step = curve.looks.len().div_ceil(POINTS).max(1);
        let mut points = String::new();
        for looks in curve.looks.chunks(step) {
            let x = MARGIN + WIDTH * looks[0].at.as_secs_f64() / end;
            let y = top + PANEL * (1.0 - looks.iter().map(value).fold(0.0, f64::max) / high);
            let _ = write!(points, "{x:.1},{y:.1} ");
        }
        let _ = writeln!(
            svg,
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>"
        );
        let x = MARGIN + 8.0 + 120.0 * index as f64;
        let _ = write!(svg, "<g fill=\"{colour}\">");
        text(svg, x, top + 18.0, "start", name);
        svg.push_str("</g>\n");
    }
}

fn text(svg: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    let _ = writeln!(
        svg,
        "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"
    );
}
