//! Conversions between bytes and text, as HTTP and the reference use them. Nothing here depends on
//! requests or responses.

pub mod date;
pub mod html;
pub mod json;
pub mod json_error;
pub mod latin1;
pub mod number;
pub mod percent;
pub mod quoted;
pub mod timestamp;
