//! The stash is shared by HTTP handlers and WebSocket handlers of a server, and by no other server.

use crate::support::command::get;
use crate::websockets::frames::{close, handshake, opened};
use crate::websockets::servers::Server;

const KEY: &str = "01234567-89ab-cdef-0123-456789abcdef";

/// The message of the WebSocket handler.
fn ask(server: &Server, query: &str) -> Vec<u8> {
    let target = format!("/stash?{query}");
    let mut client = server.client(&[handshake(&target, &[]), close(1000, "")].concat());
    let bytes = client.read_until_close();
    let frames = bytes.strip_prefix(opened().as_bytes());
    frames.expect("an open WebSocket").to_vec()
}

fn message(text: &str) -> Vec<u8> {
    let length = u8::try_from(text.len()).expect("short");
    [&[0x81, length], text.as_bytes(), b"\x88\x02\x03\xe8"].concat()
}

#[test]
fn values_go_both_ways() {
    let server = Server::start(&["--log=off"]);
    let other = Server::start(&["--log=off"]);
    assert_eq!(ask(&server, &format!("put&{KEY}&from-ws")), message("done"));
    assert_eq!(
        get(other.http, &format!("/stash.py?take&{KEY}")).text(),
        "None"
    );
    assert_eq!(
        get(server.http, &format!("/stash.py?take&{KEY}")).text(),
        "from-ws"
    );
    assert_eq!(
        get(server.http, &format!("/stash.py?put&{KEY}&from-http")).text(),
        "done"
    );
    assert_eq!(ask(&other, &format!("take&{KEY}")), message("None"));
    assert_eq!(ask(&server, &format!("take&{KEY}")), message("from-http"));
}
