//! The latency distribution as an SVG picture: a curve for each path, over the share of responses that were at least
//! as fast. Both axes are logarithmic: 90 %, 99 % and 99.9 % are equally far apart, and so are 1 ms, 10 ms and 100 ms.

use std::fmt::Write as _;

use super::results::{Measured, Results};
use super::shown::time;
use crate::text::html::escaped;

/// Pixels.
const WIDTH: f64 = 760.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 20.0;
const TOP: f64 = 40.0;
const HEIGHT: f64 = 300.0;
const LINE: f64 = 20.0;

/// The shares on the axis, in per cent.
const TICKS: [f64; 5] = [0.0, 90.0, 99.0, 99.9, 99.99];

/// A share further right is drawn at this one.
const LAST: f64 = 99.99;

/// The number of colours; with more paths, they repeat.
const COLOURS: usize = 6;

/// The picture, unless no path was answered.
pub fn svg(results: &Results) -> Option<String> {
    let paths: Vec<&Measured> = results
        .paths
        .iter()
        .filter(|path| !path.distribution_us.is_empty())
        .collect();
    let values = || {
        paths
            .iter()
            .flat_map(|path| path.distribution_us.iter().map(|(_, value)| *value))
    };
    let least = values().min_by(f64::total_cmp)?.max(0.1);
    let most = values().max_by(f64::total_cmp)?.max(least);
    let (low, high) = (
        least.log10().floor(),
        most.log10().ceil().max(least.log10().floor() + 1.0),
    );
    let x = |share: f64| LEFT + (WIDTH - LEFT - RIGHT) * decades(share) / decades(LAST);
    let y = |value: f64| TOP + HEIGHT * (high - value.max(least).log10()) / (high - low);
    let height = TOP + HEIGHT + 2.5 * LINE + LINE * paths.len() as f64;

    // Writing to a string cannot fail.
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"12\">\n<title>Latency by share of responses</title>\n{STYLE}\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{height}\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-weight=\"bold\">Latency by share of responses, {} connections</text>\n",
        results.connections
    );
    for share in TICKS {
        let (at, bottom) = (x(share), TOP + HEIGHT);
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{bottom}\"/>\
             <text x=\"{at:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{share} %</text>",
            bottom + LINE * 0.8
        );
    }
    let mut exponent = low;
    while exponent <= high {
        let value = 10f64.powf(exponent);
        let at = y(value.max(least));
        let at = if value < least { TOP + HEIGHT } else { at };
        let _ = writeln!(
            out,
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{at:.1}\" x2=\"{:.1}\" y2=\"{at:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 6.0,
            at + 4.0,
            time(value)
        );
        exponent += 1.0;
    }
    for (number, path) in paths.iter().enumerate() {
        let colour = number % COLOURS;
        let points = path.distribution_us.iter();
        let points: Vec<_> = points
            .map(|(share, value)| format!("{:.1},{:.1}", x(share.min(LAST)), y(*value)))
            .collect();
        let at = TOP + HEIGHT + 2.0 * LINE + LINE * number as f64;
        let _ = writeln!(
            out,
            "<polyline class=\"c{colour}\" points=\"{}\"/>\
             <line class=\"c{colour}\" x1=\"{LEFT}\" y1=\"{at}\" x2=\"{}\" y2=\"{at}\"/>\
             <text x=\"{}\" y=\"{}\">{} {}</text>",
            points.join(" "),
            LEFT + 24.0,
            LEFT + 32.0,
            at + 4.0,
            escaped(&path.method),
            escaped(&path.path)
        );
    }
    out.push_str("</svg>\n");
    Some(out)
}

/// How many times the slower part has been divided by ten.
fn decades(share: f64) -> f64 {
    -(1.0 - share.min(LAST) / 100.0).log10()
}

const STYLE: &str = "<style>\n\
    .page { fill: #ffffff } text { fill: #1f2328 } .grid { stroke: #d1d9e0 }\n\
    polyline { fill: none; stroke-width: 2 } line { stroke-width: 1 }\n\
    .c0 { stroke: #0969da } .c1 { stroke: #bc4c00 } .c2 { stroke: #1a7f37 }\n\
    .c3 { stroke: #8250df } .c4 { stroke: #cf222e } .c5 { stroke: #6e7781 }\n\
    @media (prefers-color-scheme: dark) {\n\
    .page { fill: #0d1117 } text { fill: #e6edf3 } .grid { stroke: #30363d }\n\
    .c0 { stroke: #4493f8 } .c1 { stroke: #f0883e } .c2 { stroke: #3fb950 }\n\
    .c3 { stroke: #ab7df8 } .c4 { stroke: #f85149 } .c5 { stroke: #9198a1 }\n\
    }\n</style>\n";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::results::{FORMAT, Machine};

    fn results(paths: Vec<Measured>) -> Results {
        Results {
            format: FORMAT,
            wireserve: String::new(),
            began: String::new(),
            connections: 16,
            rounds: 5,
            round_s: 1.0,
            machine: Machine {
                processors: 2,
                model: String::new(),
                others: 0.0,
                busiest: None,
            },
            paths,
        }
    }

    #[test]
    fn each_path_has_a_curve() {
        let path = |path: &str, distribution_us: &[(f64, f64)]| Measured {
            path: path.to_owned(),
            method: "GET".to_owned(),
            distribution_us: distribution_us.to_vec(),
            ..Measured::default()
        };
        let drawn = svg(&results(vec![
            path("/a?<b>&c", &[(0.0, 50.0), (50.0, 100.0), (100.0, 2000.0)]),
            path("/unanswered", &[]),
            path("/b", &[(0.0, 100.0), (100.0, 1000.0)]),
        ]));
        let drawn = drawn.unwrap();
        assert_eq!(drawn.matches("<polyline").count(), 2);
        assert!(drawn.contains("GET /a?&lt;b&gt;&amp;c</text>"), "{drawn}");
        for label in ["10 µs", "100 µs", "1 ms", "10 ms", "99.9 %"] {
            assert!(drawn.contains(&format!(">{label}</text>")), "{label}");
        }
        // 100 µs lies as far below 10 ms as it lies above 10 µs, twice a third.
        assert!(
            drawn.contains(&format!("y1=\"{:.1}\"", TOP + HEIGHT / 3.0 * 2.0)),
            "{drawn}"
        );
    }

    #[test]
    fn nothing_answered_is_no_picture() {
        assert_eq!(svg(&results(Vec::new())), None);
    }
}
