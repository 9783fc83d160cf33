//! Measuring handlers: one command loads a site and shows how fast each path is answered, and where the time of its
//! requests goes.
//!
//! A [`subject`] is what is measured at a [`target`], a [`server`] who answers: a child process with the site, or a
//! server that runs already. [`load`] keeps [`connection`]s busy, as far as their [`persistence`] goes, and reads each
//! [`answer`]; [`run`] does so in rounds, watches the [`machine`] meanwhile, and makes the [`results`], which are also
//! the JSON file. [`report`] prints them, [`comparison`] puts them beside older ones, [`picture`] draws them.
//!
//! `docs/bench.md` describes the numbers for users. Nothing here depends on how the server is assembled: the command
//! starts itself as the child process (`cli/measured.rs`).

pub mod answer;
pub mod comparison;
pub mod connection;
pub mod load;
pub mod machine;
pub mod persistence;
pub mod picture;
pub mod report;
pub mod results;
pub mod run;
pub mod server;
pub mod shown;
pub mod subject;
pub mod target;
