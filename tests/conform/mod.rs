//! The conformance suite for clients: its judge, its clients and drivers, its reports and its command.

mod browser;
mod command_line;
mod deviants;
mod drivers;
mod examples;
mod limits;
mod misbehaving;
mod model;
mod page;
mod proxies;
mod proxy_command;
mod proxy_model;
mod reports;
mod schema;
