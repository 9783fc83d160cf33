//! How the writer's bytes leave: encoded, gathered where they may be, handed to the kernel; and which
//! header names have left already.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PySet, PyString};

use crate::exchange::turn::Turn;
use crate::wire::outbound::Sent;

use crate::python::gate;
use crate::python::own::Own;
use crate::python::response::Response;
use crate::python::text::writer_bytes;

use super::ResponseWriter;

/// Whether bytes of a call may wait for those of the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    Now,
    WithNext,
}

impl ResponseWriter {
    pub(super) fn response(&self) -> &Response {
        self.response.get()
    }

    pub(super) fn turn(&self) -> &Turn {
        &self.response.get().turn
    }

    /// Bytes as they are, text in the response's encoding.
    pub(super) fn encode<'a>(&self, data: &'a Bound<'_, PyAny>) -> PyResult<Cow<'a, [u8]>> {
        if let Ok(bytes) = data.cast::<PyBytes>() {
            return Ok(Cow::Borrowed(bytes.as_bytes()));
        }
        let py = data.py();
        let own = Own::of(self.response.bind(py).as_any())?;
        match own.get(intern!(py, "encoding"))? {
            Some(encoding) => writer_bytes(data, Some(encoding.cast::<PyString>()?.to_str()?)),
            None => writer_bytes(data, None),
        }
    }

    /// Hands bytes to the kernel; `false` if the peer is gone.
    pub(super) fn send(&self, py: Python<'_>, bytes: &[u8], urgency: Urgency) -> bool {
        let turn = self.turn();
        if urgency == Urgency::WithNext && self.coalesce.load(Ordering::Relaxed) {
            match turn.hold_back(bytes) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(_) => return false,
            }
        }
        match turn.send_now(bytes) {
            Ok(Sent::All) => true,
            Ok(Sent::Part(sent)) => gate::away(py, || turn.send(&bytes[sent..]).is_ok()),
            Err(_) => false,
        }
    }

    pub(super) fn seen<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.headers_seen
            .get_or_make(py, || Ok(PySet::empty(py)?.into_any()))
    }

    pub(super) fn has_seen(&self, py: Python<'_>, lower_case: &[u8]) -> PyResult<bool> {
        match self.headers_seen.get(py) {
            Some(seen) => seen.contains(PyBytes::new(py, lower_case)),
            None => Ok(false),
        }
    }
}

/// Sends parts of a head: each by the script's `write` if that was replaced, else all at once.
pub(super) fn write_parts(slf: &Bound<'_, ResponseWriter>, parts: &[&[u8]]) -> PyResult<bool> {
    let py = slf.py();
    if let Some(write) = Own::of(slf.as_any())?.get(intern!(py, "write"))? {
        for part in parts {
            if !write.call1((PyBytes::new(py, part),))?.is_truthy()? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let writer = slf.get();
    writer.turn().mark_written();
    Ok(writer.send(py, &parts.concat(), Urgency::WithNext))
}

/// Sends the status line of a head that began without one, by the script's method if it has one.
pub(super) fn write_default_status(slf: &Bound<'_, ResponseWriter>) -> PyResult<()> {
    let py = slf.py();
    let status = slf.getattr(intern!(py, "default_status"))?;
    // By name, so that a script's replacement is found.
    slf.call_method1(intern!(py, "write_status"), (status,))?;
    Ok(())
}
