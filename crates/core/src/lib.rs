//! The server of [`wireserve`](https://docs.rs/wireserve), without Python and without the command. Depend on that
//! crate instead: it exports from here what is public, and nothing else here is covered by semantic versioning.
//!
//! The layers of all crates are listed in `src/lib.rs` of `wireserve`; a module imports only from itself and from
//! those before it in that list.

pub mod config;
#[cfg(feature = "control")]
pub mod control;
pub mod error;
pub mod exchange;
pub mod fault;
pub mod hosts;
pub mod http;
pub mod mock;
pub mod phases;
pub mod pipes;
pub mod record;
pub mod response_fuzz;
pub mod server;
pub mod site;
pub mod stash;
pub mod sync;
pub mod text;
#[cfg(feature = "tls")]
pub mod tls;
pub mod transcript;
pub mod wire;
pub mod wire_script;
#[cfg(feature = "wpt")]
pub mod wpt;
