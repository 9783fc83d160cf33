//! A script has the library's request handler, `writer._handler`: it is on the same wire as the
//! writer, and knows the request.

use crate::support::client::Client;
use crate::support::raw_site::{ask, assert_next_response, content, serve};
use crate::support::response::Response;
use serde_json::json;

#[test]
fn the_library_s_handler_is_on_the_same_wire() {
    let server = serve();
    for (what, expected) in [
        (
            "heads",
            // The writer does not know of it, and answers as well.
            "HTTP/1.1 103 Early\r\na: b\r\n\r\nHTTP/1.1 200 Mine\n\nmineHTTP/1.1 200 OK\r\n\r\n",
        ),
        (
            "mixed",
            "HTTP/1.1 200 OK\r\nx: 1\r\ny: 2\r\nz: 3\r\nzz: 4\r\n\r\nend",
        ),
    ] {
        let seen = ask(&server, &format!("/library.py?do={what}")).read_until_close();
        assert_eq!(String::from_utf8_lossy(&seen), expected, "{what}");
    }

    let mut client = ask(&server, "/library.py?do=dated");
    let dated = client.read_response("GET");
    let names: Vec<_> = dated.headers.iter().map(|(name, _)| &name[..]).collect();
    assert_eq!(names, [&b"Server"[..], b"Date", b"Content-Length"]);
    let server_field = concat!("wireserve/", env!("CARGO_PKG_VERSION"));
    assert_eq!(dated.header("server"), Some(server_field.as_bytes()));
    assert_next_response(&mut client, "dated");

    let mut client = ask(&server, "/library.py?do=close");
    let closed = Response::parse(&client.read_until_close(), "GET");
    assert_eq!(
        (closed.status, closed.text()),
        (200, "closed behind this".into())
    );
}

#[test]
fn the_library_s_handler_knows_the_request() {
    let server = serve();
    let mut client = Client::connect(server.addr());
    client.send(b"GET /library.py?do=facts HTTP/1.1\r\nX-Header: value\r\n\r\n");
    assert_eq!(
        content(&mut client),
        json!({
            "same": true, "command": "GET", "path": "/library.py?do=facts",
            "requestline": "GET /library.py?do=facts HTTP/1.1", "request_version": "HTTP/1.1",
            "header": "value", "client": "127.0.0.1", "connection": true, "wfile": true,
            "close": false,
        })
    );
    client.send(b"POST /library.py?do=read HTTP/1.1\r\nContent-Length: 11\r\n\r\nline\nab");
    client.send(b"cdef");
    assert_eq!(client.read_response("POST").text(), "line\nabc|def");
}
