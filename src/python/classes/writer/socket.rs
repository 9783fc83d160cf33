//! The writer's socket, `response.writer.socket`, and the `http.server` handler around the connection,
//! `response.writer._handler`. Both send bytes that the writer does not see.

use pyo3::exceptions::PyBrokenPipeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::python::classes::tape::Tape;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;

use super::ResponseWriter;

static RAW_SOCKET: Imported = Imported::new("wptserve.raw_socket", "RawSocket");
static RECORDED_SOCKET: Imported = Imported::new("wptserve.recorded_socket", "RecordedSocket");
static TLS_SOCKET: Imported = Imported::new("wptserve.tls_socket", "TlsSocket");
static REQUEST_HANDLER: Imported = Imported::new("wptserve.request_handler", "RequestHandler");

#[pymethods]
impl ResponseWriter {
    /// Sends bytes without changing the writer's state; for `_handler.wfile`.
    fn _wire_write(&self, data: &Bound<'_, PyBytes>) -> PyResult<()> {
        if self.send(data.py(), data.as_bytes()) {
            Ok(())
        } else {
            Err(PyBrokenPipeError::new_err("the client is gone"))
        }
    }

    /// A `socket.socket` on this connection. What was written so far is sent first.
    #[getter]
    fn socket<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let writer = slf.get();
        if writer.turn().is_over() {
            return Err(PyBrokenPipeError::new_err("the exchange is over"));
        }
        writer.flush(py);
        writer.socket.get_or_make(py, || {
            let wire = writer.turn().wire();
            let descriptor = wire.duplicate()?;
            let class = match (wire.tls(), wire.tape()) {
                // What goes through TLS is recorded by the wire.
                (Some(_), _) => &TLS_SOCKET,
                (None, None) => &RAW_SOCKET,
                (None, Some(_)) => &RECORDED_SOCKET,
            };
            class
                .get(py)?
                .call_method1(intern!(py, "of"), (descriptor, slf))
        })
    }

    /// Called when the script is about to send on the socket: sends what was written so far.
    fn _hand_over(&self, py: Python<'_>) {
        self.turn().mark_handed_over();
        self.flush(py);
    }

    /// How many bytes the server has taken off the connection and `socket.recv` gives first. `select` sees
    /// those that are still in the system's buffer.
    #[getter]
    fn buffered(&self) -> usize {
        if self.turn().is_over() {
            return 0;
        }
        self.response().asked().body().arrived(usize::MAX).len()
    }

    /// Takes these bytes, or with `peek` looks at them.
    fn _take_arrived<'py>(&self, py: Python<'py>, count: usize, peek: bool) -> Bound<'py, PyBytes> {
        if self.turn().is_over() {
            return PyBytes::new(py, b"");
        }
        let body = self.response().asked().body();
        let bytes = match peek {
            true => body.arrived(count),
            false => body.take_arrived(count),
        };
        PyBytes::new(py, &bytes)
    }

    /// Called when the script has received bytes on the socket: those of the body count as read.
    fn _count_received(&self, data: &Bound<'_, PyBytes>) {
        if !self.turn().is_over() {
            self.response()
                .asked()
                .body()
                .count_received(data.as_bytes());
        }
    }

    /// The transcript, for bytes that a socket sends or receives without the wire's knowledge.
    #[getter]
    fn _tape(&self) -> Option<Tape> {
        self.turn().wire().tape().cloned().map(Tape)
    }

    /// An `http.server` request handler around this connection.
    #[getter]
    fn _handler<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        slf.get().handler.get_or_make(py, || {
            REQUEST_HANDLER
                .get(py)?
                .call_method1(intern!(py, "of"), (slf,))
        })
    }

    /// The file that `_handler` writes to.
    #[getter]
    fn _wfile<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        Self::_handler(slf)?.getattr("wfile")
    }
}
