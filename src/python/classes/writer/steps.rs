//! The steps of wire scripts as methods of the writer, one by one or as a list, before, between or
//! instead of the writes of a response. Waits leave the interpreter to other handlers.
//! `wire_script/table.rs` names the methods and their signatures.

use std::time::{Duration, Instant};

use pyo3::exceptions::{PyTimeoutError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::exchange::Fate;
use crate::exchange::body::{BodyError, RawReadError};
use crate::exchange::play;
use crate::python::classes::input_file;
use crate::python::classes::request::Request;
use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;
use crate::wire::close;
use crate::wire_script::{Awaited, Cursor, Reading};

use super::ResponseWriter;

#[pymethods]
impl ResponseWriter {
    /// Plays a script: a list of steps, or a text in the `.wire` format.
    fn script(&self, py: Python<'_>, steps: &Bound<'_, PyAny>) -> PyResult<Played> {
        let script = self.whole_script(steps)?;
        let request = self.asked();
        let (turn, body, server) = (self.turn(), request.body(), request.context());
        turn.mark_written();
        let facts = request.facts();
        let steps = Cursor::new(&script);
        let played = gate::away(py, || play::play(steps, facts, turn, body, server));
        let timings = played.timings.iter();
        Ok(Played {
            timings: timings
                .map(|timing| (timing.asked.as_secs_f64(), timing.achieved.as_secs_f64()))
                .collect(),
            end: played.end.as_str(),
        })
    }

    /// Waits for this many seconds; `False` as soon as the client is gone.
    fn pause(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let time = duration(seconds)?;
        self.flush(py);
        Ok(gate::away(py, || self.turn().pause(time).is_ok()))
    }

    /// Stays silent until the client leaves, or for this many seconds; `False` if it has left.
    #[pyo3(signature = (seconds=None))]
    fn hold(&self, py: Python<'_>, seconds: Option<f64>) -> PyResult<bool> {
        let time = seconds.map(duration).transpose()?;
        self.flush(py);
        self.turn().mark_written();
        let is_left = gate::away(py, || self.turn().wire().is_left_within(time));
        if is_left {
            self.turn().grow_fate(Fate::Close);
        }
        Ok(!is_left)
    }

    /// Limits how many unread bytes the kernel keeps for the server.
    fn receive_buffer(&self, count: Bound<'_, PyAny>) -> PyResult<()> {
        let bytes = self::count(&count)?;
        if !self.turn().is_over() {
            self.turn().wire().set_receive_buffer(bytes);
        }
        Ok(())
    }

    /// FIN; the client may continue to send.
    fn half_close(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        self.flush(py);
        self.turn().mark_written();
        self.turn().grow_fate(Fate::Close);
        gate::away(py, || close::half_close(self.turn().wire()));
    }

    /// FIN, and the end of the connection after the handler has returned. Through TLS, close_notify precedes
    /// FIN unless `notify` is false.
    #[pyo3(signature = (*, notify=true))]
    fn close(&self, py: Python<'_>, notify: bool) {
        if !notify && !self.turn().is_over() {
            self.turn().wire().announce_end(false);
        }
        self.half_close(py);
    }

    /// RST.
    fn reset(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        // Without waiting for the client, and even if it is gone.
        let _ = self.turn().send_now(&[]);
        self.turn().mark_written();
        self.turn().grow_fate(Fate::Close);
        gate::away(py, || close::reset(self.turn().wire()));
    }

    /// Takes raw bytes off the connection: this many, or up to and including a pattern. Fewer if the
    /// client's bytes end. When the limit passes, `partial` of the `TimeoutError` has what came.
    #[pyo3(signature = (count=None, within=None, *, until=None))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        count: Option<Bound<'py, PyAny>>,
        within: Option<f64>,
        until: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let what = match (count, until) {
            (Some(count), None) => Reading::Bytes(self::count(&count)?),
            (None, Some(pattern)) => Reading::Until(self.pattern(&pattern)?),
            _ => return Err(PyTypeError::new_err("expected either count or until")),
        };
        let limit = limit(within)?;
        if self.turn().is_over() {
            return Ok(PyBytes::new(py, b""));
        }
        self.flush(py);
        let body = self.asked().body();
        match gate::away(py, || body.read_raw(&what, limit)) {
            Ok(read) | Err(RawReadError::Ended(read)) => Ok(PyBytes::new(py, &read)),
            Err(RawReadError::TooLate(read)) => {
                let error = PyTimeoutError::new_err("timed out before all bytes arrived");
                let partial = PyBytes::new(py, &read);
                error.value(py).setattr(intern!(py, "partial"), partial)?;
                Err(error)
            }
        }
    }

    /// Waits for an event; `False` if it is not set within this many seconds, or the client leaves.
    #[pyo3(signature = (event, within=None))]
    fn wait_for(&self, py: Python<'_>, event: &str, within: Option<f64>) -> PyResult<bool> {
        let event = Awaited::Event(named(event)?.to_owned());
        self.wait(py, &event, within)
    }

    /// Waits for this many bytes of the body, or all of it; `False` if they do not come within this
    /// many seconds, or at all.
    #[pyo3(signature = (count=None, within=None))]
    fn wait_for_body(
        &self,
        py: Python<'_>,
        count: Option<Bound<'_, PyAny>>,
        within: Option<f64>,
    ) -> PyResult<bool> {
        let count = count.as_ref().map(self::count).transpose()?;
        let limit = limit(within)?;
        self.flush(py);
        let body = self.asked().body();
        match gate::away(py, || body.wait_for(count, limit)) {
            Ok(()) => Ok(true),
            Err(BodyError::TooLate | BodyError::Truncated { .. }) => Ok(false),
            Err(error) => Err(input_file::raise(py, error)),
        }
    }

    /// Waits for another connection to the server; `False` as for `wait_for`.
    #[pyo3(signature = (within=None))]
    fn wait_for_connection(&self, py: Python<'_>, within: Option<f64>) -> PyResult<bool> {
        self.wait(py, &Awaited::Connection, within)
    }

    /// Sets an event.
    fn set(&self, event: &str) -> PyResult<()> {
        self.asked().events().set(named(event)?);
        Ok(())
    }

    /// Clears an event.
    fn clear(&self, event: &str) -> PyResult<()> {
        self.asked().events().clear(named(event)?);
        Ok(())
    }

    /// Sends `100 Continue` if the client waits for it, once; `False` if it is gone.
    fn send_continue(&self, py: Python<'_>) -> bool {
        let response = self.response();
        gate::away(py, || response.turn.send_continue(&response.facts).is_ok())
    }
}

