//! Models of where wireserve's threads meet: small programs of two to four threads, run in every
//! order that the locks allow. What is modelled is the server's own source, compiled here once more
//! with another `crate::sync`. A model fails when a thread waits for ever, or an assertion does not
//! hold, in any order.
//!
//! The checker is loom. It tries every order up to a number of preemptions, where others draw orders
//! at random, and it knows which stores an atomic load may see. It lacks time, and a `park` of its
//! own that may be mixed with locks; `sync` adds both.
//!
//! Each file has the models of one folder of the server, as functions that `tests/` runs.

pub mod exchange;
pub mod python;
pub mod server;
pub mod stash;
mod sync;
pub mod wire;

/// Preemptions in one run: how often a thread that could go on is made to wait for the others. Two find
/// almost every known bug of this kind, and each one more takes about five times as long.
const PREEMPTIONS: usize = 4;

/// Runs a model in every order with so many preemptions, or as many as `LOOM_MAX_PREEMPTIONS` says.
fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound.get_or_insert(preemptions);
    builder.check(model);
}
