//! The handlers that need no file or no script: fixed content and errors, files joined into one,
//! a password in front of another handler, and paths that are forbidden; and rewrites, which make
//! one path's requests another's.

use std::fs;
use std::sync::Arc;

use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::folder::folder;
use crate::support::response::Response;
use rustix::fs::{CWD, Mode, mkfifoat};
use wireserve::handlers::{Admitted, BasicAuthHandler, ErrorHandler, FixedHandler, JoinedHandler};
use wireserve::{Exchange, Server, Site};

#[test]
fn fixed_content_and_errors() {
    let mut fixed = FixedHandler::of_type("text/css", "p {}");
    fixed.headers.append("X-Ham", "eggs");
    let server = Server::builder()
        .route("GET", "/fixed", fixed)
        .and_then(|builder| builder.route("*", "/gone", ErrorHandler(410)))
        .expect("good patterns")
        .start()
        .expect("a free port");
    let response = get(&server, "/fixed");
    assert_eq!((response.status, response.text().as_str()), (200, "p {}"));
    assert_eq!(response.header("content-type"), Some(&b"text/css"[..]));
    assert_eq!(response.header("x-ham"), Some(&b"eggs"[..]));
    let response = Client::connect(server.address()).ask("PUT", "/gone");
    assert_eq!(response.status, 410);
    assert_eq!(
        response.text(),
        r#"{"error": {"code": 410, "message": ""}}"#
    );
}

#[test]
fn files_are_joined_at_the_first_request() {
    let folder = folder(&[("one.js", "1;\n")]);
    let (one, two) = (folder.path().join("one.js"), folder.path().join("two.js"));
    let joined = JoinedHandler::new("text/javascript", [&one, &two, &one]);
    let server = Server::builder()
        .route(
            "GET",
            "/joined.js",
            joined.field("Cache-Control", "max-age=9"),
        )
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let response = get(&server, "/joined.js");
    assert_eq!(response.status, 500);
    assert!(response.text().contains("two.js"), "{}", response.text());

    fs::write(&two, "2;\n").expect("a file");
    for _ in 0..2 {
        let response = get(&server, "/joined.js?x");
        assert_eq!(
            (response.status, response.text().as_str()),
            (200, "1;\n2;\n1;\n")
        );
        assert_eq!(
            response.header("content-type"),
            Some(&b"text/javascript"[..])
        );
        assert_eq!(response.header("cache-control"), Some(&b"max-age=9"[..]));
        // What was read stays, whatever becomes of the files.
        fs::write(&one, "3;\n").expect("a file");
    }
}

#[test]
fn a_named_pipe_among_them_is_not_waited_for() {
    let folder = folder(&[("one.js", "1;\n")]);
    let (one, fifo) = (folder.path().join("one.js"), folder.path().join("fifo"));
    mkfifoat(CWD, &fifo, Mode::RUSR).expect("a named pipe");
    let server = Server::builder()
        .route(
            "GET",
            "/",
            JoinedHandler::new("text/javascript", [&one, &fifo]),
        )
        .expect("a good pattern")
        .start()
        .expect("a free port");
    let response = get(&server, "/");
    assert_eq!(response.status, 500);
    assert!(response.text().contains("fifo"), "{}", response.text());
}

#[test]
fn a_password_is_asked_for() {
    let inner = || Arc::new(FixedHandler::text(200, "in"));
    let only = BasicAuthHandler::new(inner(), Admitted::only("user", "pass:word"));
    let any = BasicAuthHandler::new(inner(), Admitted::Anybody);
    let server = Server::builder()
        .route("*", "/only", only)
        .and_then(|builder| builder.route("*", "/any", any))
        .expect("good patterns")
        .start()
        .expect("a free port");
    let wrong = r#"{"error": {"code": 403, "message": "Invalid username or password"}}"#;
    for (target, field, status, text) in [
        ("/only", "", 401, ""),
        ("/any", "", 401, ""),
        // user:pass:word, user:, x
        ("/only", "Basic dXNlcjpwYXNzOndvcmQ=", 200, "in"),
        ("/any", "Basic dXNlcjo=", 200, "in"),
        ("/only", "Basic dXNlcjo=", 403, wrong),
        (
            "/any",
            "Basic eA==",
            500,
            r#"{"error": {"code": 500, "message": "invalid Authorization: expected a colon after the user name"}}"#,
        ),
        (
            "/any",
            "Basic",
            500,
            r#"{"error": {"code": 500, "message": "invalid Authorization: expected credentials after the scheme"}}"#,
        ),
        (
            "/any",
            "Basic d",
            500,
            r#"{"error": {"code": 500, "message": "invalid Authorization: the credentials are not valid base64"}}"#,
        ),
        (
            "/any",
            "Digest x",
            400,
            r#"{"error": {"code": 400, "message": "expected the authentication scheme `Basic`, found \"Digest\""}}"#,
        ),
    ] {
        let field = match field {
            "" => String::new(),
            value => format!("Authorization: {value}\r\n"),
        };
        let response = send(&server, &format!("GET {target} HTTP/1.1\r\n{field}\r\n"));
        assert_eq!(
            (response.status, response.text().as_str()),
            (status, text),
            "{field}"
        );
        let asked = (status == 401).then_some(&b"Basic"[..]);
        assert_eq!(response.header("www-authenticate"), asked, "{field}");
    }
}

