//! The control interface: what tests in any language tell a server over HTTP, and what they learn from it.

pub(crate) mod asking;
mod command;
mod description;
mod documented;
mod events;
mod examples;
mod exchanges;
mod live_page;
mod protection;
mod requests;
mod resetting;
mod routes;
mod streams;
