//! Handlers that are Python objects: anything that can be called with the request and the response.

use pyo3::prelude::*;

use crate::exchange::{Exchange, Handler, Mount};
use crate::fault::Fault;

use crate::python::classes::request::Pipes;
use crate::python::connection_thread;
use crate::python::interpreter::forked;
use crate::python::interpreter::held::Held;
use crate::python::pipes;
use crate::python::scripts::broken;
use crate::python::scripts::exchanged::Exchanged;
use crate::python::scripts::failure::{self, Stage};
use crate::python::scripts::outcome;

/// Calls a Python object for each request.
pub(crate) struct CallableHandler {
    callable: Held,
    mount: Mount,
    returned: Returned,
}

/// What becomes of the value that a handler returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Returned {
    /// Nothing.
    Ignored,
    /// It is applied to the response as that of a script's `main`, and so are the pipes of the URL, unless it is
    /// `None`.
    Applied,
}

/// What error messages call the handler.
const THE_HANDLER: &str = "the handler";

impl CallableHandler {
    /// A handler that calls this object, which sees this mount as `request.doc_root` and `request.url_base`.
    pub(crate) fn new(callable: Py<PyAny>, mount: Mount, returned: Returned) -> Self {
        Self {
            callable: callable.into(),
            mount,
            returned,
        }
    }

    fn run(&self, py: Python<'_>, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let exchanged = Exchanged::new(py, exchange, &self.mount, Pipes::AppliedByHandler);
        let exchanged = exchanged.map_err(|error| broken(&error))?;
        let failure = self.call(py, &exchanged).err();
        let failure = failure
            .map(|(error, stage)| failure::sort(py, &error, &stage, &exchange.request.url()));
        exchanged.conclude(exchange, failure, || self.place(py))
    }

    fn call(&self, py: Python<'_>, exchanged: &Exchanged<'_>) -> Result<(), (PyErr, Stage)> {
        let callable = self.callable.bind(py);
        let value = callable.call1((&exchanged.request, &exchanged.response));
        forked::end_child(py, value.as_ref().err());
        let value = value.map_err(|error| (error, Stage::Main))?;
        if self.returned == Returned::Ignored || value.is_none() {
            return Ok(());
        }
        outcome::apply(&value, &exchanged.response, THE_HANDLER)
            .map_err(|error| (error, Stage::After(self.place(py))))?;
        match pipes::may_apply(false, exchanged.request.get()) {
            true => pipes::apply(
                "".as_ref(),
                exchanged.request.as_any(),
                exchanged.response.as_any(),
            )
            .map_err(|error| (error, Stage::Main)),
            false => Ok(()),
        }
    }

    fn place(&self, py: Python<'_>) -> String {
        let callable = self.callable.bind(py);
        failure::definition_of(callable).unwrap_or_else(|| {
            let name = callable.repr();
            name.map_or_else(|_| String::new(), |name| format!("  {name}\n"))
        })
    }
}

impl Handler for CallableHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        connection_thread::run(exchange, |py, exchange| self.run(py, exchange))
    }
}
