//! A server within the process of the test, and requests to it.

use wireserve::handlers::FixedHandler;
use wireserve::{Builder, Server};

use super::client::Client;
use super::response::Response;

/// A server that answers every GET with this text.
pub fn fixed(text: &str) -> Builder {
    Server::builder()
        .route("GET", "*", FixedHandler::text(200, text))
        .expect("a good pattern")
}

/// The response to a GET, on a new connection.
pub fn get(server: &Server, target: &str) -> Response {
    Client::connect(server.address()).ask("GET", target)
}
