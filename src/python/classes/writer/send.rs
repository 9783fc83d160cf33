//! How the writer's bytes are sent: encoded, held back where allowed, handed to the kernel.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::exchange::turn::Turn;
use crate::wire::outbound::Sent;

use crate::python::classes::overrides::Overrides;
use crate::python::classes::response::Response;
use crate::python::conversions::text::writer_bytes;
use crate::python::interpreter::gate;
use crate::python::interpreter::once_value::intern;

use super::seen::Name;
use super::{HeadProgress, ResponseWriter};

impl ResponseWriter {
    /// What a script has set on the writer.
    pub(crate) fn own<'py>(slf: &Bound<'py, Self>) -> PyResult<Overrides<'py>> {
        slf.get().own.of(slf.as_any())
    }

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
        let own = Response::own(self.response.bind(py))?;
        match own.get(intern!(py, "encoding"))? {
            Some(encoding) => writer_bytes(data, Some(encoding.cast::<PyString>()?.to_str()?)),
            None => writer_bytes(data, None),
        }
    }

    fn has_encoding(&self, py: Python<'_>) -> PyResult<bool> {
        let own = Response::own(self.response.bind(py))?;
        Ok(own.get(intern!(py, "encoding"))?.is_some())
    }

    /// The name of a field as `_headers_seen` has it.
    pub(super) fn lower_case<'a>(&self, name: &'a Bound<'_, PyAny>) -> PyResult<Name<'a>> {
        let plain = if let Ok(bytes) = name.cast_exact::<PyBytes>() {
            Some(bytes.as_bytes())
        } else if let Ok(text) = name.cast_exact::<PyString>()
            && let Ok(text) = text.to_str()
            && text.is_ascii()
            && let Cow::Borrowed(bytes) = self.encode(name)?
        {
            Some(bytes)
        } else {
            None
        };
        if let Some(plain) = plain {
            return Ok(Name::Ascii(plain));
        }
        let lower_case = name.call_method0(intern!(name.py(), "lower"))?;
        Ok(Name::Lower(self.encode(&lower_case)?.into_owned()))
    }

    /// Holds a part of the head back for the next write, or for a millisecond; `false` if the client is
    /// gone.
    fn gather(&self, py: Python<'_>, parts: &[&[u8]]) -> bool {
        self.turn().look_for_status(parts);
        if self.coalesce.load(Ordering::Relaxed) {
            match self.turn().hold_back(parts) {
                Ok(true) => return true,
                Ok(false) => {}
                Err(_) => return false,
            }
        }
        self.send(py, &parts.concat())
    }

    /// Hands bytes to the kernel; `false` if the client is gone. Other scripts run meanwhile, since the
    /// system call is most of the cost of a short handler.
    pub(super) fn send(&self, py: Python<'_>, bytes: &[u8]) -> bool {
        let turn = self.turn();
        // A flush; mostly nothing is held back.
        if bytes.is_empty() && turn.send_now(bytes) == Ok(Sent::All) {
            return true;
        }
        turn.look_for_status(&[bytes]);
        gate::away(py, || turn.send(bytes).is_ok())
    }
}

/// Sends parts of a head: each by the script's `write` if that was replaced, else all at once.
pub(super) fn write_parts(slf: &Bound<'_, ResponseWriter>, parts: &[&[u8]]) -> PyResult<bool> {
    let py = slf.py();
    if let Some(write) = ResponseWriter::own(slf)?.get(intern!(py, "write"))? {
        for part in parts {
            if !write.call1((PyBytes::new(py, part),))?.is_truthy()? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let writer = slf.get();
    writer.turn().mark_written();
    Ok(writer.gather(py, parts))
}

/// Sends a required field that is missing: these bytes, or, where the script has replaced `write_header`
/// or set `response.encoding`, the object through `write_header`.
pub(super) fn write_missing<'py>(
    slf: &Bound<'py, ResponseWriter>,
    name: &str,
    bytes: &[u8],
    object: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
) -> PyResult<bool> {
    let py = slf.py();
    let writer = slf.get();
    let write_header = intern!(py, "write_header");
    if ResponseWriter::own(slf)?.get(write_header)?.is_some() || writer.has_encoding(py)? {
        return slf
            .call_method1(write_header, (name, object()?))?
            .is_truthy();
    }
    if writer.head() == HeadProgress::Nothing {
        write_default_status(slf)?;
    }
    writer.headers_seen.add(py, &Name::Ascii(name.as_bytes()))?;
    write_parts(slf, &[name.as_bytes(), b": ", bytes, b"\r\n"])
}

/// Sends the status line of a head that began without one, by the script's method if it replaced it.
pub(super) fn write_default_status(slf: &Bound<'_, ResponseWriter>) -> PyResult<()> {
    let py = slf.py();
    let status = slf.getattr(intern!(py, "default_status"))?;
    // By name, so that a script's replacement is found.
    slf.call_method1(intern!(py, "write_status"), (status,))?;
    Ok(())
}
