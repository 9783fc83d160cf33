//! Routing: which handler answers a request, by method and path, and which path is rewritten first.

pub mod pattern;
pub mod rewrite;
pub mod router;
