//! The fuzz targets, compiled without a fuzzer, hold for their corpus and for generated inputs.

mod corpus;
#[cfg(feature = "python")]
mod generated_inputs;
