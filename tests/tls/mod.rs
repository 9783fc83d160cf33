//! HTTPS: handshakes, records, and the ends of connections, with clients of several kinds.

mod both_directions;
mod catalogue_cases;
mod clients;
mod ends;
mod faulty_hosts;
mod handshakes;
mod key_log;
mod listeners;
mod pages_for_https;
mod records;
mod requests;
#[cfg(feature = "python")]
mod scripts;
