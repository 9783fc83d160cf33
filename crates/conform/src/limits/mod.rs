//! The limits of a client: the largest responses of some kinds that it takes, found by bisection. The RFCs set no
//! limits (RFC 9110 §2.3, §5.4), so nothing is judged here but what a client does beyond its own: it must fail, and
//! neither hang nor return a part as the whole.
//!
//! [`kinds`] makes the responses, [`search`] finds the sizes, [`measure`] asks a client for them, [`proxied`] sends
//! them through a proxy, in both directions, and [`report`] shows what was found. Each limit has a separate client,
//! so that several are measured side by side.

pub mod kinds;
pub mod measure;
pub mod proxied;
pub mod report;
pub mod search;
