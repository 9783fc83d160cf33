//! How long things live: module state as long as the server, a WebSocket until one side ends it or the server
//! stops, and the connection no longer than that, whatever threads a handler leaves behind.

use std::sync::Arc;

use wireserve::Handler;
use wireserve::python::WebSocketHandler;

use crate::support::client::Client;
use crate::support::command::get;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::websockets::frames::{close, handshake, opened, text};
use crate::websockets::servers::{Server, checkout, client, handlers, wireserve};

/// A WebSocket that is open, and whose handler waits for a message.
fn open(server: &Server, target: &str) -> Client {
    let mut client = server.client(&handshake(target, &[]));
    assert_eq!(client.read_until(b"\r\n\r\n"), opened().as_bytes());
    client
}

fn count(server: &Server) -> Vec<u8> {
    let mut client = open(server, "/counter");
    client.send(&close(1000, ""));
    client.read_until_close()
}

#[test]
fn module_state_lives_as_long_as_the_server() {
    let server = Server::start(&["--log=off"]);
    let numbers = [count(&server), count(&server), count(&server)];
    let expected = ["1", "2", "3"]
        .map(|number| [b"\x81\x01", number.as_bytes(), b"\x88\x02\x03\xe8"].concat());
    assert_eq!(numbers, expected);
    assert_eq!(count(&Server::start(&["--log=off"])), expected[0]);
}

/// Not even if both have the same handler.
#[test]
fn servers_in_one_process_share_nothing() {
    let library = checkout("tools/third_party/pywebsocket3", "pywebsocket3");
    let handler = WebSocketHandler::new(handlers(), library.path()).expect("handlers");
    let handler: Arc<dyn Handler> = Arc::new(handler);
    let servers = [(), ()].map(|()| {
        let builder = wireserve::Server::builder().websockets(Arc::clone(&handler));
        builder.start().expect("a server")
    });
    let ask = |server: usize, target: &str| {
        let asked = [handshake(target, &[]), close(1000, "")].concat();
        let received = client(servers[server].addresses()[1], &asked).read_until_close();
        let frames = received
            .strip_prefix(opened().as_bytes())
            .expect("a WebSocket");
        let text = frames
            .strip_suffix(b"\x88\x02\x03\xe8")
            .expect("a close frame");
        String::from_utf8_lossy(&text[2..]).into_owned()
    };
    const KEY: &str = "01234567-89ab-cdef-0123-456789abcdef";
    for (server, target, expected) in [
        (0, "/counter".to_owned(), "1"),
        (0, "/counter".to_owned(), "2"),
        (1, "/counter".to_owned(), "1"),
        (0, format!("/stash?put&{KEY}&a"), "done"),
        (1, format!("/stash?take&{KEY}"), "None"),
        (0, format!("/stash?take&{KEY}"), "a"),
    ] {
        assert_eq!(ask(server, &target), expected, "{server} {target}");
    }
}

#[test]
fn module_state_is_shared_by_all_ports() {
    let mut command = wireserve();
    command
        .arg(handlers())
        .args(["--port=0", "--ws-port=0", "--ws-port=0", "--log=off"]);
    let process = Process::start_with_listeners(command, 3);
    for (&address, number) in process.addresses()[1..].iter().zip([b'1', b'2']) {
        let asked = [handshake("/counter", &[]), close(1000, "")].concat();
        let received = client(address, &asked).read_until_close();
        assert!(
            received.ends_with(&[0x81, 1, number, 0x88, 2, 3, 0xe8]),
            "{received:?}"
        );
    }
}

/// What the client still sends is drained for a while, as after a response.
#[test]
fn bytes_after_the_end_do_not_reset_the_connection() {
    let server = Server::start(&["--log=off"]);
    let mut client = server.client(&handshake("/refuses?silently", &[]));
    client.send(&[b'a'; 500_000]);
    assert_eq!(client.read_until_close(), b"");
    assert!(!client.was_reset());
}

#[test]
fn threads_receive() {
    let server = Server::start(&["--log=off"]);
    let mut client = open(&server, "/receiver");
    for message in ["a", "b"] {
        client.send(&text(message));
        let answer = [b"\x81\x0areceived ", message.as_bytes()].concat();
        assert_eq!(client.read_exact(answer.len()), answer);
    }
    client.send(&close(1000, ""));
    assert_eq!(client.read_until_close(), b"\x88\x02\x03\xe8");
}

/// The handler has returned before the thread writes.
#[test]
fn a_thread_may_answer_the_clients_close_frame() {
    let server = Server::start(&["--log=off"]);
    let mut client = open(&server, "/closed-by-a-thread");
    client.send(&close(1000, "bye"));
    assert_eq!(client.read_until_close(), b"\x88\x02\x03\xe8");
}

/// The client has two seconds to close its side, as after a response. Then the thread's read ends.
#[test]
fn a_thread_that_is_left_behind_does_not_keep_the_connection() {
    let server = Server::start(&["--log=off"]);
    for closes in [true, false] {
        let mut client = open(&server, "/leaves-a-thread");
        assert_eq!(client.read_until_close(), b"\x81\x03now");
        if closes {
            client.half_close();
        }
        eventually("the thread ends", || {
            get(server.http, "/threads.py").text() == "0"
        });
    }
}

/// Handlers that wait for a message do not delay the end: the server lets other handlers finish for half a
/// second.
#[test]
fn stopping_ends_handlers_that_wait() {
    let server = Server::start(&["--log=debug"]);
    let mut clients: Vec<_> = (0..3).map(|_| open(&server, "/echo")).collect();
    for client in &mut clients {
        client.send(&text("a"));
        client.read_exact(3);
    }
    server.process.signal("TERM");
    for client in &mut clients {
        assert_eq!(client.read_until_close(), b"");
    }
    let ended = server.process.end();
    assert_eq!(ended.code, Some(0));
    assert!(!ended.stderr.contains("ERROR"), "{}", ended.stderr);
}

/// At the limit of connections, the one that has been idle longest is closed. A WebSocket is in use, however
/// long nothing is sent.
#[test]
fn a_silent_websocket_is_not_idle() {
    let config = crate::support::folder::folder(&[("c.json", r#"{"limits": {"connections": 2}}"#)]);
    let config = config.path().join("c.json");
    let server = Server::start(&["--log=off", "--config", config.to_str().expect("UTF-8")]);
    let mut socket = open(&server, "/echo");
    // The handler must have begun to wait before other connections come.
    socket.send(&text("a"));
    assert_eq!(socket.read_exact(3), b"\x81\x01a");
    let mut others = Vec::new();
    while others.len() < 4 {
        // Refused while the one before is not idle yet.
        let mut other = Client::connect(server.http);
        if other.ask("GET", "/threads.py").status == 200 {
            others.push(other);
        }
    }
    // All but the last have been closed for another.
    assert_eq!(others[0].read_until_close(), b"");
    socket.send(&text("b"));
    assert_eq!(socket.read_exact(3), b"\x81\x01b");
}
