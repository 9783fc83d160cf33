//! Forked child processes. Of all threads, a child has only the one that forked; what the others had locked stays
//! locked in it for good.
//!
//! So a child gets values of its own ([`PerProcess`]); the locks of the server share no table;
//! and no fork happens while a thread of the server starts or ends ([`spawn`], [`Forking`]).

mod per_process;
mod threads;

pub use per_process::{PerProcess, increment, number};
pub use threads::{Forking, spawn};
