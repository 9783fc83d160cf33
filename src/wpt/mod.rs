//! Serving a checkout of web-platform-tests: its configuration ([`preset`]), the routes that only a
//! checkout has ([`routes`]), and the generated pages and worker scripts for its tests
//! ([`wrappers`]).

pub mod preset;
pub mod routes;
pub mod wrappers;
