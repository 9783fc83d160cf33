//! Routing: rewriting the target of a request, then choosing the handler by method and path.

pub mod pattern;
pub mod rewrite;
pub mod router;
