//! The conformance suite for HTTP clients: one command grades a client.
//!
//! For each [`case`], a [`stage`] plays the server's side, and a [`client`] is asked for it: a command, a
//! driver or a browser. The [`judge`] makes a verdict of what the client reported (its [`outcome`]) and of what the server
//! saw ([`seen`]), by the clause that the case quotes, and never by what popular clients do. [`run`] runs many
//! cases side by side, and [`report`] shows the results. [`limits`] measures instead of judging. For a
//! [`proxy`], the suite is both ends.
//!
//! `docs/conform.md` describes the suite and the protocol of drivers for users.

#![allow(
    missing_docs,
    reason = "only the command uses it, and its names are those of the reports"
)]

pub mod case;
pub mod client;
mod embedded;
pub mod expected;
mod frame;
pub mod judge;
mod lag;
pub mod limits;
pub mod outcome;
pub mod proxy;
pub mod report;
pub mod run;
pub mod seen;
pub mod select;
pub mod stage;
