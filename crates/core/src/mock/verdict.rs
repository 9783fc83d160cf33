//! The message of an expectation that is not met: what was expected, the request that came closest with
//! what differs in it, and everything that came, byte for byte.

use std::fmt::{self, Write as _};

use crate::record::RecordedRequest;

use super::call::Call;
use super::route::Route;

/// Requests that a message shows.
const SHOWN: usize = 20;

/// Characters of a line that a message shows. What is recorded has all of it.
const LONGEST_LINE: usize = 1_000;

/// In place of the requests if there is no recording.
pub(super) const NOT_RECORDED: &str =
    "the requests are not shown: add `.record(RecordLimits::default())` to the builder\n";

/// Describes a route whose expectation is not met.
pub(super) fn describe(route: &Route, requests: &[RecordedRequest]) -> Option<String> {
    let (expected, found, place) = route.unmet()?;
    let (name, conditions) = route.named();
    let noun = expected.noun();
    let mut text = format!("expected {expected} {noun} {name}");
    for condition in conditions {
        let _ = write!(text, "\n  with {}", Shortened(&condition.to_string()));
    }
    let _ = writeln!(text, "\nfound {found}");
    if let Some(place) = place {
        let _ = writeln!(text, "expected at {place}");
    }
    if expected.is_above(found)
        && let Some((nearest, differences)) = nearest(route, requests)
    {
        let _ = writeln!(text, "\nthe nearest is request {}:", nearest.number());
        for difference in differences {
            let _ = writeln!(text, "  {}", Shortened(&difference));
        }
    }
    Some(text)
}

/// The route that a request comes closest to, and why it did not take it.
#[cfg(feature = "python")]
pub(super) fn nearest_route(routes: &[Route], request: &RecordedRequest) -> Option<String> {
    let call = Call::recorded(request.head().clone(), request.body().to_vec());
    let obstacles = routes.iter().rev().map(|route| {
        let mut obstacles = route.differences(&call);
        if obstacles.is_empty() && route.is_used_up() {
            obstacles.push("it has answered as many requests as it can".to_owned());
        }
        (route, obstacles)
    });
    let obstacles = obstacles.filter(|(_, obstacles)| !obstacles.is_empty());
    let (route, obstacles) = obstacles.min_by_key(|(_, obstacles)| obstacles.len())?;
    let mut text = format!("the nearest route is {}:\n", route.named().0);
    for obstacle in obstacles {
        let _ = writeln!(text, "  {}", Shortened(&obstacle));
    }
    Some(text)
}

/// A line, without what exceeds [`LONGEST_LINE`].
pub(super) struct Shortened<'t>(pub(super) &'t str);

impl fmt::Display for Shortened<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(LONGEST_LINE) {
            None => f.write_str(self.0),
            Some((end, _)) => {
                let (shown, rest) = self.0.split_at(end);
                write!(f, "{shown}... ({} more characters)", rest.chars().count())
            }
        }
    }
}

/// All requests, byte for byte, and what could not be parsed as one.
pub(super) fn list(requests: &[RecordedRequest], refused: &[String]) -> String {
    let mut text = match requests.len() {
        0 => "no request came\n".to_owned(),
        1 => "1 request came:\n".to_owned(),
        several => format!("{several} requests came:\n"),
    };
    let from = requests.len().saturating_sub(SHOWN);
    if from > 0 {
        let _ = writeln!(text, "(the first {from} are not shown)");
    }
    for request in &requests[from..] {
        let taken = match request.is_matched() {
            true => "",
            false => ", which no route took",
        };
        let (number, connection) = (request.number(), request.connection());
        let _ = writeln!(text, "request {number} on connection {connection}{taken}:");
        for line in request.to_string().lines() {
            let _ = writeln!(text, "  {}", Shortened(line));
        }
    }
    for what in refused {
        let _ = writeln!(text, "refused on {what}");
    }
    text
}

/// Of the requests that differ from what the route takes, the one that differs least.
fn nearest<'r>(
    route: &Route,
    requests: &'r [RecordedRequest],
) -> Option<(&'r RecordedRequest, Vec<String>)> {
    let differing = requests.iter().map(|request| {
        let call = Call::recorded(request.head().clone(), request.body().to_vec());
        (request, route.differences(&call))
    });
    differing
        .filter(|(_, differences)| !differences.is_empty())
        .min_by_key(|(_, differences)| differences.len())
}
