//! A server within the process of the test: builders, and requests to it.

use wireserve::handlers::FixedHandler;
use wireserve::{Builder, Exchange, Fault, Server};

use super::client::Client;
use super::response::Response;

/// The result of a handler.
pub type Answer = Result<(), Fault>;

/// A server that answers every GET with this text.
pub fn fixed(text: &str) -> Builder {
    Server::builder()
        .route("GET", "*", FixedHandler::text(200, text))
        .expect("a good pattern")
}

/// A closure without captures, as a handler.
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

/// The response to a GET, on a new connection.
pub fn get(server: &Server, target: &str) -> Response {
    Client::connect(server.address()).ask("GET", target)
}
