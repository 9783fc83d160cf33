//! Recording the body of a request after the response that ends its connection.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::exchange::Body;
use crate::wire::{Wire, close};

/// How long the rest of a body is awaited, as long as the connection would be drained anyway.
const REST: Duration = Duration::from_secs(2);

/// Receives the rest of a body, which the recording sees, after the response was sent.
pub(super) fn receive_rest(wire: &Arc<Wire>, body: &Body) {
    if body.is_received() {
        return;
    }
    // The client may be waiting for the end of the response before it ends its request.
    close::half_close(wire);
    let limit = Instant::now() + REST;
    match wire.wait(|| body.wait_for(None, Some(limit))) {
        Ok(()) => {
            if body.drain().is_err() {
                log::debug!("{}: the rest of a body is malformed", wire.peer());
            }
        }
        Err(error) => body.end_early(error),
    }
}
