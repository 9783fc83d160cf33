//! The access log: one line for each exchange.

use std::time::Instant;

use crate::exchange::{Request, Turn};
use crate::text::latin1;

/// Method and target, with control characters escaped so that they stay on one line.
pub(super) fn shown_target(request: &Request) -> String {
    if request.is_unread() {
        return "(no request)".to_owned();
    }
    let line = [request.method(), b" ", request.request_path()].concat();
    let escape = |character: char| {
        let keep = (!character.is_control()).then_some(character);
        let escaped = character.is_control().then(|| character.escape_default());
        keep.into_iter().chain(escaped.into_iter().flatten())
    };
    latin1::decode(&line).chars().flat_map(escape).collect()
}

/// Logs an exchange that has ended.
pub(super) fn write(request: &Request, turn: &Turn, began: Instant) {
    let status = match turn.status() {
        0 => "-".to_owned(),
        status => status.to_string(),
    };
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let sent = turn.sent();
    let peer = request.peer();
    log::info!(
        "{peer} {} {status} {sent} bytes {took:.1} ms",
        shown_target(request)
    );
}
