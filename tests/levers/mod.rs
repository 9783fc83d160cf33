//! Servers whose handlers get an `Exchange`: the server's own levers, which are not part of its API.

use wireserve::{Builder, Exchange, Fault, Server};

/// The result of a handler.
pub type Answer = Result<(), Fault>;

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
