//! Bytes ↔ text, the conventions that HTTP and the reference use at their borders. Nothing here
//! knows what a header or a request is.

pub mod date;
pub mod json;
pub mod latin1;
pub mod number;
pub mod percent;
pub mod quoted;
pub mod timestamp;
