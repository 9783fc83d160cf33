//! The client whose request the current thread answers, for code that waits without a request at hand.

use std::cell::RefCell;
use std::sync::{Arc, Weak};
use std::time::Duration;

use pyo3::prelude::*;

use crate::wire::Wire;

thread_local! {
    /// The connection. It is not kept open.
    static WIRE: RefCell<Weak<Wire>> = const { RefCell::new(Weak::new()) };
}

/// Notes that this thread answers a request on a connection.
pub(crate) fn bind_thread(wire: &Arc<Wire>) {
    WIRE.with_borrow_mut(|bound| {
        if bound.as_ptr() != Arc::as_ptr(wire) {
            *bound = Arc::downgrade(wire);
        }
    });
}

/// Whether the client has left or closed its sending half. A thread that a script started has no client.
#[pyfunction]
pub(crate) fn client_left() -> bool {
    let wire = WIRE.with_borrow(Weak::upgrade);
    wire.is_some_and(|wire| wire.is_left_within(Some(Duration::ZERO)))
}