/// How far a script was played.
#[pyclass(name = "Played", module = "wptserve.response", frozen, get_all)]
pub(crate) struct Played {
    /// When each step was due and when it was done, in seconds from the start.
    timings: Vec<(f64, f64)>,
    /// `done`, `gone` (the client), `too late` (a limit passed) or `unreadable` (a file).
    end: &'static str,
}

impl ResponseWriter {
    pub(super) fn asked(&self) -> &Request {
        self.response().asked()
    }

    fn wait(&self, py: Python<'_>, what: &Awaited, within: Option<f64>) -> PyResult<bool> {
        let limit = limit(within)?;
        self.flush(py);
        let request = self.asked();
        let (turn, body, events) = (self.turn(), request.body(), request.events());
        let waited = gate::away(py, || play::wait_for(what, limit, turn, body, events));
        Ok(waited.is_ok())
    }

    pub(super) fn pattern(&self, pattern: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let pattern = self.encode(pattern)?;
        if pattern.is_empty() {
            return Err(value_error(
                "expected bytes to search for, found an empty string",
            ));
        }
        Ok(pattern.into_owned())
    }
}

pub(super) fn value_error(message: impl Into<String>) -> PyErr {
    PyValueError::new_err(message.into())
}

pub(super) fn named(event: &str) -> PyResult<&str> {
    if event.is_empty() {
        return Err(value_error(
            "expected the name of an event, found an empty string",
        ));
    }
    Ok(event)
}

pub(super) fn count(count: &Bound<'_, PyAny>) -> PyResult<u64> {
    count.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyTypeError>(count.py()) {
            return error;
        }
        value_error(format!(
            "expected a number of bytes below 2^64, found {count}"
        ))
    })
}

pub(super) fn duration(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| value_error(format!("expected a number of seconds, found {seconds}")))
}

fn limit(within: Option<f64>) -> PyResult<Option<Instant>> {
    let within = within.map(duration).transpose()?;
    // A limit that no clock reaches is no limit.
    Ok(within.and_then(|within| Instant::now().checked_add(within)))
}
