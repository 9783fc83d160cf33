//! Paths of a checkout of WPT that are not for tests: its tools, its certificates and its results
//! (contract §7.1). They answer with 404, whatever files are there.

use std::sync::Arc;

use super::Site;
use super::fixed::ErrorHandler;
use super::router::Method;

/// What must not be served, whatever the method.
const PATTERNS: [&str; 4] = ["/_certs/*", "/tools/*", "{spec}/tools/*", "/results/"];

/// Forbids them, until a route that is registered later allows one.
pub fn register(site: &mut Site) {
    for pattern in PATTERNS {
        site.register(Method::Any, pattern, Arc::new(ErrorHandler(404)))
            .expect("these patterns are valid");
    }
}
