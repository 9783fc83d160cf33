//! A script has the socket itself: it sends, receives, closes by halves, resets and times out as it
//! likes, the value it returns is sent only if nothing else was, and the rest of the connection is
//! none the worse for it.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::support::client::{Arrival, Client, DEADLINE};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::raw_site::{ask, assert_next_response, content, get, heard, serve};
use crate::support::repository;
use serde_json::json;

#[test]
fn the_socket_is_a_socket() {
    let server = serve();
    let mut client = ask(&server, "/own_socket.py?do=describe");
    assert_eq!(
        content(&mut client),
        json!({
            "socket": true, "same": true, "of the handler": true, "peer": true, "blocks": true,
            "no delay": true, "type": true, "written": false,
        })
    );
    assert_next_response(&mut client, "describe");
}

#[test]
fn the_returned_value_is_not_sent_after_bytes_of_the_socket() {
    let server = serve();
    for way in [
        "send",
        "sendall",
        "sendmsg",
        "sendto",
        "sendfile",
        "sendfile_from_memory",
        "makefile",
        "dup",
    ] {
        let mut client = ask(&server, &format!("/own_socket.py?do={way}"));
        assert_eq!(client.read_exact(4), b"sent", "{way}");
        assert_next_response(&mut client, way);
    }
    let mut client = ask(&server, "/own_socket.py?do=send_then_raise");
    assert_eq!(client.read_until_close(), b"sent");
}

#[test]
fn the_value_is_sent_when_the_socket_sent_nothing() {
    let server = serve();
    for way in ["look", "set_option", "close", "detach"] {
        let mut client = ask(&server, &format!("/own_socket.py?do={way}"));
        for again in ["", " again"] {
            let response = client.read_response("GET");
            assert_eq!(response.status, 200, "{way}{again}: {}", response.text());
            assert_eq!(response.text(), "the value", "{way}{again}");
            client.send(&get(&format!("/own_socket.py?do={way}")));
        }
        client.read_response("GET");
        assert_next_response(&mut client, way);
    }
}

/// Whether the bytes came with the head or after it, together or apart.
#[test]
fn the_socket_receives() {
    let server = serve();
    let request = get("/own_socket.py?do=receive");
    for (with_head, behind) in [
        (&b""[..], &[&b"ab\0\xff"[..]][..]),
        (b"", &[b"a", b"b\0", b"\xff"]),
        (b"ab\0\xff", &[]),
        (b"ab", &[b"\0\xff"]),
    ] {
        let mut client = Client::connect(server.addr());
        client.send(&[&request, with_head].concat());
        assert_eq!(client.read_exact(2), b"go");
        for piece in behind {
            client.send(piece);
        }
        assert_eq!(client.read_exact(8), b"got ab\0\xff", "{with_head:?}");
        assert_next_response(&mut client, "receive");
    }
}

#[test]
fn the_socket_is_closed_by_halves() {
    const KEY: &str = "00000000-0000-0000-0002-000000000001";
    let server = serve();
    let mut client = ask(&server, &format!("/own_socket.py?do=half_close&key={KEY}"));
    assert_eq!(client.read_until_close(), b"all");
    // The other half still works.
    client.send(b"heard ");
    client.send(b"after all");
    client.half_close();
    assert_eq!(heard(&server, KEY), "heard after all");
}

#[test]
fn a_reset_on_purpose() {
    let server = serve();
    let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf";
    for (way, bytes) in [("reset", ""), ("reset", half), ("reset_of_a_copy", half)] {
        let mut stream = TcpStream::connect(server.addr()).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a time");
        let escaped: String = bytes.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let target = format!("/own_socket.py?do={way}&bytes={escaped}");
        stream.write_all(&get(&target)).expect("it reads");
        let mut seen = vec![0; bytes.len()];
        stream.read_exact(&mut seen).expect("the bytes come first");
        assert_eq!(seen, bytes.as_bytes());
        if !bytes.is_empty() {
            // They have arrived: the reset cannot take them with it.
            stream.write_all(b".").expect("it reads");
        }
        let end = stream.read(&mut [0]).map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::ConnectionReset), "{way} {bytes:?}");
    }
    let mut other = Client::connect(server.addr());
    assert_next_response(&mut other, "other connections are not reset");
}

#[test]
fn a_time_out_on_the_socket_is_the_script_s_own() {
    let server = serve();
    for now in ["", "&now"] {
        let mut client = ask(&server, &format!("/own_socket.py?do=time_out{now}"));
        assert_eq!(client.read_response("GET").text(), "set");
        // Longer than the script's time-out on each of these; nothing may come of it.
        let nothing = client.arrival(Duration::from_millis(30));
        assert_eq!(nothing, Arrival::Nothing, "the connection is kept");
        client.send(b"POST /plain.py HTTP/1.1\r\nContent-");
        assert_eq!(
            client.arrival(Duration::from_millis(30)),
            Arrival::Nothing,
            "half a head is waited for"
        );
        client.send(b"Length: 4\r\n\r\nha");
        assert_eq!(
            client.arrival(Duration::from_millis(30)),
            Arrival::Nothing,
            "half a body is waited for"
        );
        client.send(b"lf");
        assert_eq!(client.read_response("POST").text(), "half");
        assert_next_response(&mut client, now);
    }
}

