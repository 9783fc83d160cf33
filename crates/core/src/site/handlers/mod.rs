//! The built-in handlers for everything except plain files, one file each.

pub mod as_is;
pub mod basic_auth;
pub mod default_script;
pub mod fixed;
pub mod fuzzed_response;
#[cfg(feature = "wpt")]
pub mod injected_script;
pub mod joined;
#[cfg(feature = "tls")]
mod revocation;
pub mod wire_file;
