//! The tests, by area; CONTRIBUTING.md says what each area verifies. One binary, since each one costs the time to
//! compile `support` and to link the server. `load` and `timing` are separate: they need the machine for themselves.

// A test exports nothing: `pub` means "for the other files" here.
#![allow(unreachable_pub)]

// What areas share besides `support`, which uses the public API alone.
mod catalogue;
mod levers;
#[cfg(feature = "python")]
mod recipes;
mod support;

#[cfg(feature = "python")]
mod bench;
#[cfg(feature = "python")]
mod clients;
mod command;
mod conform;
mod control;
mod files;
mod fuzz;
mod mock;
#[cfg(all(feature = "python", feature = "tls"))]
mod parity;
#[cfg(all(feature = "python", feature = "tls"))]
mod project;
#[cfg(feature = "python")]
mod python;
mod server;
#[cfg(all(feature = "python", feature = "redis"))]
mod shared_stash;
#[cfg(feature = "tls")]
mod tls;
#[cfg(all(feature = "python", feature = "tls"))]
mod websockets;
mod wire;
#[cfg(feature = "python")]
mod workers;
