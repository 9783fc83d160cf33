//! `wireserve::Server` within a Rust test: routes, handlers, bodies, limits.

mod connection_handlers;
mod connection_limits;
mod handler_content;
mod handlers;
mod ports_and_limits;
mod raw_requests;
mod routes;
