//! Routes of a server for tests.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use serde_json::Value;

use crate::extension::owned::seconds;
use crate::mock::{Route, Times};

use super::answers::NativeAnswer;
use super::functions::{self, Function, Interface};
use super::raised::Raised;

/// A route. Python code sees it as `wireserve._native.Route`.
#[pyclass(name = "Route", module = "wireserve._native", frozen)]
pub(super) struct NativeRoute {
    route: Route,
    interface: Arc<Interface>,
    raised: Raised,
}

#[pymethods]
impl NativeRoute {
    /// Answers in this way after the last one has answered as often as it should.
    fn then(&self, py: Python<'_>, answerer: &Bound<'_, PyAny>) {
        let respond = functions::respond(answerer, |function| self.function(function));
        py.detach(|| drop(self.route.then_by(respond)));
    }

    /// The last answerer answers only so many requests.
    fn times(&self, py: Python<'_>, count: u64) -> PyResult<()> {
        at_least_one(count)?;
        py.detach(|| drop(self.route.times(count)));
        Ok(())
    }

    /// Answers the next request in this way.
    fn enqueue(&self, py: Python<'_>, answer: &NativeAnswer) {
        py.detach(|| drop(self.route.enqueue(answer.make())));
    }

    fn when_query(&self, py: Python<'_>, name: String, value: String) {
        py.detach(|| drop(self.route.when_query(name, value)));
    }

    fn when_field(&self, py: Python<'_>, name: String, value: String) {
        py.detach(|| drop(self.route.when_field(name, value)));
    }

    fn when_form(&self, py: Python<'_>, name: String, value: String) {
        py.detach(|| drop(self.route.when_form(name, value)));
    }

    fn when_body(&self, py: Python<'_>, body: Vec<u8>) {
        py.detach(|| drop(self.route.when_body(body)));
    }

    /// `json` is the text of a value.
    fn when_json(&self, py: Python<'_>, json: &str) -> PyResult<()> {
        let value: Value = serde_json::from_str(json)
            .map_err(|error| PyValueError::new_err(format!("expected JSON: {error}")))?;
        py.detach(|| drop(self.route.when_json(&value)));
        Ok(())
    }

    fn when_connection(&self, py: Python<'_>, number: u64) {
        py.detach(|| drop(self.route.when_connection(number)));
    }

    /// Only requests for which a function returns something true.
    fn when(&self, py: Python<'_>, function: Py<PyAny>) {
        let function = self.function(function);
        py.detach(|| drop(self.route.when(move |call| function.holds(call))));
    }

    fn delay(&self, py: Python<'_>, time: f64) -> PyResult<()> {
        let time = seconds(time)?;
        py.detach(|| drop(self.route.delay(time)));
        Ok(())
    }

    fn bytes_per_second(&self, py: Python<'_>, bytes: u64) -> PyResult<()> {
        at_least_one(bytes)?;
        py.detach(|| drop(self.route.bytes_per_second(bytes)));
        Ok(())
    }

    fn reset_after(&self, py: Python<'_>, bytes: u64) {
        py.detach(|| drop(self.route.reset_after(bytes)));
    }

    /// From so many requests to so many are expected.
    fn expect(&self, py: Python<'_>, least: u64, most: Option<u64>) -> PyResult<()> {
        let most = most.unwrap_or(u64::MAX);
        if least > most {
            return Err(PyValueError::new_err(format!(
                "expected `least` to be at most `most`, found {least} and {most}"
            )));
        }
        py.detach(|| drop(self.route.expect_times(Times::within(least, most))));
        Ok(())
    }

    /// How many requests it has taken.
    #[getter]
    fn taken(&self, py: Python<'_>) -> u64 {
        py.detach(|| self.route.taken())
    }
}

impl NativeRoute {
    pub(super) fn new(
        method: &str,
        pattern: &str,
        answerer: &Bound<'_, PyAny>,
        interface: Arc<Interface>,
        raised: Raised,
    ) -> PyResult<Self> {
        let respond = functions::respond(answerer, |function| Function {
            function: Arc::new(function.into()),
            interface: Arc::clone(&interface),
            raised: Arc::clone(&raised),
        });
        let route = Route::answered_by(method, pattern, respond)
            .map_err(|error| PyValueError::new_err(format!("{method} {pattern}: {error}")))?;
        Ok(Self {
            route,
            interface,
            raised,
        })
    }

    pub(super) fn route(&self) -> &Route {
        &self.route
    }

    fn function(&self, function: Py<PyAny>) -> Function {
        Function {
            function: Arc::new(function.into()),
            interface: Arc::clone(&self.interface),
            raised: Arc::clone(&self.raised),
        }
    }
}

/// Refuses a count of 0.
pub(super) fn at_least_one(count: u64) -> PyResult<()> {
    match count {
        0 => Err(PyValueError::new_err("expected at least 1, found 0")),
        _ => Ok(()),
    }
}
