//! A server within the test, as a Rust test has it: what it is built from, and what one asks of it.

use wireserve::handlers::FixedHandler;
use wireserve::{Builder, Exchange, Fault, Server};

use super::client::Client;
use super::response::Response;

/// What a handler returns.
pub type Answer = Result<(), Fault>;

/// A server that answers every GET with this text.
pub fn fixed(text: &str) -> Builder {
    Server::builder()
        .route("GET", "*", FixedHandler::text(200, text))
        .expect("a good pattern")
}

/// A closure that keeps nothing, as a handler.
pub type Function = fn(&mut Exchange<'_>) -> Answer;

/// A server with these routes.
pub fn builder<const N: usize>(routes: [(&str, &str, Function); N]) -> Builder {
    routes
        .into_iter()
        .fold(Server::builder(), |builder, (method, pattern, handler)| {
            builder
                .route(method, pattern, handler)
                .expect("a good pattern")
        })
}

/// The response to a GET, on a connection of its own.
pub fn get(server: &Server, target: &str) -> Response {
    Client::connect(server.address()).ask("GET", target)
}
