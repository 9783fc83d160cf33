//! The request as a script has replaced parts of it: the method decides whether content is sent, the version stands in the
//! status line, and the query of the URL's parts has the pipes.

use pyo3::prelude::*;

use crate::python::classes::replaced::Replaced;
use crate::python::classes::request::Request;
use crate::python::conversions::text::isomorphic;

impl Request {
    /// Whether `method` or `protocol_version` has been set, so that the response is sent as they say.
    pub(crate) fn has_own_line(&self) -> bool {
        let replaced = self.replaced();
        replaced.is_some_and(Replaced::has_line)
    }

    /// Whether `url_parts` has been set, so that its query is another one than that of the request.
    pub(crate) fn has_own_url(&self) -> bool {
        let replaced = self.replaced();
        replaced.is_some_and(Replaced::has_url)
    }

    /// Whether `method` is HEAD.
    pub(crate) fn is_head(&self, py: Python<'_>) -> PyResult<bool> {
        match self.has_own_line() {
            true => self.get_method(py)?.eq("HEAD"),
            false => Ok(self.facts().method() == b"HEAD"),
        }
    }

    /// The version that a script wants in status lines.
    pub(crate) fn replaced_version(&self, py: Python<'_>) -> PyResult<Option<Vec<u8>>> {
        if !self.has_own_line() {
            return Ok(None);
        }
        let version = self.get_protocol_version(py)?;
        Ok(Some(isomorphic(&version)?.into_owned()))
    }
}
