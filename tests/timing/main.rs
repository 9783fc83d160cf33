//! Bytes arrive when they should, within milliseconds, also when the wall clock is changed.

#[path = "../catalogue/mod.rs"]
mod catalogue;
#[path = "../support/mod.rs"]
mod support;

mod catalogue_cases;
mod clock_changes;
mod pauses;
mod trickled_files;
#[cfg(feature = "python")]
mod writes;
