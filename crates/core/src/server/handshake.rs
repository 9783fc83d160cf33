//! The handshake of a connection to an HTTPS port, and what becomes of clients without one.

use std::sync::Arc;

use crate::exchange::Response;
use crate::tls::Configs;
use crate::wire::handshake::HandshakeError;
use crate::wire::{Wire, close};

use super::conclusion;
use super::roster::Membership;

/// What a client is told that speaks HTTP without TLS.
const NOT_TLS: &str = "This port speaks HTTPS. Use a URL that begins with https://\n";

/// Does the handshake; `false` if it failed, and the connection is over. Until it is done, the connection
/// is idle: it may be closed for another one.
pub(super) fn secure(wire: &Arc<Wire>, configs: &Configs, membership: &Membership) -> bool {
    membership.idle();
    let result = wire.handshake(configs);
    if !membership.busy() {
        return false;
    }
    match result {
        Ok(()) => return true,
        Err(HandshakeError::Text) => conclusion::refuse(wire, not_tls()),
        Err(error) => {
            // Browsers break handshakes off as a matter of course, and scanners of ports do.
            log::debug!("{}: {error}", wire.peer());
            // Which alert a client sends can be what a test is about.
            if let Some(tape) = wire.tape() {
                tape.note(&error.to_string());
            }
            close::fin_then_drain(wire);
        }
    }
    false
}

fn not_tls() -> Response {
    let mut response = Response {
        status: 400,
        content: NOT_TLS.into(),
        ..Response::default()
    };
    response.headers.set("Content-Type", "text/plain");
    response
}
