//! Conversions between Python values and what the wire carries: text, and the content of responses.

pub(crate) mod content;
pub(crate) mod object;
pub(crate) mod text;
