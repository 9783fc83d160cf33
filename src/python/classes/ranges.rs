//! `wptserve.ranges`: the reference's classes over [`crate::http::range`], which also reads the ranges of
//! files.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{IntoPyDict, PyBytes};

use crate::http::range::{self, RangeError};
use crate::python::interpreter::imported::Imported;

static HTTP_EXCEPTION: Imported = Imported::new("wptserve.utils", "HTTPException");

/// Parses `Range` fields.
#[pyclass(
    name = "RangeParser",
    module = "wptserve.ranges",
    frozen,
    subclass,
    dict
)]
pub(crate) struct RangeParser;

#[pymethods]
impl RangeParser {
    #[new]
    fn new() -> Self {
        Self
    }

    /// The ranges of a file of this size that a field asks for, merged, lowest first.
    fn __call__(&self, header: &Bound<'_, PyBytes>, file_size: u64) -> PyResult<Vec<Range>> {
        let py = header.py();
        let ranges = range::parse(header.as_bytes(), file_size);
        let ranges = ranges.map_err(|error| raise(py, &error, header.as_bytes()))?;
        Ok(Range::all(ranges, file_size))
    }

    /// Merges ranges that touch or overlap.
    fn coalesce_ranges(&self, ranges: Vec<PyRef<'_, Range>>, file_size: u64) -> Vec<Range> {
        let ranges = ranges.iter().map(|range| range.bytes()).collect();
        Range::all(range::merged(ranges), file_size)
    }
}

/// The error that the reference answers the request with.
fn raise(py: Python<'_>, error: &RangeError, header: &[u8]) -> PyErr {
    let exception = HTTP_EXCEPTION.get(py).and_then(|class| match error {
        RangeError::NotAscii => class.call1((400, "Non-ASCII range header value")),
        // A named argument, so that the message on the wire is the number alone.
        RangeError::Unit => {
            let header = String::from_utf8_lossy(header);
            let message = format!("Unrecognised range type {header}");
            class.call((416,), Some(&[("message", message)].into_py_dict(py)?))
        }
        RangeError::Specifier(specifier) => {
            class.call1((416, format!("Bad range specifier {specifier}")))
        }
    });
    exception.map_or_else(|error| error, PyErr::from_value)
}

/// The bytes of a file from `lower` up to, not including, `upper`.
// 0 <= lower < upper <= file_size
#[pyclass(
    name = "Range",
    module = "wptserve.ranges",
    frozen,
    get_all,
    subclass,
    dict
)]
pub(crate) struct Range {
    lower: u64,
    upper: u64,
    file_size: u64,
}

impl Range {
    fn all(ranges: Vec<std::ops::Range<u64>>, file_size: u64) -> Vec<Self> {
        let range = |range: std::ops::Range<u64>| Self {
            lower: range.start,
            upper: range.end,
            file_size,
        };
        ranges.into_iter().map(range).collect()
    }

    fn bytes(&self) -> std::ops::Range<u64> {
        self.lower..self.upper
    }
}

#[pymethods]
impl Range {
    /// `lower` and `upper` as in the field: inclusive, `None` for a missing number.
    #[new]
    #[pyo3(signature = (lower, upper, file_size))]
    fn new(lower: Option<u64>, upper: Option<u64>, file_size: u64) -> PyResult<Self> {
        let range = range::resolve(lower, upper, file_size);
        let range = range.ok_or_else(|| {
            PyValueError::new_err("expected a range with at least one byte of the file")
        })?;
        Ok(Self {
            lower: range.start,
            upper: range.end,
            file_size,
        })
    }

    fn __repr__(&self) -> String {
        format!("<Range {}-{}>", self.lower, self.upper)
    }

    fn __eq__(&self, other: PyRef<'_, Self>) -> bool {
        self.bytes() == other.bytes()
    }

    fn __lt__(&self, other: PyRef<'_, Self>) -> bool {
        self.lower < other.lower
    }

    fn __gt__(&self, other: PyRef<'_, Self>) -> bool {
        self.lower > other.lower
    }

    /// One range if the two touch or overlap, otherwise both, the lower one first.
    fn coalesce(&self, other: PyRef<'_, Self>) -> Vec<Self> {
        Self::all(
            range::merged(vec![self.bytes(), other.bytes()]),
            self.file_size,
        )
    }

    /// The value of `Content-Range`.
    fn header_value(&self) -> String {
        range::content_range(&self.bytes(), self.file_size)
    }
}
