//! Serving a checkout of web-platform-tests: its configuration ([`preset`]), the routes that only a
//! checkout has ([`routes`]), where its test runner keeps a list of tests ([`manifest_folder`]), and the generated pages and worker scripts for its tests
//! ([`wrappers`]).

pub mod manifest_folder;
pub mod preset;
pub mod routes;
pub mod wrappers;
