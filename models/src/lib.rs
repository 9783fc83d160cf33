//! Models of wireserve's synchronization: small programs of two to four threads, run in every order that
//! the locks allow. They include the server's source files, compiled with another `crate::sync`. A model
//! fails if in any order a thread waits indefinitely or an assertion fails.
//!
//! The checker is loom. It tries all orders up to a number of preemptions, instead of random ones, and
//! models which stores an atomic load may see. It has no time, and its `park` cannot be mixed with
//! locks; `sync` adds both.
//!
//! Each file holds the models of one folder of the server, as functions that `tests/` runs.

pub mod exchange;
mod forks;
pub mod python;
pub mod server;
pub mod stash;
mod sync;
pub mod wire;

/// Preemptions in one run: how often the checker stops a thread that could continue. Two find almost all
/// known bugs of this kind, and each further one takes about five times as long.
const PREEMPTIONS: usize = 4;

/// Runs a model in every order with up to `preemptions`, or up to `LOOM_MAX_PREEMPTIONS` if set.
fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.check(model);
}