/// Whose name is that of a file which is sent, or played, as it is.
#[test]
fn a_folder_is_no_file_whatever_its_name() {
    let folder = folder(&[("a.asis/x", ""), ("b.wire/x", "")]);
    let site = Site::new(folder.path());
    let server = Server::builder().site(site).start().expect("a free port");
    for (target, reason) in [
        ("/a.asis", "expected an as-is file, found the folder"),
        ("/b.wire", "expected a file, found a folder"),
    ] {
        let response = get(&server, target);
        assert_eq!(response.status, 500, "{target}");
        assert!(response.text().contains(reason), "{}", response.text());
    }
}

#[test]
fn what_is_not_for_tests_is_forbidden() {
    let folder = folder(&[
        ("tools/a.txt", ""),
        ("_certs/key", ""),
        ("spec/tools/a.txt", ""),
        ("spec/more/tools/a.txt", "far below"),
        ("results/index.txt", "below"),
        ("tools/runner/index.txt", "allowed"),
    ]);
    let mut site = Site::new(folder.path());
    for pattern in ["/_certs/*", "/tools/*", "{spec}/tools/*", "/results/"] {
        site.forbid(pattern).expect("a good pattern");
    }
    let server = Server::builder().site(site).start().expect("a free port");
    let forbidden = r#"{"error": {"code": 404, "message": ""}}"#;
    for target in [
        "/tools/a.txt",
        "/tools/",
        "/_certs/key",
        "/spec/tools/a.txt",
        "/results/",
        // The same files, spelt in other ways.
        "/%74ools/a.txt",
        "/tools%2fa.txt",
        "/./tools/a.txt",
        "/tools/./a.txt",
        "/%2e/_certs//key",
        "/results/.",
        "//tools/a.txt",
    ] {
        let response = get(&server, target);
        assert_eq!(
            (response.status, response.text().as_str()),
            (404, forbidden),
            "{target}"
        );
    }
    for (target, text) in [
        ("/spec/more/tools/a.txt", "far below"),
        ("/results/index.txt", "below"),
    ] {
        assert_eq!(get(&server, target).text(), text, "{target}");
    }
    server
        .route("GET", "/tools/runner/*", FixedHandler::text(200, "allowed"))
        .expect("a good pattern");
    assert_eq!(get(&server, "/tools/runner/index.txt").text(), "allowed");
}

#[test]
fn a_rewritten_request_is_one_for_the_new_path() {
    let server = Server::builder()
        .rewrite("GET", "/old", "/new")
        .rewrite("*", "/any", "/new")
        .route("*", "/{x}", FixedHandler::text(200, "as it was"))
        .and_then(|builder| {
            builder.route("GET", "/new", |exchange: &mut Exchange<'_>| {
                let path = exchange.request.request_path();
                let url = exchange.request.url();
                let line = exchange.request.head().request_line().trim_ascii_end();
                let text = [path, b" ", url.as_bytes(), b" ", line].concat();
                exchange.response.content = text.into();
                Ok(())
            })
        })
        .expect("good patterns")
        .start()
        .expect("a free port");
    let ask = |line: &str| {
        let response = send(&server, &format!("{line} HTTP/1.1\r\nHost: h:8\r\n\r\n"));
        response.text()
    };
    for (line, text) in [
        (
            "GET /old?a#b",
            "/new?a#b http://h:8/new?a#b GET /old?a#b HTTP/1.1",
        ),
        (
            "GET http://x/old?a",
            "http://x/new?a http://x/new?a GET http://x/old?a HTTP/1.1",
        ),
        ("GET /any", "/new http://h:8/new GET /any HTTP/1.1"),
        ("GET /new", "/new http://h:8/new GET /new HTTP/1.1"),
        ("GET /%6Fld", "as it was"),
        ("POST /old", "as it was"),
    ] {
        assert_eq!(ask(line), text, "{line}");
    }
}

fn send(server: &Server, request: &str) -> Response {
    let mut client = Client::connect(server.address());
    client.send(request.as_bytes());
    client.read_response("GET")
}
