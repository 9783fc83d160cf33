//! Reports of one run: [`terminal`] for people at a terminal.

pub mod counts;
pub mod terminal;
