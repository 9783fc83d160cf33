//! What a client may not get at, by default: the server from another machine, the next request of a
//! connection by a body of two readings, and what is below `/.wireserve/`. Paths and links have a
//! file of their own, `nothing_outside_the_doc_root.rs`.

mod support;

use support::client::Client;
use support::command::{Running, get, site, wireserve};
use support::process::Process;

/// How the warning about other machines begins.
const WARNING: &str = "listening on 0.0.0.0:";

#[test]
fn only_this_machine_is_listened_to_and_anything_else_is_said() {
    let root = site(&[]);
    for (host, at, is_said) in [
        (None, "127.0.0.1", false),
        (Some("localhost"), "127.0.0.1", false),
        (Some("0.0.0.0"), "0.0.0.0", true),
    ] {
        let mut command = wireserve();
        command.arg(root.path()).args(["--port", "0"]);
        if let Some(host) = host {
            command.args(["--host", host]);
        }
        let mut running = Running::start(&mut command);
        running.ready(at);
        running.signal("TERM");
        let ended = running.end();
        let said: Vec<_> = ended
            .stderr
            .lines()
            .filter(|line| line.contains(WARNING))
            .collect();
        assert_eq!(said.len(), usize::from(is_said), "{}", ended.stderr);
        assert!(said.iter().all(|line| line.contains("WARN")), "{said:?}");
    }
}

#[test]
fn nothing_is_below_wireserve() {
    let root = site(&[]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for path in ["/.wireserve", "/.wireserve/", "/.wireserve/fuzz/1"] {
        assert_eq!(get(server.addr(), path).status, 404, "{path}");
    }
}

/// A request whose body others may see the end of elsewhere is refused, or is the last of its connection:
/// what stands in the body is no request.
#[test]
fn no_request_is_smuggled() {
    let root = site(&[("secret.txt", "SECRET")]);
    let server = Process::wireserve(root.path(), [""; 0]);
    let smuggled = "GET /secret.txt HTTP/1.1\r\nHost: a\r\n\r\n";
    let length = smuggled.len();
    let chunk = format!("{length:x}\r\n{smuggled}\r\n0\r\n\r\n");
    for (fields, body) in [
        (
            format!("Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n"),
            &chunk,
        ),
        (
            format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
            &smuggled.to_owned(),
        ),
        ("Transfer-Encoding: xchunked\r\n".to_owned(), &chunk),
        ("Transfer-Encoding : chunked\r\n".to_owned(), &chunk),
        ("X : y\r\nTransfer-Encoding: chunked\r\n".to_owned(), &chunk),
        (
            format!("X : y\r\nContent-Length: {length}\r\n"),
            &smuggled.to_owned(),
        ),
        (
            format!("X: y\r\rContent-Length: {length}\r\n"),
            &smuggled.to_owned(),
        ),
        (
            format!("X\0: y\r\nContent-Length: {length}\r\n"),
            &smuggled.to_owned(),
        ),
    ] {
        for method in ["GET", "POST"] {
            let mut client = Client::connect(server.addr());
            let head = format!("{method} /hello.txt HTTP/1.1\r\nHost: a\r\n{fields}\r\n");
            client.send(head.as_bytes());
            client.send(body.as_bytes());
            let answers = client.read_until_close();
            let answers = String::from_utf8_lossy(&answers);
            assert_eq!(answers.matches("HTTP/1.1 ").count(), 1, "{head}{answers}");
            assert!(!answers.contains("SECRET"), "{head}{answers}");
        }
    }
}

/// The same requests, behind bodies that have one end for everybody: they are answered.
#[test]
fn what_follows_a_body_is_the_next_request() {
    let root = site(&[("secret.txt", "SECRET")]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for (fields, body) in [
        ("Content-Length: 5\r\n", "hello"),
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        ("X : y\r\n", ""),
    ] {
        let mut client = Client::connect(server.addr());
        let first = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}");
        let second = "GET /secret.txt HTTP/1.1\r\nHost: a\r\n\r\n";
        client.send((first + second).as_bytes());
        assert_eq!(client.read_response("GET").text(), "hello", "{fields}");
        assert_eq!(client.read_response("GET").text(), "SECRET", "{fields}");
    }
}
