//! The picture of the comparison: a bar for each contender in each work. Each work has a separate scale, because
//! the fastest value is a thousand times the slowest.

use super::contender::Contender;
use super::picture::{Ink, Picture, Text};
use super::results::{Results, Spread};
use super::sample::Measure;
use super::work::Work;

/// `None` unless other servers were measured as well.
pub(crate) fn picture(works: &[Work], results: &Results) -> Option<String> {
    let groups: Vec<_> = works
        .iter()
        .map(|&work| (work, rates(work, results)))
        .filter(|(_, rates)| rates.len() > 1)
        .collect();
    if groups.is_empty() {
        return None;
    }
    let mut picture = Picture::new("Requests per second, by workload and server", WIDTH);
    let mut y = MARGIN + LINE / 2.0;
    picture.text(
        Text::Label,
        MARGIN,
        y,
        "Requests per second; each workload has its own scale. Whiskers: minimum and maximum.",
    );
    for (work, rates) in groups {
        y += GAP + LINE;
        picture.text(Text::Heading, MARGIN, y, work.to_string().replace('`', ""));
        let most = rates.iter().map(|(_, rate)| rate.max).fold(0.0, f64::max);
        for (contender, rate) in rates {
            let bar = Bar {
                contender,
                rate,
                y: y + LINE - BAR,
                scale: BARS / most,
            };
            bar.draw(&mut picture);
            y += LINE;
        }
    }
    Some(picture.finish(y + MARGIN))
}

const WIDTH: f64 = 760.0;
const MARGIN: f64 = 20.0;
/// From one bar to the next.
const LINE: f64 = 19.0;
const BAR: f64 = 13.0;
/// Between works.
const GAP: f64 = 14.0;
/// The left end of the bars, after the names.
const LEFT: f64 = 190.0;
/// The length of the longest bar. The numbers follow the bars.
const BARS: f64 = 470.0;

fn rates(work: Work, results: &Results) -> Vec<(Contender, Spread)> {
    let rate = |contender| Some((contender, results.spread(work, contender, Measure::Rate)?));
    Contender::ALL.into_iter().filter_map(rate).collect()
}

struct Bar {
    contender: Contender,
    rate: Spread,
    y: f64,
    /// Pixels for one request per second.
    scale: f64,
}

impl Bar {
    fn draw(&self, picture: &mut Picture) {
        let Self {
            contender,
            rate,
            y,
            scale,
        } = *self;
        let base = y + BAR - 2.0;
        picture.text(Text::Name, LEFT - 8.0, base, contender);
        picture.bar(ink(contender), LEFT, y, (rate.median * scale).max(1.0), BAR);
        let [least, most] = [rate.min, rate.max].map(|rate| LEFT + rate * scale);
        let middle = y + BAR / 2.0;
        picture.line(Ink::Line, &[(least, middle), (most, middle)]);
        let number = Measure::Rate.shown(rate.median);
        picture.text(Text::Label, most + 8.0, base, number);
    }
}

fn ink(contender: Contender) -> Ink {
    match contender {
        Contender::Wireserve => Ink::Wireserve,
        Contender::PythonCpu => Ink::PythonCpu,
        Contender::Workers => Ink::Workers,
        // They are in no work together.
        Contender::Ceiling | Contender::Plain => Ink::Ceiling,
        Contender::Granian => Ink::Granian,
        Contender::Nginx => Ink::Nginx,
        Contender::Patched => Ink::Patched,
        Contender::Shipped => Ink::Shipped,
    }
}
