//! The fuzz targets, compiled without a fuzzer, hold for their corpus and for generated inputs.

#[cfg(feature = "python")]
#[path = "../support/mod.rs"]
mod support;

mod corpus;
#[cfg(feature = "python")]
mod generated_inputs;
