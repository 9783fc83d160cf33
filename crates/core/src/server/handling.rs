//! Running a handler, and what its faults and panics become.

use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use crate::exchange::failures;
use crate::exchange::{Exchange, Expect, Handler, Response};
use crate::fault::Fault;

use super::access_log::shown_target;

/// Lets the handler answer, and returns the response that is still to be sent.
pub(super) fn handle(
    exchange: &mut Exchange<'_>,
    handler: &dyn Handler,
    expect: Expect,
) -> Option<Response> {
    let request = Arc::clone(&exchange.request);
    if expect == Expect::ByServer && exchange.send_continue().is_err() {
        exchange.abort_connection();
        return None;
    }
    let result = panic::catch_unwind(AssertUnwindSafe(|| handler.handle(exchange)));
    let result = result.unwrap_or_else(|panic| {
        let text = failures::message(&*panic);
        let panics = &exchange.server().panics;
        panics.add(match request.is_unread() {
            true => format!(
                "the handler of connection {} panicked: {text}",
                exchange.turn().wire().number()
            ),
            false => format!("{}: the handler panicked: {text}", shown_target(&request)),
        });
        exchange.close_connection();
        Err(Fault::new(500, "the handler panicked"))
    });
    match (result, exchange.turn().is_written()) {
        (Ok(()), false) => {
            let response = mem::take(&mut exchange.response);
            if request.is_unread() && !response.is_blank() {
                log::warn!(
                    "{}: expected the handler of the connection to write, found a response with status {}, which is not sent",
                    request.peer(),
                    response.status
                );
            }
            Some(response)
        }
        (Ok(()), true) => None,
        (Err(fault), _) if fault.is_client_gone() => {
            exchange.abort_connection();
            None
        }
        (Err(fault), false) if request.is_unread() => {
            // There is no request to answer, and the client may never send one.
            log::error!(
                "{}: the handler of the connection failed: {fault}",
                request.peer()
            );
            exchange.close_connection();
            None
        }
        (Err(fault), false) => {
            if fault.is_server_error() {
                log::error!("{}: {fault}", shown_target(&request));
            }
            Some(fault.into())
        }
        (Err(fault), true) => {
            // The client has the beginning of another response, and can only be shown that it is broken off.
            log::error!(
                "{}: the handler failed after it had begun its response: {fault}",
                shown_target(&request)
            );
            exchange.break_off();
            None
        }
    }
}
