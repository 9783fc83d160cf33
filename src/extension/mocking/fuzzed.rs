//! Fuzzed responses.

use std::borrow::Cow;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::response_fuzz::{FuzzedResponse, Seed};

use super::answers::NativeAnswer;

/// A fuzzed response. Python code sees it as `wireserve._native.Fuzzed`.
#[pyclass(name = "Fuzzed", module = "wireserve._native", frozen)]
pub(super) struct Fuzzed(FuzzedResponse);

#[pymethods]
impl Fuzzed {
    /// That of a seed: `318`, or `v2:318` with an edition.
    #[new]
    fn new(seed: &str) -> PyResult<Self> {
        let seed = Seed::parse(seed.as_bytes());
        let seed = seed.map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(FuzzedResponse::from_seed(seed)))
    }

    #[getter]
    fn answer(&self) -> NativeAnswer {
        NativeAnswer::of_script(self.0.script.clone())
    }

    /// What a client must do with it: `accept`, `reject|SP`, `either:noreuse`.
    #[getter]
    fn expectation(&self) -> String {
        self.0.expectation.to_string()
    }

    /// The content, if a client must accept it.
    #[getter]
    fn content(&self) -> Option<Cow<'_, [u8]>> {
        self.0.content.as_deref().map(Cow::Borrowed)
    }

    #[getter]
    fn mutations(&self) -> Vec<&'static str> {
        self.0.mutations.iter().map(|one| one.name).collect()
    }

    /// A `.wire` file, with the clauses.
    fn __str__(&self) -> String {
        self.0.to_string()
    }
}
