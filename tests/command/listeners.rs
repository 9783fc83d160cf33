//! A listener of the configuration does what it says with those who connect: holds requests to a policy
//! of its own, or gives connections to a target before anything is read of them.

use crate::support::command::wireserve;
use std::path::Path;

use crate::support::client::{Client, DEADLINE};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;

/// A folder's `config.json`, on the real binary.
fn serve(folder: &Path, listeners: usize) -> Process {
    let mut command = wireserve();
    let config = folder.join("config.json");
    command
        .arg("--config")
        .arg(config)
        .args(["--port", "0", "--log", "error"]);
    Process::start_with_listeners(command, listeners)
}

#[test]
fn each_listener_and_each_route_has_a_policy() {
    let folder = folder(&[
        (
            "config.json",
            r#"{"doc_root": ".",
                "listeners": [{"port": 0, "requests": "strict"}, {"port": 0, "requests": "lenient"}],
                "routes": [{"method": "*", "pattern": "/strict", "target": "200", "requests": "strict"},
                           {"method": "*", "pattern": "/raw", "target": "200", "requests": "raw"},
                           {"method": "*", "pattern": "/plain", "target": "200"}]}"#,
        ),
        (
            "played.wire",
            "send \"HTTP/1.1 299 Played\\r\\n\\r\\n\"\nclose\n",
        ),
    ]);
    let server = serve(folder.path(), 3);
    let [plain, strict, lenient] = server.addresses() else {
        panic!("three addresses");
    };
    let fold = "X: a\r\n b\r\nContent-Length: 0";
    let lengths = "Content-Length: 1\r\nContent-Length: 2";
    for (address, path, fields, status) in [
        (plain, "/plain", fold, 200),
        (strict, "/plain", fold, 400),
        (lenient, "/plain", fold, 200),
        (plain, "/strict", fold, 400),
        (lenient, "/strict", fold, 400),
        (strict, "/raw", fold, 200),
        (plain, "/plain", lengths, 400),
        (plain, "/raw", lengths, 200),
        (strict, "/raw", lengths, 200),
        (strict, "/played.wire", lengths, 299),
        (strict, "/plain", "Content-Length: 0", 200),
    ] {
        let mut client = Client::connect(*address);
        let request = format!("POST {path} HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");
        client.send(request.as_bytes());
        let response = client.read_response("POST");
        assert_eq!(response.status, status, "{path} at {address}: {fields}");
        if status == 400 {
            let body = String::from_utf8(response.body).expect("JSON");
            let clause = if fields == fold {
                "a folded field line (obs-fold), at byte "
            } else {
                "conflicting"
            };
            assert!(body.contains(clause), "{body}");
        }
    }
}

#[test]
fn a_handler_gets_a_connection_of_which_nothing_was_read() {
    let script = r#"
def main(request, response):
    writer = response.writer
    assert request.raw_head == b"" and request.connection.ordinal == 0
    writer.write(b"220 ready\r\n")
    line = writer.read(until=b"\r\n", within=10)
    writer.write(b"250 " + line)
"#;
    let config = r#"{"doc_root": ".", "listeners": [{"port": 0, "connections": "smtp.py"}]}"#;
    let folder = folder(&[
        ("config.json", config),
        ("smtp.py", script),
        ("hello.txt", "hello"),
    ]);
    let server = serve(folder.path(), 2);
    let mut client = Client::connect(server.addresses()[1]);
    assert_eq!(client.read_until(b"\n"), b"220 ready\r\n");
    client.send(b"EHLO a\r\nGET /hello.txt HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_until(b"\n"), b"250 EHLO a\r\n");
    assert_eq!(
        client.read_response("GET").body,
        b"hello",
        "the site goes on"
    );
}

#[test]
fn what_is_returned_before_a_request_is_not_sent() {
    let script = "def main(request, response):\n    return 'nobody asked'\n";
    let silent = "def main(request, response):\n    pass\n";
    for (script, is_logged) in [(script, true), (silent, false)] {
        let folder = folder(&[("early.py", script), ("hello.txt", "hello")]);
        let mut command = wireserve();
        command.arg(folder.path()).args([
            "--port",
            "0",
            "--connections",
            "0",
            "early.py",
            "--log",
            "warn",
        ]);
        let server = Process::start_with_listeners(command, 2);
        let mut client = Client::connect(server.addresses()[1]);
        client.send(b"GET /hello.txt HTTP/1.1\r\n\r\n");
        let answer = client.read_response("GET");
        assert_eq!(answer.body, b"hello", "{script}");
        let is_warned = || server.stderr().contains("found a response with status 200");
        if is_logged {
            eventually("a warning", is_warned);
        } else {
            assert!(!is_warned(), "{}", server.stderr());
        }
    }
}

#[test]
fn a_listener_that_cannot_be_opened_is_reported() {
    for (arguments, named) in [
        (
            ["--connections", "many", "a.wire"],
            "expected a port from 0 to 65535, found \"many\"",
        ),
        (
            ["--connections", "70000", "a.wire"],
            "expected a port from 0 to 65535, found \"70000\"",
        ),
    ] {
        let mut command = wireserve();
        let output = command.args(arguments).output().expect("it ends");
        assert_eq!(output.status.code(), Some(2), "within {DEADLINE:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(named), "{said}");
    }
}
