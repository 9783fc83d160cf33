//! The two Python objects of an exchange, `request` and `response`, and how an exchange concludes once the Python
//! code that was called with them has returned.

use std::mem;
use std::sync::Arc;

use pyo3::prelude::*;

use crate::exchange::{Exchange, Mount, Policy};
use crate::fault::Fault;

use crate::python::classes::request::{Pipes, Request};
use crate::python::classes::response::Response;
use crate::python::interpreter::once_value::intern;
use crate::python::scripts::failure::{self, Failure, Stage};
use crate::python::scripts::outcome;

/// The objects of an exchange that Python code is called with.
pub(crate) struct Exchanged<'py> {
    pub(crate) request: Bound<'py, Request>,
    pub(crate) response: Bound<'py, Response>,
    pub(crate) policy: Policy,
}

impl<'py> Exchanged<'py> {
    /// Those of this exchange, which is answered from this mount.
    pub(crate) fn new(
        py: Python<'py>,
        exchange: &mut Exchange<'_>,
        mount: &Mount,
        pipes: Pipes,
    ) -> PyResult<Self> {
        let groups = mem::take(&mut exchange.route_match);
        let request = Bound::new(py, Request::new(exchange, groups, mount.clone(), pipes))?;
        let response = Response::new(
            request.clone().unbind(),
            Arc::clone(&exchange.request),
            Arc::clone(exchange.turn()),
        );
        Ok(Self {
            request,
            response: Bound::new(py, response)?,
            policy: exchange.policy,
        })
    }

    /// Leaves in the exchange the response that is still to be sent, and the connection's fate.
    pub(crate) fn conclude(
        self,
        exchange: &mut Exchange<'_>,
        failure: Option<Failure>,
        place: impl FnOnce() -> String,
    ) -> Result<(), Fault> {
        let py = self.response.py();
        let result = self.conclude_or_fail(exchange, failure);
        // Content that is made while it is sent releases the response at its end.
        if !outcome::is_made_later(&exchange.response.content, &self.response) {
            self.response.get().release(py);
        }
        result.or_else(|error| {
            // No response could be made, or the script's own methods failed while they sent it.
            let stage = Stage::After(place());
            match failure::sort(py, &error, &stage, &exchange.request.url()) {
                Failure::Fault(fault) => Err(fault),
                Failure::Abort => {
                    exchange.abort_connection();
                    Ok(())
                }
            }
        })
    }

    fn conclude_or_fail(
        &self,
        exchange: &mut Exchange<'_>,
        failure: Option<Failure>,
    ) -> PyResult<()> {
        let py = self.response.py();
        let response = self.response.get();
        let written = exchange.turn().is_written();
        match failure {
            None => {}
            Some(failure) if written => {
                if let Failure::Fault(fault) = failure {
                    log::error!("{}", fault.message);
                }
                match Response::declares_its_end(&self.response)? {
                    true => exchange.close_connection(),
                    false => exchange.break_off(),
                }
                return Ok(());
            }
            Some(Failure::Abort) => {
                exchange.abort_connection();
                return Ok(());
            }
            // No request is waiting for a response.
            Some(Failure::Fault(fault)) if exchange.request.is_unread() => {
                log::error!("a script for connections failed: {fault}");
                exchange.close_connection();
                return Ok(());
            }
            Some(Failure::Fault(fault)) => {
                if fault.is_server_error() {
                    log::error!("{}", fault.message);
                }
                response.become_fault(py, &fault)?;
            }
        }
        if !written {
            if outcome::is_customised(&self.response)? {
                self.response.call_method0(intern!(py, "write"))?;
            } else {
                exchange.response = outcome::outgoing(&self.response)?;
            }
        }
        if Response::closes_connection(&self.response)? {
            exchange.close_connection();
        }
        Ok(())
    }
}
