//! HTTPS: handshakes, records, and the ends of connections, with clients of several kinds.

// A test exports nothing: `pub` means "for the other files" here.
#![allow(unreachable_pub)]

#[path = "../support/mod.rs"]
mod support;

mod both_directions;
mod clients;
mod ends;
mod faulty_hosts;
mod handshakes;
mod key_log;
mod records;
mod requests;
#[cfg(feature = "python")]
mod scripts;
