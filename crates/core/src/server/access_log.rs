//! The access log: one line for each exchange, with the client, the requested host and port, the
//! request, and the response.

use std::fmt::{self, Write as _};
use std::time::Instant;

use crate::exchange::{Request, Turn};
use crate::text::latin1;

/// Method and target, with control characters escaped so that they stay on one line.
pub(super) fn shown_target(request: &Request) -> String {
    if request.is_unread() {
        return "(no request)".to_owned();
    }
    let line = [request.method(), b" ", request.request_path()].concat();
    let escape = |character: char| {
        let keep = (!character.is_control()).then_some(character);
        let escaped = character.is_control().then(|| character.escape_default());
        keep.into_iter().chain(escaped.into_iter().flatten())
    };
    latin1::decode(&line).chars().flat_map(escape).collect()
}

/// Logs an exchange that has ended.
pub(super) fn write(request: &Request, turn: &Turn, began: Instant) {
    let status = match turn.status() {
        0 => "-".to_owned(),
        status => status.to_string(),
    };
    let took = began.elapsed().as_secs_f64() * 1000.0;
    let sent = turn.sent();
    let peer = request.peer();
    let asked = Asked {
        host: request.head().trimmed("Host"),
        request,
    };
    log::info!(
        "{peer} {asked} {} {status} {sent} bytes {took:.1} ms",
        shown_target(request)
    );
}

/// `HOST:PORT`: the host of the field `Host`, else the local address; the port that the client
/// connected to, whatever `Host` says. A Unix socket has no port.
struct Asked<'r> {
    host: Option<&'r [u8]>,
    request: &'r Request,
}

impl fmt::Display for Asked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.request.local();
        match self.host.map(without_port) {
            None | Some(b"") => write!(f, "{local}"),
            Some(host) => {
                // A host may be any bytes; only visible ones keep the line in columns.
                for &byte in host {
                    match byte {
                        b'!'..=b'~' => f.write_char(byte.into())?,
                        _ => write!(f, "\\x{byte:02x}")?,
                    }
                }
                match local.port() {
                    Some(port) => write!(f, ":{port}"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// The host of `HOST[:PORT]`.
fn without_port(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii();
    let is_address = value.ends_with(b"]");
    match memchr::memrchr(b':', value) {
        Some(colon) if !is_address => &value[..colon],
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_without_their_ports() {
        for (value, host) in [
            ("a.test", "a.test"),
            ("a.test:80", "a.test"),
            ("a.test:", "a.test"),
            ("[::1]", "[::1]"),
            ("[::1]:80", "[::1]"),
            (" a ", "a"),
            ("", ""),
            (":80", ""),
        ] {
            assert_eq!(without_port(value.as_bytes()), host.as_bytes(), "{value}");
        }
    }
}
