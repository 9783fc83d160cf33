//! A connection's transcript, as used by a script's socket (`lib/wptserve/recorded_socket.py`) to record what it
//! sends and receives without the wire's knowledge.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::transcript::{self, Side};

use crate::python::interpreter::gate;

/// The tape of a connection.
#[pyclass(name = "Tape", module = "wptserve._native", frozen)]
pub(crate) struct Tape(pub(crate) Arc<transcript::Tape>);

#[pymethods]
impl Tape {
    /// The script sent `length` bytes, which begin with these.
    fn sent(&self, py: Python<'_>, bytes: &[u8], length: u64) {
        gate::away(py, || self.0.sent(bytes, length));
    }

    /// The script received these bytes; no bytes mean the client's FIN.
    fn received(&self, py: Python<'_>, bytes: &[u8]) {
        gate::away(py, || match bytes {
            [] => self.0.client_fin(),
            bytes => self.0.received(bytes, bytes.len() as u64),
        });
    }

    /// The client has reset the connection.
    fn reset(&self, py: Python<'_>) {
        gate::away(py, || self.0.reset(Side::Client));
    }

    /// The script has shut down one direction or both; `how` is a `SHUT_*` constant of `socket`.
    fn shut(&self, py: Python<'_>, how: i32) {
        gate::away(py, || match how {
            libc::SHUT_RD => self.0.stop_reading(),
            libc::SHUT_WR => self.0.server_fin(),
            _ => self.0.cut(),
        });
    }

    fn note(&self, py: Python<'_>, text: &str) {
        gate::away(py, || self.0.note(text));
    }
}
