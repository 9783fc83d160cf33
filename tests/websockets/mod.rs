//! WebSockets: pywebsocket3's handlers run as in pywebsocket3's own server, any client can talk to them,
//! and frames can be broken on purpose.
//!
//! `handlers` has one handler for each thing that the handlers of web-platform-tests do.

mod documented_recipes;
mod frames;
mod handler_failures;
mod lifetimes;
mod missing_library;
mod non_upgrade_requests;
mod other_clients;
mod over_tls;
mod ports_and_routes;
mod reference_parity;
mod servers;
mod shared_stash;
