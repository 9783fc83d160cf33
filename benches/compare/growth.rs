//! The picture of growth: wireserve's requests per second and its memory with the trivial handler on
//! more and more connections. The steps between the numbers of connections are drawn alike.

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
        picture.text(Text::Tick, x(at), bottom + 20.0, connections(work));
    }
    let middle = f64::midpoint(x(0), x(Work::GROWTH.len() - 1));
    picture.text(Text::Tick, middle, bottom + 40.0, "connections");
    Some(picture.finish(bottom + 56.0))
}

const WIDTH: f64 = 760.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 50.0;
/// The height of a panel.
const PANEL: f64 = 180.0;
const BETWEEN: f64 = 56.0;

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
        let last = self.values.len() - 1;
        picture.text(Text::Heading, 20.0, self.top - 22.0, heading);
        let ends = [
            (x(0) - 30.0, self.bottom()),
            (x(last) + 30.0, self.bottom()),
        ];
        picture.line(Ink::Line, &ends);
        let points = self.values.iter().enumerate();
        let points: Vec<_> = points
            .map(|(at, one)| (x(at), self.y(one.median)))
            .collect();
        picture.line(Ink::Wireserve, &points);
        for ((x, y), one) in points.into_iter().zip(&self.values) {
            picture.line(Ink::Line, &[(x, self.y(one.min)), (x, self.y(one.max))]);
            picture.dot(Ink::Wireserve, x, y);
            let above = self.y(one.max) - 9.0;
            picture.text(Text::Tick, x, above, self.measure.shown(one.median));
        }
    }

    /// A line to compare with.
    fn level(&self, picture: &mut Picture, value: f64, label: &str) {
        let y = self.y(value);
        let right = x(self.values.len() - 1) + 30.0;
        picture.line(Ink::Grid, &[(x(0) - 30.0, y), (right, y)]);
        picture.text(Text::Label, x(0) - 30.0, y + 16.0, label);
    }

    /// From zero, so that heights can be compared.
    fn y(&self, value: f64) -> f64 {
        let most = self.values.iter().map(|one| one.max).fold(0.0, f64::max);
        self.bottom() - value / most * PANEL
    }

    fn bottom(&self) -> f64 {
        self.top + PANEL
    }
}

fn x(at: usize) -> f64 {
    let steps = (Work::GROWTH.len() - 1) as f64;
    LEFT + 10.0 + at as f64 / steps * (WIDTH - 2.0 * LEFT - 20.0)
}

fn connections(work: Work) -> String {
    match work.load() {
        Load::Steady(connections) => grouped(f64::from(connections)),
        _ => String::new(),
    }
}
