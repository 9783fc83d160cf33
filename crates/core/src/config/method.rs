//! The methods of routes and rewrites in a configuration file.

use serde::de::{Deserialize, Deserializer, Error as _};

use crate::site::routing::method_name::check;

/// The value of a key `method`.
pub(super) fn checked<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let method = String::deserialize(deserializer)?;
    check(&method).map_err(D::Error::custom)?;
    Ok(method)
}
