//! Addresses at which nothing listens: for programs that must be told a port, and for clients that must be refused.
//!
//! A port that was bound with port 0 and given back would not do: the kernel may give it to another test at once.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::process;
use std::sync::atomic::{AtomicU16, Ordering};

/// The ports that are tried: below those that the kernel gives to port 0 (from 32768, `ip_local_port_range`), and above
/// the well-known ports of servers.
const FIRST: u16 = 20_000;
const COUNT: u16 = 10_000;

/// How many ports this process has tried.
static TRIED: AtomicU16 = AtomicU16::new(0);

/// An address on loopback that no other test uses.
pub fn unused_address() -> SocketAddr {
    // Processes that run at the same time begin at different ports.
    let start = (process::id() % u32::from(COUNT / 100)) as u16 * 100;
    loop {
        let tried = TRIED.fetch_add(1, Ordering::Relaxed);
        assert!(tried < COUNT, "each port from {FIRST} was tried");
        let port = FIRST + (start + tried) % COUNT;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
