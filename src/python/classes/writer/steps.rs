//! What a wire script's steps are as calls on the writer, one by one or as a list: any of them may come
//! before, between or instead of the writes of a response. A wait is spent without the interpreter.

use std::time::{Duration, Instant};

use pyo3::exceptions::{PyTimeoutError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::exchange::Fate;
use crate::exchange::body::{BodyError, RawReadError};
use crate::exchange::events::Waited;
use crate::exchange::play::{self, End};
use crate::python::classes::input_file;
use crate::python::classes::request::Request;
use crate::python::interpreter::gate;
use crate::wire::close;
use crate::wire_script::{Awaited, By, Limit, Reading, Step, WireScript};

use super::ResponseWriter;

#[pymethods]
impl ResponseWriter {
    /// Plays a script: steps as tuples, or a text in the `.wire` format.
    fn script(&self, py: Python<'_>, steps: &Bound<'_, PyAny>) -> PyResult<Played> {
        let script = self.script_of(steps)?;
        let request = self.asked();
        let (turn, body, events) = (self.turn(), request.body(), request.events());
        turn.mark_written();
        let played = gate::away(py, || play::play(&script, turn, body, events));
        let timings = played.timings.iter();
        Ok(Played {
            timings: timings
                .map(|timing| (timing.asked.as_secs_f64(), timing.achieved.as_secs_f64()))
                .collect(),
            end: match played.end {
                End::Done => "done",
                End::Gone => "gone",
                End::TooLate => "too late",
            },
        })
    }

    /// Waits so many seconds; `False` as soon as the client is gone.
    fn pause(&self, py: Python<'_>, seconds: f64) -> PyResult<bool> {
        let time = duration(seconds)?;
        self.flush(py);
        Ok(gate::away(py, || self.turn().pause(time).is_ok()))
    }

    /// Stays silent until the client leaves, or for so many seconds; `False` if it has left.
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

    /// FIN; the client may go on sending.
    fn half_close(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        self.flush(py);
        self.turn().mark_written();
        self.turn().grow_fate(Fate::Close);
        gate::away(py, || close::half_close(self.turn().wire()));
    }

    /// FIN, and the end of the connection when the handler has returned.
    fn close(&self, py: Python<'_>) {
        self.half_close(py);
    }

    /// RST.
    fn reset(&self, py: Python<'_>) {
        if self.turn().is_over() {
            return;
        }
        // Not waiting for the peer. One that is gone is reset all the same.
        let _ = self.turn().send_now(&[]);
        self.turn().mark_written();
        self.turn().grow_fate(Fate::Close);
        gate::away(py, || close::reset(self.turn().wire()));
    }

    /// Takes bytes off the connection as they come: so many, or up to and with a pattern. Fewer when
    /// the client's bytes end. Where a limit passes, `partial` of the `TimeoutError` has what came.
    #[pyo3(signature = (count=None, *, until=None, within=None))]
    fn read<'py>(
        &self,
        py: Python<'py>,
        count: Option<Bound<'py, PyAny>>,
        until: Option<Bound<'py, PyAny>>,
        within: Option<f64>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let what = match (count, until) {
            (Some(count), None) => Reading::Bytes(self::count(&count)?),
            (None, Some(pattern)) => Reading::Until(self.pattern(&pattern)?),
            _ => return Err(PyTypeError::new_err("read takes a count or until")),
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
                let error = PyTimeoutError::new_err("the bytes did not come in time");
                let partial = PyBytes::new(py, &read);
                error.value(py).setattr(intern!(py, "partial"), partial)?;
                Err(error)
            }
        }
    }

    /// Waits for an event; `False` if it does not happen within so many seconds, or the client leaves.
    #[pyo3(signature = (event, within=None))]
    fn wait_for(&self, py: Python<'_>, event: &str, within: Option<f64>) -> PyResult<bool> {
        let event = named(event)?;
        let limit = limit(within)?;
        self.flush(py);
        let waited = gate::away(py, || {
            let wire = self.turn().wire();
            let is_there = || !wire.is_gone_within(Duration::ZERO);
            let events = self.asked().events();
            events.wait_while_there(event, limit, is_there)
        });
        Ok(waited == Waited::Happened)
    }

    /// Waits for so many bytes of the body, or all of it; `False` if they do not come within so many
    /// seconds, or at all.
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
        let limit = limit(within)?;
        self.flush(py);
        let waited = gate::away(py, || {
            let turn = self.turn();
            let is_there = || !turn.wire().is_gone_within(Duration::ZERO);
            let events = self.asked().events();
            let waited = events.wait_for_connection(turn.known_connections(), limit, is_there);
            turn.know_connections(events.connections());
            waited
        });
        Ok(waited == Waited::Happened)
    }

    /// Makes an event happen.
    fn set(&self, event: &str) -> PyResult<()> {
        self.asked().events().set(named(event)?);
        Ok(())
    }

    /// Makes an event one that has not happened.
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

