//! The life of one connection: head, handler, response, and again. This is the only place that decides
//! to close, and it decides by values: what the client wished, how the response ended, what the
//! handler asked for.

use std::any::Any;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::Instant;

use crate::exchange::request::ClientWish;
use crate::exchange::response::Outcome;
use crate::exchange::{Body, Ending, Exchange, Request, Response, Turn};
use crate::fault::Fault;
use crate::http::head::Head;
use crate::site::Site;
use crate::text::latin1;
use crate::wire::inbound::HeadRead;
use crate::wire::{Wire, close};

use super::roster::Membership;
use super::shared::Shared;

/// What follows an exchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Another request may come.
    Request,
    /// FIN, then drain.
    Close,
}

/// Serves a connection until it ends.
pub(super) fn serve(wire: &Arc<Wire>, membership: &Membership, shared: &Shared) {
    let mut keepsake = None;
    while wait_for_request(wire, membership) && !shared.is_stopping() {
        let next = match read_request(wire, shared) {
            Ok(Some((request, site))) => {
                exchange(Arc::new(request), wire, shared, &site, &mut keepsake)
            }
            Ok(None) => Next::Close,
            Err(fault) => {
                refuse(wire, fault);
                return;
            }
        };
        if next == Next::Close {
            break;
        }
        if let Some(tape) = wire.tape() {
            tape.exchange_over();
        }
    }
    drop(keepsake);
    close::fin_then_drain(wire);
}

/// Answers what cannot become an exchange with a whole response, and closes.
pub(super) fn refuse(wire: &Arc<Wire>, fault: Fault) {
    log::info!("{} refused: {fault}", wire.peer());
    let mut response = Response::from(fault);
    response.headers.append("Connection", "close");
    response.send(&Turn::begin(Arc::clone(wire)), b"");
    close::fin_then_drain(wire);
}

/// Waits until bytes of a request are there. `false` when there will be none.
fn wait_for_request(wire: &Wire, membership: &Membership) -> bool {
    let mut inbound = wire.inbound();
    if inbound.buffered().is_empty() {
        membership.idle();
        if inbound.fill(wire.stream()) == 0 {
            return false;
        }
        return membership.busy();
    }
    true
}

/// The next request, with the site as it is when the request is there.
fn read_request(wire: &Wire, shared: &Shared) -> Result<Option<(Request, Arc<Site>)>, Fault> {
    let read = wire
        .inbound()
        .read_head(wire.stream(), &shared.limits.head());
    match read {
        HeadRead::Head(bytes) => {
            let head = Head::parse(bytes)?;
            let site = shared.site();
            let rewritten = site.rewritten(head.method(), head.target());
            let request = Request::with_target(head, rewritten, wire.peer(), wire.local())?;
            Ok(Some((request, site)))
        }
        HeadRead::Closed => Ok(None),
        HeadRead::Malformed(malformed) => Err(malformed.into()),
    }
}

fn exchange(
    request: Arc<Request>,
    wire: &Arc<Wire>,
    shared: &Shared,
    site: &Site,
    keepsake: &mut Option<Box<dyn Any>>,
) -> Next {
    let began = log::log_enabled!(log::Level::Info).then(Instant::now);
    let turn = Arc::new(Turn::begin(Arc::clone(wire)));
    if request.expects_continue() && turn.send(b"HTTP/1.1 100 Continue\r\n\r\n").is_err() {
        return Next::Close;
    }
    let body = Arc::new(Body::new(Arc::clone(wire), request.framing()));
    let next = if request.method() == b"CONNECT" {
        answer_connect(&turn, &request)
    } else {
        let mut exchange = Exchange::new(
            Arc::clone(&request),
            Arc::clone(&body),
            Arc::clone(&turn),
            Arc::clone(&shared.hosts),
            keepsake,
        );
        let response = handle(&mut exchange, site);
        let next = finish(&exchange, response);
        if next == Next::Request && body.drain().is_ok() {
            Next::Request
        } else {
            Next::Close
        }
    };
    body.end();
    if let Some(began) = began {
        log_access(&request, &turn, began);
    }
    next
}

/// A tunnel that leads to this very server: the bytes behind it are the next request (contract §8.7).
fn answer_connect(turn: &Turn, request: &Request) -> Next {
    match (
        Response::default().send(turn, request.method()),
        request.client_wish(),
    ) {
        (Outcome::PeerGone, _) | (_, ClientWish::Close) => Next::Close,
        _ => Next::Request,
    }
}

/// Lets the handler answer. What is still to be sent comes back.
fn handle(exchange: &mut Exchange<'_>, site: &Site) -> Option<Response> {
    let request = Arc::clone(&exchange.request);
    let result = match site.route(request.method(), request.path()) {
        None => Err(Fault::no_route()),
        Some((handler, route_match)) => {
            exchange.route_match = route_match;
            panic::catch_unwind(AssertUnwindSafe(|| handler.handle(exchange))).unwrap_or_else(
                |_| {
                    exchange.ending = Ending::Close;
                    Err(Fault::new(500, "the handler panicked"))
                },
            )
        }
    };
    match (result, exchange.turn().is_written()) {
        (Ok(()), false) => Some(std::mem::take(&mut exchange.response)),
        (Ok(()), true) => None,
        (Err(fault), false) => Some(fault.into()),
        (Err(fault), true) => {
            // The client has the beginning of another response; only the end of it can be told.
            log::error!(
                "{} failed within its response: {fault}",
                shown_target(&request)
            );
            exchange.ending = Ending::Close;
            None
        }
    }
}

fn finish(exchange: &Exchange<'_>, response: Option<Response>) -> Next {
    let request = &exchange.request;
    if exchange.ending == Ending::Abort {
        return Next::Close;
    }
    let outcome = match response {
        Some(response) => response.send(exchange.turn(), request.method()),
        // Head calls without a write behind them are still waiting.
        None if exchange.turn().send(&[]).is_err() => Outcome::PeerGone,
        // The client would wait for ever.
        None if exchange.turn().is_silent() => Outcome::UntilClose,
        None => Outcome::Delimited,
    };
    match (outcome, exchange.ending, request.client_wish()) {
        (Outcome::Delimited, Ending::ByResponse, ClientWish::Keep) => Next::Request,
        (Outcome::ContentFailed(error), _, _) => {
            log::error!(
                "{}: the content ended early: {error}",
                shown_target(request)
            );
            Next::Close
        }
        _ => Next::Close,
    }
}

/// Method and target for a line of the log, on one line whatever the client sent.
fn shown_target(request: &Request) -> String {
    let line = [request.method(), b" ", request.request_path()].concat();
    let escape = |character: char| {
        let keep = (!character.is_control()).then_some(character);
        let escaped = character.is_control().then(|| character.escape_default());
        keep.into_iter().chain(escaped.into_iter().flatten())
    };
    latin1::decode(&line).chars().flat_map(escape).collect()
}

fn log_access(request: &Request, turn: &Turn, began: Instant) {
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
