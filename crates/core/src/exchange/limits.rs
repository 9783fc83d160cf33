//! Limits of what one request may make a handler do.

use crate::stash::MAX_STASH;

/// Limits of what one request may make a handler do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestLimits {
    /// Bytes of a request body, decoded; a larger one is answered with 413.
    pub body: u64,
    /// Bytes of a form's text: of an urlencoded form, or of the parts of a multipart body that are not
    /// files; more are answered with 413.
    pub form: usize,
    /// Fields of a form, parts of a multipart body, parameters of a query, or cookies; more are
    /// answered with 400.
    pub parameters: usize,
    /// Pipes of a response; more are answered with 400.
    pub pipes: usize,
    /// Bytes of the values in the stash, and of the items in its queues; beyond it, putting one is an
    /// exception in the handler.
    pub stash: usize,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self {
            body: MAX_BODY,
            form: MAX_FORM,
            parameters: MAX_PARAMETERS,
            pipes: MAX_PIPES,
            stash: MAX_STASH,
        }
    }
}

/// A larger body than any test sends, and not more than a temporary folder holds.
const MAX_BODY: u64 = 1 << 30;

/// A script has all of it in memory, several times while it is decoded.
const MAX_FORM: usize = 16 << 20;

/// As in PHP (`max_input_vars`) and Django (`DATA_UPLOAD_MAX_NUMBER_FIELDS`). Each takes hundreds of bytes
/// in Python, however short it is.
const MAX_PARAMETERS: usize = 1000;

/// Several times more than any test page asks for. Each may compress 64 MiB.
const MAX_PIPES: usize = 64;