/// What has become of a script's steps.
#[pyclass(name = "Played", module = "wptserve.response", frozen, get_all)]
pub(in crate::python) struct Played {
    /// Of each step, when it was to be done and when it was, in seconds from the beginning.
    timings: Vec<(f64, f64)>,
    /// `done`, `gone` (the client) or `too late` (a limit passed).
    end: &'static str,
}

impl ResponseWriter {
    fn asked(&self) -> &Request {
        self.response().asked()
    }

    fn script_of(&self, steps: &Bound<'_, PyAny>) -> PyResult<WireScript> {
        if steps.is_instance_of::<PyString>() || steps.is_instance_of::<PyBytes>() {
            let text = self.encode(steps)?;
            return WireScript::parse(&text)
                .map_err(|error| PyValueError::new_err(error.to_string()));
        }
        let py = steps.py();
        let mut script: Vec<Step> = Vec::new();
        let mut is_receiving = false;
        for (number, step) in steps.try_iter()?.enumerate() {
            // Not every class of exception can be made from a text.
            let numbered = |error: PyErr| {
                let message = format!("step {}: {}", number + 1, error.value(py));
                match error.is_instance_of::<PyTypeError>(py) {
                    true => PyTypeError::new_err(message),
                    false => PyValueError::new_err(message),
                }
            };
            let refused = |reason| Err(numbered(PyValueError::new_err(reason)));
            let step = self.step_of(&step?).map_err(numbered)?;
            if script.last().is_some_and(Step::is_last) {
                return refused("nothing can come behind the end");
            }
            if is_receiving && matches!(step, Step::Send(_) | Step::Next(By::Site)) {
                return refused("nothing can be sent behind half_close");
            }
            is_receiving |= step == Step::HalfClose;
            script.push(step);
        }
        Ok(script.into())
    }

    fn pattern(&self, pattern: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let pattern = self.encode(pattern)?;
        if pattern.is_empty() {
            return Err(PyValueError::new_err("the pattern is empty"));
        }
        Ok(pattern.into_owned())
    }

