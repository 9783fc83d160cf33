//! The project itself: its layers, its documents, and the calculations of its benches, which have no
//! unit tests.

mod comparison;
mod core_exports;
mod documents;
mod examples;
mod exports;
mod instruction_counts;
mod layers;
mod made_by_macros;
mod packages;
mod plain_words;
mod public_links;
mod public_signatures;
mod readme;
mod section_references;
mod short_pages;
mod sources;