#[test]
fn a_time_out_on_the_socket_spares_the_rest_of_the_exchange() {
    let server = serve();
    let mut client = Client::connect(server.addr());
    client.send(b"POST /own_socket.py?do=time_out_first HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
    // The script has found nothing to receive in its time.
    assert_eq!(client.read_exact(7), b"nothing");
    client.send(b"a");
    assert_eq!(client.arrival(Duration::from_millis(30)), Arrival::Nothing);
    client.send(b"b");
    // More than the kernel takes at once, and unread while another request is answered.
    assert_eq!(client.read_exact(2), b"ab");
    assert_next_response(&mut Client::connect(server.addr()), "meanwhile");
    let rest = client.read_until_close();
    assert_eq!(rest.len(), 8_000_000 - 2 + "|True".len());
    assert!(rest.ends_with(b"ab|True"));
}

/// `select` does not see what came with the head; the writer tells, and every way to receive gives it.
#[test]
fn bytes_that_came_with_the_head_are_counted_and_received() {
    let site = folder(&[(
        "f.py",
        "import select, socket\n\
        def main(request, response):\n    \
        w, s = response.writer, response.writer.socket\n    \
        room = bytearray(9)\n    \
        seen = [w.buffered, bool(select.select([s], [], [], 0)[0]), s.recv(2, socket.MSG_PEEK), w.buffered]\n    \
        seen.append(eval(request.headers['Do'].decode()))\n    \
        response.close_connection = True\n    \
        return repr(seen + [w.buffered])\n",
    )]);
    let server = Process::wireserve(site.path(), ["--log", "error"]);
    for (receive, received) in [
        ("s.recv(5)", "b'hello', 0"),
        ("s.recv(3)", "b'hel', 2"),
        ("s.recv(99)", "b'hello', 0"),
        ("s.recvfrom(5)[0]", "b'hello', 0"),
        ("s.recvmsg(5)[0]", "b'hello', 0"),
        ("s.recv_into(room), bytes(room[:5])", "(5, b'hello'), 0"),
        ("s.recv_into(room, 2), bytes(room[:2])", "(2, b'he'), 3"),
        (
            "s.recvfrom_into(room)[0], bytes(room[:5])",
            "(5, b'hello'), 0",
        ),
        (
            "s.recvmsg_into([memoryview(room)[:2], memoryview(room)[4:]])[0], bytes(room)",
            "(5, b'he\\x00\\x00llo\\x00\\x00'), 0",
        ),
        ("s.makefile('rb').read(5)", "b'hello', 0"),
        ("w.read(5)", "b'hello', 0"),
        ("request.body", "b'hello', 0"),
    ] {
        for tape in [false, true] {
            let folder = tempfile::tempdir().expect("a folder");
            let transcripts = tape.then(|| {
                let options = [
                    std::ffi::OsStr::new("--transcript"),
                    folder.path().as_os_str(),
                ];
                Process::wireserve(site.path(), options)
            });
            let server = transcripts.as_ref().unwrap_or(&server);
            let mut client = Client::connect(server.addr());
            let head = format!("POST /f.py HTTP/1.1\r\nHost: a\r\nDo: {receive}\r\n");
            client.send(format!("{head}Content-Length: 5\r\n\r\nhello").as_bytes());
            let expected = format!("[5, False, b'he', 5, {received}]");
            assert_eq!(client.read_response("POST").text(), expected, "{receive}");
        }
    }
}

/// What a script receives on the socket is not the next request.
#[test]
fn a_body_that_the_socket_received_is_read() {
    let site = folder(&[(
        "f.py",
        "def main(request, response):\n    \
        data = b''\n    \
        while len(data) < 10: data += response.writer.socket.recv(10 - len(data))\n    \
        return data\n",
    )]);
    let server = Process::wireserve(site.path(), ["--log", "error"]);
    let mut client = Client::connect(server.addr());
    client.send(b"POST /f.py HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
    assert_eq!(client.arrival(Duration::from_millis(50)), Arrival::Nothing);
    client.send(b"again");
    assert_eq!(client.read_response("POST").text(), "helloagain");
    assert!(client.is_kept_open());
}

/// `examples/handlers/tunnel.py`: the request within the tunnel comes in the same segment as CONNECT.
#[test]
fn a_tunnel_takes_what_came_with_its_head() {
    let inner = serve();
    let options = [
        "--log",
        "error",
        "--route",
        "CONNECT",
        "*",
        "handlers/tunnel.py",
    ];
    let outer = Process::wireserve(&repository().join("examples"), options);
    let mut client = Client::connect(outer.addr());
    let authority = format!("127.0.0.1:{}", inner.port());
    let connect = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n\r\n");
    client.send(&[connect.as_bytes(), &get("/plain.py")].concat());
    client.read_until(b"HTTP/1.1 200 Connection Established\r\n\r\n");
    assert_eq!(client.read_response("GET").text(), "plain");
    assert_next_response(&mut client, "a later request within the tunnel");
    client.half_close();
    assert_eq!(client.read_until_close(), b"");

    let mut client = Client::connect(outer.addr());
    client.send(b"CONNECT elsewhere.test:80 HTTP/1.1\r\nHost: elsewhere.test:80\r\n\r\n");
    assert_eq!(client.read_response("GET").status, 403);
}
