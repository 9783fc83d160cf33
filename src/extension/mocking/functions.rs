//! Python functions that answer requests, or choose them. They run on the threads of connections.

use std::sync::Arc;

use pyo3::exceptions::PyConnectionError;
use pyo3::prelude::*;

use crate::error::Error;
use crate::exchange::Exchange;
use crate::exchange::body::BodyError;
use crate::mock::{Answer, Call, IntoAnswer, Respond};
use crate::python::{self, Held};
use crate::record::Recording;

use super::answers::NativeAnswer;
use super::raised::{Raised, note, note_failure};
use super::requests::NativeRequest;

/// What the package makes of values: of a native request the one that functions see, and of what they return an
/// answer.
pub(super) struct Interface {
    pub(super) request: Held,
    pub(super) answer: Held,
    /// Where the bodies are of requests that a test has kept.
    pub(super) recording: Option<Arc<Recording>>,
}

/// A Python function, and where its exceptions go.
#[derive(Clone)]
pub(super) struct Function {
    pub(super) function: Arc<Held>,
    pub(super) interface: Arc<Interface>,
    pub(super) raised: Raised,
}

impl Function {
    /// A handler that answers with what the function returns.
    pub(super) fn respond(self) -> Respond {
        Arc::new(move |call: &Call, exchange: &mut Exchange<'_>| {
            python::answer(exchange, |py| {
                let answer = self.call(py, call).and_then(|returned| {
                    let answer = self.interface.answer.call1(py, (returned,))?;
                    let answer = answer.bind(py).cast::<NativeAnswer>();
                    let answer = answer.map_err(PyErr::from)?;
                    Ok(answer.get().make_once(&self.raised))
                });
                answer.unwrap_or_else(|failure| match failure {
                    Failure::Raised(error) => {
                        let text = error.to_string();
                        note(py, &self.raised, error);
                        Error::new(text).into_answer()
                    }
                    Failure::ClientLeft(error) => Error::from(error).into_answer(),
                })
            })
        })
    }

    /// Whether the function returns something true.
    pub(super) fn holds(&self, call: &Call) -> bool {
        python::aside(|py| {
            let holds = self.call(py, call);
            let holds = holds.and_then(|returned| Ok(returned.bind(py).is_truthy()?));
            holds.unwrap_or_else(|failure| {
                let Failure::Raised(error) = failure else {
                    return false;
                };
                let request = format!("{} {}", call.method(), call.target());
                log::error!("{request}: {error}");
                let what = format!("{request}: the condition of a route");
                note_failure(py, &self.raised, &what, error);
                false
            })
        })
    }

    fn call(&self, py: Python<'_>, call: &Call) -> Result<Py<PyAny>, Failure> {
        let recording = self.interface.recording.clone();
        let native = Bound::new(py, NativeRequest::answered(call.clone(), recording))?;
        let request = self.interface.request.call1(py, (&native,))?;
        let returned = self.function.call1(py, (request,));
        python::end_child(py, returned.as_ref().err());
        native.get().end();
        returned.map_err(|error| match native.get().client_left() {
            Some(left) if error.is_instance_of::<PyConnectionError>(py) => {
                Failure::ClientLeft(left)
            }
            _ => Failure::Raised(error),
        })
    }
}

/// Why a function has returned nothing.
enum Failure {
    Raised(PyErr),
    /// While the function waited for the body: tests of cancelled uploads want that.
    ClientLeft(BodyError),
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// Whatever answers: an answer, or a function.
pub(super) fn respond(
    answerer: &Bound<'_, PyAny>,
    function: impl FnOnce(Py<PyAny>) -> Function,
) -> Respond {
    match answerer.cast::<NativeAnswer>() {
        Ok(answer) => {
            let answer = answer.get().clone();
            Arc::new(move |_: &Call, _: &mut Exchange<'_>| -> Answer { answer.make() })
        }
        Err(_) => function(answerer.clone().unbind()).respond(),
    }
}
