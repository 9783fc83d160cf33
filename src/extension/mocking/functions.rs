//! Python functions that answer requests, or choose them. They run on the threads of connections.

use std::sync::Arc;

use parking_lot::Mutex;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;

use crate::error::Error;
use crate::exchange::Exchange;
use crate::mock::{Answer, Call, IntoAnswer, Respond};
use crate::python;

use super::answers::NativeAnswer;
use super::requests::NativeRequest;

/// What the package makes of values: of a native request the one that functions see, and of what they return an
/// answer.
pub(super) struct Interface {
    pub(super) request: Py<PyAny>,
    pub(super) answer: Py<PyAny>,
}

/// The exceptions that functions have raised.
pub(super) type Raised = Arc<Mutex<Vec<Py<PyBaseException>>>>;

/// Exceptions that are kept; later ones are only logged.
const KEPT: usize = 100;

/// A Python function, and where its exceptions go.
#[derive(Clone)]
pub(super) struct Function {
    pub(super) function: Arc<Py<PyAny>>,
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
                    let answer = answer.bind(py).cast::<NativeAnswer>()?;
                    Ok(answer.get().make())
                });
                answer.unwrap_or_else(|error| {
                    let text = error.to_string();
                    self.note(py, error);
                    Error::new(text).into_answer()
                })
            })
        })
    }

    /// Whether the function returns something true.
    pub(super) fn holds(&self, call: &Call) -> bool {
        python::aside(|py| {
            let holds = self.call(py, call);
            let holds = holds.and_then(|returned| returned.bind(py).is_truthy());
            holds.unwrap_or_else(|error| {
                log::error!("{} {}: {error}", call.method(), call.target());
                self.note(py, error);
                false
            })
        })
    }

    fn call(&self, py: Python<'_>, call: &Call) -> PyResult<Py<PyAny>> {
        let native = Bound::new(py, NativeRequest::from(call.clone()))?;
        let request = self.interface.request.call1(py, (&native,))?;
        let returned = self.function.call1(py, (request,));
        native.get().end();
        returned
    }

    fn note(&self, py: Python<'_>, error: PyErr) {
        let error = error.into_value(py);
        let mut raised = self.raised.lock();
        if raised.len() < KEPT {
            raised.push(error);
        }
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
