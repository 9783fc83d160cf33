//! The project itself: its layers, and the calculations of its benches, which have no unit tests.

#[path = "../support/mod.rs"]
mod support;

mod comparison;
mod instruction_counts;
mod layers;
mod section_references;
