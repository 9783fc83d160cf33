//! A checkout of web-platform-tests: the configuration that serves one ([`preset`]), the routes that
//! only a checkout has ([`routes`]), and the pages and worker scripts that are made for its tests
//! ([`wrappers`]).

pub mod preset;
pub mod routes;
pub mod wrappers;
