//! `--unix` serves HTTP on a Unix socket as on a port: files, scripts and wire scripts, with transcripts and the
//! access log. The socket's file comes and goes with the server.

use std::fs;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;

use crate::support::client::DEADLINE;
use crate::support::command::{run_in, site, wireserve};
use crate::support::process::Process;
use crate::support::response::Response;
use crate::support::wait::eventually;

/// Sends bytes, and returns everything up to the end of the connection.
fn exchange(path: &Path, bytes: &[u8]) -> Vec<u8> {
    let mut client = UnixStream::connect(path).expect("a listener");
    client.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    client.write_all(bytes).expect("room");
    let mut received = Vec::new();
    client.read_to_end(&mut received).expect("an end");
    received
}

fn request(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
}

fn get(path: &Path, target: &str) -> Response {
    Response::parse(&exchange(path, request(target).as_bytes()), "GET")
}

/// The server, which prints one line: a socket replaces the default port.
fn serve(folder: &Path, arguments: &[&str]) -> Process {
    let mut command = wireserve();
    command.current_dir(folder).args(["--unix", "s.sock"]);
    let mut server = Process::spawn(command.args(arguments));
    let socket = folder.canonicalize().unwrap().join("s.sock");
    let line = format!("wireserve listening on unix:{} (unix)\n", socket.display());
    assert_eq!(server.line(), Some(line));
    server
}

#[test]
fn a_socket_serves_what_a_port_serves() {
    let root = site(&[
        (
            "raw.asis",
            "HTTP/1.1 299 As Is\r\nContent-Length: 0\r\n\r\n",
        ),
        (
            "reset.wire",
            "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nabc\"\nreset\n",
        ),
        ("seen", ""),
        ("address.sub.txt", "{{location[server]}} {{GET[x]}}"),
    ]);
    fs::remove_file(root.path().join("seen")).expect("a name");
    let socket = root.path().join("s.sock");
    let arguments = ["--transcript", "seen", "--log", "info"];
    let server = serve(root.path(), &arguments);

    let two = b"GET /hello.txt HTTP/1.1\r\nHost: a.test\r\n\r\nHEAD /hello.txt HTTP/1.0\r\n\r\n";
    let received = exchange(&socket, two);
    assert_eq!(
        received
            .windows(8)
            .filter(|bytes| *bytes == b"HTTP/1.1")
            .count(),
        2
    );
    assert_eq!(get(&socket, "/raw.asis").status, 299);
    assert_eq!(
        get(&socket, "/address.sub.txt?x=y").text(),
        "http://a.test:80 y"
    );
    // There is no RST on Unix sockets: the connection ends, before the response does.
    let received = exchange(&socket, request("/reset.wire").as_bytes());
    assert!(received.ends_with(b"Content-Length: 9\r\n\r\nabc"));

    for line in [
        "unix: a.test GET /hello.txt 200 ",
        "unix: a.test GET /raw.asis 299 ",
        "unix: a.test GET /reset.wire 200 ",
    ] {
        eventually(line, || server.stderr().contains(line));
    }
    server.signal("TERM");
    assert_eq!(server.end().code, Some(0));
    assert!(!socket.exists());

    let mut files: Vec<_> = fs::read_dir(root.path().join("seen")).unwrap().collect();
    files.sort_by_key(|file| file.as_ref().unwrap().file_name());
    let text = fs::read_to_string(files[0].as_ref().unwrap().path()).unwrap();
    let socket = root.path().canonicalize().unwrap().join("s.sock");
    let beginning = format!(
        "connection 1, client unix:, server unix:{}, ",
        socket.display()
    );
    assert!(text.starts_with(&beginning), "{text}");
    assert!(text.contains(r#"1  > 69 "GET /hello.txt "#), "{text}");
}

/// A script finds the members of `request` and of its socket as on a port. The reference's Python has no address
/// of a client on a Unix socket.
#[cfg(feature = "python")]
#[test]
fn scripts_have_their_objects() {
    let root = site(&[
        (
            "shown.py",
            "import socket\n\
             def main(request, response):\n    \
                 peer = response.writer.socket\n    \
                 server = response.writer._handler.server\n    \
                 return repr([request.client_address, request.url, peer.family == socket.AF_UNIX,\n                 \
                     peer.getsockname() == server.server_address, peer.getpeername()])\n",
        ),
        (
            "own.py",
            "def main(request, response):\n    \
                 response.writer.socket.sendall(b'HTTP/1.1 298 Own\\r\\n\\r\\n')\n    \
                 response.close_connection = True\n",
        ),
        (
            "linger.py",
            "import socket, struct\n\
             def main(request, response):\n    \
                 response.writer.write(b'HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\n')\n    \
                 response.writer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))\n    \
                 response.close_connection = True\n",
        ),
    ]);
    let socket = root.path().join("s.sock");
    let _server = serve(root.path(), &["--log", "error"]);
    assert_eq!(
        get(&socket, "/shown.py").text(),
        "[('', 0), 'http://a.test:80/shown.py', True, True, '']"
    );
    assert_eq!(get(&socket, "/own.py").status, 298);
    let received = exchange(&socket, request("/linger.py").as_bytes());
    assert!(received.ends_with(b"Content-Length: 9\r\n\r\n"));
}

#[test]
fn the_file_of_a_killed_server_is_replaced_and_nothing_else() {
    let root = site(&[]);
    let socket = root.path().join("s.sock");
    drop(UnixListener::bind(&socket).expect("a socket"));
    let mut server = serve(root.path(), &[]);
    assert_eq!(get(&socket, "/hello.txt").text(), "hello");

    let refused =
        |arguments: &[&str], reason: &[&str]| run_in(root.path(), arguments).is_refusal(reason);
    refused(
        &["--unix", "s.sock"],
        &[
            "cannot listen on",
            "s.sock",
            "another process listens there",
        ],
    );
    refused(
        &["--unix", "hello.txt"],
        &["hello.txt", "found another file"],
    );
    refused(&["--unix", "none/s.sock"], &["none/s.sock", "No such file"]);
    refused(&["--unix", &"x".repeat(108)], &["at most 107 bytes"]);
    assert_eq!(get(&socket, "/hello.txt").text(), "hello");

    server.signal("KILL");
    server.wait(DEADLINE).expect("an end");
    let left = fs::symlink_metadata(&socket).expect("the file of the killed server");
    assert!(left.file_type().is_socket());
    let _server = serve(root.path(), &[]);
    assert_eq!(get(&socket, "/hello.txt").text(), "hello");
}
