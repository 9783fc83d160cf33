//! What a Rust test tells a running server to answer, what it asks about the requests, and what fails it.

mod answers;
mod expect_continue;
mod expectations;
mod faults;
mod guide_page;
mod lifecycle;
mod recorded_requests;
mod sequences;
mod unmatched_requests;
