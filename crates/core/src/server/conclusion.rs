//! The end of an exchange: what is still to be sent goes out, and what the request, the response, the
//! handler and a wire script contribute to the fate of the connection is joined.

use std::sync::Arc;

use crate::exchange::response::RequiredHeaders;
use crate::exchange::{Exchange, Fate, Response, Turn};
use crate::wire::{Wire, close};

use super::access_log::shown_target;

/// Sends what is still to be sent, and joins what everyone contributes to the connection's fate.
pub(super) fn finish(exchange: &Exchange<'_>, response: Option<&mut Response>) -> Fate {
    let request = &exchange.request;
    let turn = exchange.turn();
    let fate = turn.take_fate();
    if matches!(fate, Fate::Abort) {
        return fate;
    }
    // A client that has asked nothing yet gets no response, and does not wait for one.
    let is_owed = !request.is_unread() && !matches!(fate, Fate::Next(..));
    let is_in_doubt = exchange.leaves_body_in_doubt();
    let sent = match response {
        Some(response) if !request.is_unread() => {
            if is_in_doubt {
                announce_close(response);
            }
            response.adapt_stream(request);
            response.send(turn, request.method())
        }
        // Head calls without a write after them are still waiting.
        _ => Ok(match turn.flush() {
            // After a half-close nothing can be sent, but the client may send the next request.
            Err(_) if matches!(fate, Fate::Next(..)) => Fate::Keep,
            Err(_) => Fate::Abort,
            // The client would wait indefinitely.
            Ok(()) if is_owed && turn.is_silent() => Fate::Close,
            Ok(()) => Fate::Keep,
        }),
    };
    let sent = sent.unwrap_or_else(|broken_off| {
        let (asked, error) = (shown_target(request), &broken_off.error);
        log::error!("{asked}: the content failed before its end: {error}");
        if broken_off.is_panic {
            exchange.server().panics.add(format!("{asked}: {error}"));
        }
        broken_off.fate
    });
    let of_body = match is_in_doubt {
        true => Fate::Close,
        false => Fate::Keep,
    };
    // Content may close the connection while it is made.
    let of_handler = fate.join(turn.take_fate());
    request.fate().join(of_body).join(of_handler).join(sent)
}

/// The client must learn that the rest of its body is not awaited (RFC 9110 §10.1.1).
pub(super) fn announce_close(response: &mut Response) {
    if response.required_headers == RequiredHeaders::Add && !response.says_close() {
        response.headers.append("Connection", "close");
    }
}

/// Sends a response that ends with its head, so that it keeps the connection without a length
/// (RFC 9112 §6.3).
pub(super) fn send_head(exchange: &Exchange<'_>, response: &mut Response) -> Fate {
    let says_close = response.says_close();
    match response.send(exchange.turn(), exchange.request.method()) {
        Ok(Fate::Keep | Fate::Close) if says_close => exchange.request.fate().join(Fate::Close),
        Ok(Fate::Keep | Fate::Close) => exchange.request.fate(),
        Ok(fate) => fate,
        Err(_) => Fate::Abort,
    }
}

/// Answers CONNECT with a head alone, after which the bytes of the connection are another protocol's
/// (RFC 9110 §9.3.6). So no field of the request ends the connection.
pub(super) fn accept_connect(exchange: &Exchange<'_>) -> Fate {
    match Response::default().send(exchange.turn(), exchange.request.method()) {
        Ok(Fate::Keep | Fate::Close) => Fate::Keep,
        Ok(_) | Err(_) => Fate::Abort,
    }
}

/// Answers a connection whose requests are not read, and closes it.
pub(super) fn refuse(wire: &Arc<Wire>, response: Response) {
    send_refusal(&Turn::begin(Arc::clone(wire)), response, b"");
    close::fin_then_drain(wire);
}

/// `method` is the method of the request if it has been read: HEAD gets no content.
pub(super) fn send_refusal(turn: &Turn, mut response: Response, method: &[u8]) {
    if let Some(fault) = &response.fault {
        log::info!("{} refused: {fault}", turn.wire().peer());
    }
    response.headers.append("Connection", "close");
    if let Err(broken_off) = response.send(turn, method) {
        log::debug!("a refusal could not be sent: {}", broken_off.error);
    }
}
