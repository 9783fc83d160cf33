//! What a client is told of a request that no route takes: which routes have its path, and why they do not take
//! it; otherwise which routes there are.

use std::fmt::Write as _;

use crate::exchange::Request;
use crate::text::latin1;

use super::matching::Mismatch;
use super::route::Route;
use super::verdict::Shortened;

/// Routes that a message names.
const NAMED: usize = 10;

/// Why each route does not take a request. Text is made only if the site has nothing, either.
#[derive(Default)]
pub(crate) struct Unmatched {
    routes: Vec<(Route, Mismatch)>,
}

impl Unmatched {
    pub(super) fn add(&mut self, route: &Route, mismatch: Mismatch) {
        self.routes.push((route.clone(), mismatch));
    }

    /// The message of the response to this request.
    pub(crate) fn message(&self, request: &Request) -> String {
        let method = latin1::decode(request.method());
        let path = request.route_path();
        let path = latin1::decode(&path);
        let mut text = format!("no route takes {method} {path}");
        let mut reasons = self.routes.iter().filter_map(|(route, mismatch)| {
            let reason = match mismatch {
                Mismatch::Path => return None,
                Mismatch::Method => {
                    format!("expected the method {}, found {method}", route.method())
                }
                Mismatch::UsedUp => "it has answered as many requests as it can".to_owned(),
                Mismatch::Condition(condition, unmet) => format!("expected {condition}: {unmet}"),
            };
            Some(format!("{}: {reason}", route.named().0))
        });
        let mut lines: Vec<_> = reasons.by_ref().take(NAMED).collect();
        let mut more = reasons.count();
        if lines.is_empty() {
            text.push_str(match self.routes.is_empty() {
                true => "; there are no routes",
                false => "; the routes are:",
            });
            let names = self.routes.iter().rev().map(|(route, _)| route.named().0);
            lines = names.take(NAMED).collect();
            more = self.routes.len() - lines.len();
        }
        // Writing to a string cannot fail.
        for line in &lines {
            let _ = write!(text, "\n{}", Shortened(line));
        }
        if more > 0 {
            let _ = write!(text, "\nand {more} more");
        }
        text
    }
}
