//! `--workers N`: processes that accept connections on the same sockets, each with an interpreter of its own.
//!
//! The command itself becomes their supervisor: it opens the sockets and never accepts, keeps the stash, passes
//! events on, starts a worker in the place of one that has died, and announces the server once all are ready. It
//! speaks with each worker over a socket, whose end is also the end of the worker: no worker outlives it.

mod message;
mod supervisor;
mod worker;

pub(super) use supervisor::{Supervisor, Workers};
pub(super) use worker::serve;
