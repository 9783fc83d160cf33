//! TLS, as scripts see it: `request.tls`, `writer.tcp` and `writer.close_notify`, and what the writer's
//! socket needs to speak it.

use std::time::Instant;

use pyo3::exceptions::PyBrokenPipeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::Fate;
use crate::python::interpreter::gate;
use crate::python::interpreter::imported::Imported;
use crate::python::interpreter::once_value::intern;
use crate::transcript::BELOW_TLS;
use crate::wire::close;
use crate::wire::outbound::Sent;

use super::ResponseWriter;
use super::steps::duration;

static TCP_SOCKET: Imported = Imported::new("wptserve.tls_socket", "TcpSocket");

#[pymethods]
impl ResponseWriter {
    /// Whether close_notify precedes the server's FIN. Without TLS, it makes no difference.
    #[getter]
    fn close_notify(&self) -> bool {
        self.turn().wire().announces_end()
    }

    #[setter]
    fn set_close_notify(&self, announces: bool) {
        if !self.turn().is_over() {
            self.turn().wire().announce_end(announces);
        }
    }

    /// The socket beneath TLS; `socket` on a connection without.
    #[getter]
    fn tcp<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let writer = slf.get();
        let wire = writer.turn().wire();
        if wire.tls().is_none() {
            return slf.getattr(intern!(py, "socket"));
        }
        if writer.turn().is_over() {
            return Err(PyBrokenPipeError::new_err("the exchange is over"));
        }
        writer.flush(py);
        writer.tcp.get_or_make(py, || {
            let class = TCP_SOCKET.get(py)?;
            class.call_method1(intern!(py, "of"), (wire.duplicate()?, slf))
        })
    }

    /// Called when the script is about to send beneath TLS: sends what was written so far.
    fn _go_below_tls(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        self.turn().mark_handed_over();
        self.flush(py);
        let wire = self.turn().wire();
        wire.break_session();
        self.turn().grow_fate(Fate::Close);
        if let Some(tape) = wire.tape() {
            tape.note(BELOW_TLS);
        }
    }

    /// Sends close_notify; later writes fail.
    fn _end_session(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        self.turn().mark_handed_over();
        self.flush(py);
        self.turn().grow_fate(Fate::Close);
        gate::away(py, || close::end_session(self.turn().wire()));
    }

    /// Sends bytes, all of them without a time-out. With one, returns how many were taken; `None` if the
    /// client reads nothing for so long.
    fn _send_within(
        &self,
        py: Python<'_>,
        data: &Bound<'_, PyBytes>,
        timeout: Option<f64>,
    ) -> PyResult<Option<usize>> {
        let (turn, bytes) = (self.turn(), data.as_bytes());
        let gone = |_| PyBrokenPipeError::new_err("the client is gone");
        let Some(timeout) = timeout.map(duration).transpose()? else {
            let sent = gate::away(py, || turn.send(bytes));
            return sent.map(|()| Some(bytes.len())).map_err(gone);
        };
        gate::away(py, || {
            let began = Instant::now();
            loop {
                match turn.send_now(bytes)? {
                    Sent::All => return Ok(Some(bytes.len())),
                    Sent::Part(0) => {}
                    Sent::Part(count) => return Ok(Some(count)),
                }
                let left = timeout.saturating_sub(began.elapsed());
                if !turn.wire().is_writable_within(left) || left.is_zero() {
                    return Ok(None);
                }
            }
        })
        .map_err(gone)
    }

    /// Takes up to `count` bytes as soon as there are any; none at the client's end. `None` if nothing
    /// arrives within the time-out.
    fn _receive_within<'py>(
        &self,
        py: Python<'py>,
        count: usize,
        timeout: Option<f64>,
    ) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let timeout = timeout.map(duration).transpose()?;
        if self.turn().is_over() {
            return Ok(Some(PyBytes::new(py, b"")));
        }
        self.flush(py);
        let body = self.asked().body();
        let wire = self.turn().wire();
        let bytes = gate::away(py, || {
            if let Some(timeout) = timeout
                && body.arrived(1).is_empty()
                && !wire.wait(|| wire.is_readable_within(timeout))
            {
                return None;
            }
            Some(body.read_some(count))
        });
        Ok(bytes.map(|bytes| PyBytes::new(py, &bytes)))
    }
}
