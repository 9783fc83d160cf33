//! The classes that scripts see: `request`, `response`, `response.writer`, their headers and
//! parameters, the stash. What most scripts use is in Rust; rarer corners are in the Python package and
//! reached through `fallback`.

pub(crate) mod cell;
pub(crate) mod client;
pub(crate) mod fallback;
pub(crate) mod headers;
pub(crate) mod input_file;
pub(crate) mod multidict;
pub(crate) mod overrides;
pub(crate) mod ranges;
pub(crate) mod replaced;
pub(crate) mod request;
pub(crate) mod request_as_received;
pub(crate) mod request_as_replaced;
pub(crate) mod response;
pub(crate) mod server;
pub(crate) mod server_objects;
pub(crate) mod shared_queues;
pub(crate) mod stash;
pub(crate) mod tape;
pub(crate) mod tls_info;
pub(crate) mod websocket_connection;
pub(crate) mod writer;
