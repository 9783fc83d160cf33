//! What goes over the wire: requests of every shape and their answers, wire scripts, transcripts, and
//! the files of the catalogue.

mod bad_input;
mod catalogue_files;
mod closing_responses;
#[cfg(feature = "python")]
mod documented_recipes;
mod fuzzed_responses;
mod request_bodies;
mod request_cases;
mod request_problems;
mod smuggled_requests;
mod transcript_files;
mod transcripts;
mod valid_requests;
mod wire_scripts;
