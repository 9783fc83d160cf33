//! The message of an expectation that is not met: what was expected, the request that came closest with
//! what differs in it, and everything that came, byte for byte.

use std::fmt::Write as _;

use crate::record::RecordedRequest;

use super::call::Call;
use super::route::Route;

/// Requests that a message shows in full.
const SHOWN: usize = 20;

/// Describes a route whose expectation is not met.
pub(super) fn describe(route: &Route, requests: &[RecordedRequest]) -> Option<String> {
    let (expected, found) = route.unmet()?;
    let (name, conditions) = route.named();
    let noun = if expected.is_one() {
        "request"
    } else {
        "requests"
    };
    let mut text = format!("expected {expected} {noun} {}", name);
    for condition in conditions {
        let _ = write!(text, "\n  with {condition}");
    }
    let _ = writeln!(text, "\nfound {found}");
    if let Some((nearest, differences)) = nearest(route, requests) {
        let _ = writeln!(text, "\nthe nearest is request {}:", nearest.number());
        for difference in differences {
            let _ = writeln!(text, "  {difference}");
        }
    }
    Some(text)
}

/// All requests, byte for byte.
pub(super) fn list(requests: &[RecordedRequest]) -> String {
    if requests.is_empty() {
        return "no request came\n".to_owned();
    }
    let mut text = format!("{} requests came:\n", requests.len());
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
            let _ = writeln!(text, "  {line}");
        }
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
