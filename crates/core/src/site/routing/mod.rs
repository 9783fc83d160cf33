//! Routing: rewriting the target of a request, then choosing the handler by method and path, or the
//! response to a request that no route takes.

pub mod method_name;
pub mod pattern;
pub mod rewrite;
pub mod route_error;
pub mod router;
pub mod unrouted;
