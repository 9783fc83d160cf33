//! Requests on a port for WebSockets that do not open one are answered by an HTTP/1.1 response with a length.
//! The reference answers them as an HTTP/1.0 server, and serves files there.

use crate::websockets::frames::{handshake, opened};
use crate::websockets::servers::Server;

struct Refused {
    method: &'static str,
    target: &'static str,
    fields: &'static [&'static str],
    status: u16,
    /// A part of the message.
    message: &'static str,
}

const fn refused(
    method: &'static str,
    target: &'static str,
    fields: &'static [&'static str],
    status: u16,
    message: &'static str,
) -> Refused {
    Refused {
        method,
        target,
        fields,
        status,
        message,
    }
}

const UPGRADE: &str = "Upgrade: websocket";
const CONNECTION: &str = "Connection: Upgrade";
const KEY_FIELD: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
const VERSION: &str = "Sec-WebSocket-Version: 13";
const ALL: &[&str] = &[UPGRADE, CONNECTION, KEY_FIELD, VERSION];

const REFUSED: [Refused; 16] = [
    refused("GET", "/echo", &[], 426, "expected a WebSocket handshake"),
    refused(
        "POST",
        "/echo",
        &["Content-Length: 0"],
        426,
        "expected a WebSocket handshake",
    ),
    refused(
        "GET",
        "/echo",
        &["Upgrade: h2c"],
        426,
        "expected a WebSocket handshake",
    ),
    refused("GET", "/none", &[], 404, "found /none"),
    refused("GET", "/broken", ALL, 404, "found /broken"),
    refused("GET", "/echo_wsh.py", &[], 404, "found /echo_wsh.py"),
    refused(
        "GET",
        "/../handlers/echo",
        ALL,
        404,
        "found /../handlers/echo",
    ),
    refused("GET", "/echo#part", ALL, 400, "Fragment"),
    refused("POST", "/echo", ALL, 400, "Failed to complete"),
    refused(
        "GET",
        "/echo",
        &[UPGRADE, KEY_FIELD, VERSION],
        400,
        "Failed to complete",
    ),
    refused(
        "GET",
        "/echo",
        &[UPGRADE, CONNECTION, VERSION],
        400,
        "Sec-WebSocket-Key is not defined",
    ),
    refused(
        "GET",
        "/echo",
        &[UPGRADE, CONNECTION, VERSION, "Sec-WebSocket-Key: YQ=="],
        400,
        "Illegal value",
    ),
    refused(
        "GET",
        "/echo",
        &[UPGRADE, CONNECTION, KEY_FIELD, "Sec-WebSocket-Version: 8"],
        400,
        "Unsupported version",
    ),
    refused(
        "GET",
        "/wrong-accept?",
        &[UPGRADE, CONNECTION, KEY_FIELD],
        400,
        "Failed to complete",
    ),
    refused("GET", "/refuses", ALL, 403, "not today"),
    refused("GET", "/fails-early", ALL, 403, "a mistake of this handler"),
];

/// What a client must do instead is in the fields (RFC 9110 §15.5.22, RFC 6455 §4.4).
#[test]
fn refusals_name_what_is_supported() {
    let server = Server::start(&["--log=off"]);
    let upgrade = server
        .client(b"GET /echo HTTP/1.1\r\nHost: a.test\r\n\r\n")
        .read_response("GET");
    assert_eq!(upgrade.reason, b"Upgrade Required");
    assert_eq!(upgrade.header("Upgrade"), Some(&b"websocket"[..]));
    assert_eq!(upgrade.header("Connection"), Some(&b"Upgrade"[..]));
    let other_version = String::from_utf8(handshake("/echo", &[])).expect("ASCII");
    let other_version = other_version.replace("Version: 13", "Version: 8");
    let version = server.client(other_version.as_bytes()).read_response("GET");
    assert_eq!(version.header("Sec-WebSocket-Version"), Some(&b"13"[..]));
}

/// A server must accept it (RFC 9112 §3.2.2).
#[test]
fn the_absolute_form_names_a_handler() {
    let server = Server::start(&["--log=off"]);
    let mut client = server.client(&handshake("http://a.test/echo", &[]));
    assert_eq!(client.read_until(b"\r\n\r\n"), opened().as_bytes());
}

#[test]
fn refusals_are_responses_with_a_length() {
    let server = Server::start(&["--log=off"]);
    for case in &REFUSED {
        let fields: String = case
            .fields
            .iter()
            .map(|field| format!("{field}\r\n"))
            .collect();
        let (method, target) = (case.method, case.target);
        let request = format!("{method} {target} HTTP/1.1\r\nHost: a.test\r\n{fields}\r\n");
        let mut client = server.client(request.as_bytes());
        let response = client.read_response(method);
        assert_eq!(response.status, case.status, "{request}{}", response.text());
        assert!(
            response.text().contains(case.message),
            "{request}{}",
            response.text()
        );
        assert!(response.header("Content-Length").is_some(), "{request}");
        if case.fields.contains(&UPGRADE) {
            // Frames may follow.
            assert_eq!(
                response.header("Connection"),
                Some(&b"close"[..]),
                "{request}"
            );
            assert_eq!(client.read_until_close(), b"", "{request}");
        } else {
            client.send(&handshake("/echo", &[]));
            let head = client.read_until(b"\r\n\r\n");
            assert_eq!(head, opened().as_bytes(), "{request}");
        }
    }
}
