//! What threads lock, wait and run with: the standard library's, under one name. The crate `models`
//! compiles the files that use it once more, and there `crate::sync` is a model checker's. So a file
//! that is to be checked takes from here whatever threads meet at, and nothing else of the kind.

pub(crate) use std::sync::{Condvar, Mutex, MutexGuard, atomic};
pub(crate) use std::thread;
pub(crate) use std::time::Instant;
