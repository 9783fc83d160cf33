//! Reports of one run: [`terminal`] for people at a terminal, and the files of a [`folder`], which are all made
//! of the same [`data`]: JSON, JUnit XML, Markdown, a badge, and a page. A client's words come from outside: each
//! format escapes them in its own file.

pub mod badge;
pub mod compare;
pub mod counts;
pub mod data;
mod evidence;
pub mod folder;
pub mod junit;
pub mod markdown;
pub mod page;
#[cfg(test)]
pub(crate) mod sample;
pub mod terminal;

/// The version of `report.json`.
pub const VERSION: u32 = 1;
