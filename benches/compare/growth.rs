//! The picture of growth: wireserve's requests per second and its memory with the trivial handler, by the
//! number of connections.

use super::contender::Contender;
use super::picture::{Ink, Picture, Text};
use super::results::{Results, Spread};
use super::sample::{Measure, grouped};
use super::work::{Load, Work};

/// `None` unless all of [`Work::GROWTH`] was measured.
pub(crate) fn picture(results: &Results) -> Option<String> {
    let mut picture = Picture::new(
        "wireserve's requests per second and memory by connections",
        WIDTH,
    );
    let rates = panel(results, Measure::Rate, TOP)?;
    let memory = panel(results, Measure::Memory, TOP + PANEL + BETWEEN)?;
    let best = rates
        .values
        .iter()
        .map(|one| one.median)
        .fold(0.0, f64::max);
    rates.draw(&mut picture, "Requests per second");
    rates.level(&mut picture, best / 2.0, "half of the best");
    memory.draw(&mut picture, "Memory");
    let bottom = memory.bottom();
    for (at, work) in Work::GROWTH.into_iter().enumerate() {
        picture.text(Text::Tick, middle(at), bottom + 18.0, connections(work));
    }
    picture.text(Text::Label, RIGHT + 8.0, bottom + 18.0, "connections");
    Some(picture.finish(bottom + 36.0))
}

const WIDTH: f64 = 760.0;
/// The bars are between these.
const LEFT: f64 = 20.0;
const RIGHT: f64 = 640.0;
const BAR: f64 = 56.0;
const TOP: f64 = 56.0;
/// The height of a panel.
const PANEL: f64 = 160.0;
const BETWEEN: f64 = 72.0;

/// Values by connections, in the order of [`Work::GROWTH`].
struct Panel {
    measure: Measure,
    values: Vec<Spread>,
    top: f64,
}

fn panel(results: &Results, measure: Measure, top: f64) -> Option<Panel> {
    let value = |work| results.spread(work, Contender::Wireserve, measure);
    let values: Option<Vec<_>> = Work::GROWTH.into_iter().map(value).collect();
    Some(Panel {
        measure,
        values: values?,
        top,
    })
}

impl Panel {
    fn draw(&self, picture: &mut Picture, heading: &str) {
        picture.text(Text::Heading, LEFT, self.top - 30.0, heading);
        for (at, one) in self.values.iter().enumerate() {
            let [least, median, most] = [one.min, one.median, one.max].map(|one| self.y(one));
            let middle = middle(at);
            let left = middle - BAR / 2.0;
            picture.bar(Ink::Wireserve, left, median, BAR, self.bottom() - median);
            picture.line(Ink::Line, &[(middle, least), (middle, most)]);
            let value = self.measure.shown(one.median);
            picture.text(Text::Tick, middle, most - 7.0, value);
        }
        let ends = [(LEFT, self.bottom()), (RIGHT, self.bottom())];
        picture.line(Ink::Line, &ends);
    }

    /// A horizontal line for comparison.
    fn level(&self, picture: &mut Picture, value: f64, label: &str) {
        let y = self.y(value);
        picture.line(Ink::Grid, &[(LEFT, y), (RIGHT, y)]);
        picture.text(Text::Label, RIGHT + 8.0, y + 4.0, label);
    }

    /// The scale starts at zero, so that heights can be compared.
    fn y(&self, value: f64) -> f64 {
        let most = self.values.iter().map(|one| one.max).fold(0.0, f64::max);
        self.bottom() - value / most * PANEL
    }

    fn bottom(&self) -> f64 {
        self.top + PANEL
    }
}

/// The middle of a bar.
fn middle(at: usize) -> f64 {
    let step = (RIGHT - LEFT) / Work::GROWTH.len() as f64;
    LEFT + (at as f64 + 0.5) * step
}

fn connections(work: Work) -> String {
    match work.load() {
        Load::Steady(connections) => grouped(f64::from(connections)),
        _ => String::new(),
    }
}