    fn step_of(&self, step: &Bound<'_, PyAny>) -> PyResult<Step> {
        let py = step.py();
        let (name, arguments) = if let Ok(tuple) = step.cast::<PyTuple>() {
            let name = tuple
                .get_item(0)
                .map_err(|_| PyValueError::new_err("it is empty"))?;
            (name.extract::<String>()?, tuple.get_slice(1, tuple.len()))
        } else {
            let name = step.extract::<String>().map_err(|_| {
                PyTypeError::new_err("it must be a tuple, or the name of a step without arguments")
            })?;
            (name, PyTuple::empty(py))
        };
        let arguments = Arguments {
            name: &name,
            arguments,
        };
        let step = match name.as_str() {
            "send" => Step::Send(self.encode(&arguments.first()?)?.into_owned()),
            "pause" => Step::Pause(duration(arguments.first()?.extract()?)?),
            "wait_for" => {
                let event = Awaited::Event(arguments.event()?);
                Step::WaitFor(event, arguments.within(1)?)
            }
            "wait_for_head" => Step::WaitFor(Awaited::Head, arguments.within(0)?),
            "wait_for_connection" => Step::WaitFor(Awaited::Connection, arguments.within(0)?),
            "wait_for_body" => {
                let count = arguments.optional(0);
                let count = count.as_ref().map(self::count).transpose()?;
                Step::WaitFor(Awaited::Body(count), arguments.within(1)?)
            }
            "set" => Step::Set(arguments.event()?),
            "clear" => Step::Clear(arguments.event()?),
            "read" => {
                let count = Reading::Bytes(count(&arguments.first()?)?);
                Step::Read(count, arguments.within(1)?)
            }
            "read_until" => {
                let pattern = self.pattern(&arguments.first()?)?;
                Step::Read(Reading::Until(pattern), arguments.within(1)?)
            }
            "half_close" => Step::HalfClose,
            "close" => Step::Close,
            "reset" => Step::Reset,
            "hold" => Step::Hold(arguments.within(0)?),
            "next" => Step::Next(By::Script),
            "next_site" => Step::Next(By::Site),
            unknown => {
                return Err(PyValueError::new_err(format!(
                    "there is no step {unknown:?}"
                )));
            }
        };
        arguments.check_count(&step)?;
        Ok(step)
    }
}

/// What stands behind the name of a step.
struct Arguments<'a, 'py> {
    name: &'a str,
    arguments: Bound<'py, PyTuple>,
}

impl<'py> Arguments<'_, 'py> {
    fn first(&self) -> PyResult<Bound<'py, PyAny>> {
        self.arguments
            .get_item(0)
            .map_err(|_| PyValueError::new_err(format!("{:?} needs an argument", self.name)))
    }

    fn event(&self) -> PyResult<String> {
        let event = self.first()?.extract::<String>()?;
        named(&event).map(str::to_owned)
    }

    fn optional(&self, at: usize) -> Option<Bound<'py, PyAny>> {
        let argument = self.arguments.get_item(at).ok();
        argument.filter(|argument| !argument.is_none())
    }

    fn within(&self, at: usize) -> PyResult<Limit> {
        let seconds = self.optional(at);
        seconds
            .map(|seconds| duration(seconds.extract()?))
            .transpose()
    }

    fn check_count(&self, step: &Step) -> PyResult<()> {
        let most = match step {
            Step::Send(_) | Step::Pause(_) | Step::Set(_) | Step::Clear(_) | Step::Hold(_) => 1,
            Step::WaitFor(Awaited::Head | Awaited::Connection, _) => 1,
            Step::WaitFor(Awaited::Event(_) | Awaited::Body(_), _) | Step::Read(..) => 2,
            Step::HalfClose | Step::Close | Step::Reset | Step::Next(_) => 0,
        };
        if self.arguments.len() > most {
            let takes = match most {
                0 => "no argument",
                1 => "1 argument at most",
                _ => "2 arguments at most",
            };
            let message = format!("{:?} takes {takes}", self.name);
            return Err(PyValueError::new_err(message));
        }
        Ok(())
    }
}

fn named(event: &str) -> PyResult<&str> {
    if event.is_empty() {
        return Err(PyValueError::new_err("an event has a name"));
    }
    Ok(event)
}

fn count(count: &Bound<'_, PyAny>) -> PyResult<u64> {
    count.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyTypeError>(count.py()) {
            return error;
        }
        PyValueError::new_err(format!("{count} is no number of bytes"))
    })
}

fn duration(seconds: f64) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|_| PyValueError::new_err(format!("{seconds} is no number of seconds to wait")))
}

fn limit(within: Option<f64>) -> PyResult<Option<Instant>> {
    let within = within.map(duration).transpose()?;
    // A limit that no clock reaches is none.
    Ok(within.and_then(|within| Instant::now().checked_add(within)))
}
