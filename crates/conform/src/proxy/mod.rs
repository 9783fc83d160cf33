//! Both ends of a proxy: the suite asks through the proxy under test, as a client that sends any bytes
//! ([`asker`]), and answers as its origin server ([`origin`]). A [`mark`] ties what reaches the origin to what was
//! asked. The [`judge`] sees both wires: what must pass unchanged, what must be removed or added, what the proxy
//! must answer itself, and what becomes of the connections. [`run`] runs many cases side by side, once the proxy is
//! known to forward to the origin ([`forwarding`]).
//!
//! The cases are those of [`case::proxies`](super::case::proxies); results and reports are those of the suite for
//! clients.

pub mod asker;
pub mod fill;
pub mod forwarding;
pub mod judge;
pub mod mark;
pub mod message;
pub mod origin;
pub mod run;
