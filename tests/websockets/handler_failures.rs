//! A handler that fails, a client that vanishes and a file that cannot be loaded: what is logged, and at which
//! level.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::websockets::frames::{BINARY, FIN, close, handshake, masked, opened, text};
use crate::websockets::servers::{ECHO, Server, handlers, wireserve};

/// What the server logs about WebSockets once `ask` has been played.
fn log_of(ask: impl FnOnce(&Server), expected: &str) -> String {
    let server = Server::start(&["--log=debug"]);
    ask(&server);
    eventually(expected, || server.process.stderr().contains(expected));
    server.process.stderr()
}

#[test]
fn an_exception_is_an_error_with_a_traceback() {
    let log = log_of(
        |server| {
            let mut client = server.client(&[handshake("/fails", &[]), text("a")].concat());
            assert_eq!(client.read_until_close(), opened().as_bytes());
        },
        "KeyError",
    );
    assert!(log.contains("ERROR"), "{log}");
    assert!(log.contains("in web_socket_transfer_data"), "{log}");
}

#[test]
fn an_exception_before_the_handshake_is_an_error_with_a_traceback() {
    let log = log_of(
        |server| {
            let mut client = server.client(&handshake("/fails-early", &[]));
            assert_eq!(client.read_response("GET").status, 403);
        },
        "in web_socket_do_extra_handshake",
    );
    assert!(log.contains("ERROR"), "{log}");
}

#[test]
fn an_answer_is_not_followed_by_another() {
    log_of(
        |server| {
            let mut client = server.client(&handshake("/fails-late", &[]));
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
            assert_eq!(client.read_until_close(), answer);
        },
        "in web_socket_do_extra_handshake",
    );
}

#[test]
fn a_failure_of_the_library_is_answered() {
    let log = log_of(
        |server| {
            let mut client = server.client(&handshake("/fails-late?library", &[]));
            assert_eq!(client.read_response("GET").status, 500);
            // Frames may follow the request.
            assert_eq!(client.read_until_close(), b"");
        },
        "AttributeError",
    );
    assert!(log.contains("ERROR"), "{log}");
}

#[test]
fn handlers_are_utf_8_in_every_locale() {
    let mut command = wireserve();
    command.env("LC_ALL", "C").env_remove("PYTHONUTF8");
    command
        .arg(handlers())
        .args(["--port=0", "--ws-port=0", "--log=off"]);
    let server = Server::of(Process::start_with_listeners(command, 2));
    let mut client = server.client(&[handshake("/not-ascii", &[]), close(1000, "")].concat());
    let message = [b"\x81\x05", "é天".as_bytes(), b"\x88\x02\x03\xe8"].concat();
    let expected = [opened().as_bytes(), &message].concat();
    assert_eq!(client.read_until_close(), expected);
}

/// Neither a client that leaves without a close frame nor one that resets the connection is an error.
#[test]
fn a_client_that_vanishes_is_no_error() {
    let log = log_of(
        |server| {
            let mut client = server.client(&[handshake("/echo", &[]), text("a")].concat());
            client.read_until(b"\x81\x01a");
            client.half_close();
            client.read_until_close();
            eventually("the first is noticed", || {
                server.process.stderr().contains("without a close frame")
            });
            // Within a frame, and while the server sends: more than the buffers of both sockets take.
            let frame = masked(FIN | BINARY, &[b'a'; 20_000_000]);
            let mut client = server.client(&handshake("/echo", &[]));
            client.read_until(b"\r\n\r\n");
            client.send(&frame);
            client.read_exact(10);
            client.reset();
        },
        "the client is gone",
    );
    assert!(!log.contains("ERROR"), "{log}");
}

/// It is reported at the start, before any request.
#[test]
fn a_handler_that_cannot_be_loaded_is_a_warning() {
    let log = log_of(|_| {}, "broken_wsh.py");
    assert!(log.contains("WARN"), "{log}");
    assert!(log.contains("No module named 'no_such_module'"), "{log}");
    assert!(!log.contains("stash_wsh.py"), "{log}");
}

/// Of whatever kind: the others are served.
#[test]
fn what_cannot_be_loaded_stops_no_server() {
    let folder = folder(&[
        ("echo_wsh.py", ECHO),
        ("exits_wsh.py", "import sys\nsys.exit(4)\n"),
        ("raises_wsh.py", "raise GeneratorExit('on purpose')\n"),
    ]);
    let path = |name: &str| folder.path().join(name);
    fs::write(path("bytes_wsh.py"), b"# \xff\n").expect("a file");
    // As an editor's lock.
    symlink("someone@host.1:2", path(".#echo_wsh.py")).expect("a link");
    symlink("loop_wsh.py", path("loop_wsh.py")).expect("a link");
    let pipe = path("pipe_wsh.py");
    let made = Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
    assert!(made.success());
    let mut command = wireserve();
    command.current_dir(folder.path());
    command.args(["--port=0", "--ws-port=0"]);
    let server = Server::of(Process::start_with_listeners(command, 2));
    let mut client = server.client(&[handshake("/echo", &[]), close(1000, "")].concat());
    let expected = [opened().as_bytes(), b"\x88\x02\x03\xe8"].concat();
    assert_eq!(client.read_until_close(), expected);
    let log = server.process.stderr();
    for (name, reason) in [
        ("exits_wsh.py", "SystemExit: 4"),
        ("raises_wsh.py", "GeneratorExit: on purpose"),
        ("bytes_wsh.py", "'utf-8' codec can't decode byte 0xff"),
        (".#echo_wsh.py", "No such file"),
        ("loop_wsh.py", "symbolic links"),
        ("pipe_wsh.py", "expected a file, found something else"),
    ] {
        assert!(log.contains(&format!("/{name}: ")), "{name}: {log}");
        assert!(log.contains(reason), "{reason}: {log}");
    }
}
