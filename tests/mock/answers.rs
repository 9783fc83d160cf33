//! Closures answer requests: what they return, and what they read by name.

use std::fs;

use wireserve::{Chunk, Error, Fault, Response, Server, WireScript, json, raw, script};

use crate::support::client::Client;
use crate::support::embedded::get;

/// The reference's table, which scripts have, lacks some of them.
#[test]
fn registered_codes_have_their_phrases() {
    let server = Server::start();
    for (status, reason) in [
        (200, "OK"),
        (308, "Permanent Redirect"),
        (429, "Too Many Requests"),
        (299, ""),
    ] {
        server.get("/", move |_| (status, "text"));
        let found = get(&server, "/").reason;
        assert_eq!(String::from_utf8_lossy(&found), reason);
    }
}

#[test]
fn every_type_of_answer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    fs::write(&path, "<p>").expect("a file");
    let missing = folder.path().join("missing.txt");

    let server = Server::start();
    server.get("/text", |_| "text");
    server.get("/owned", |_| String::from("owned"));
    server.get("/bytes", |_| b"\xff\0");
    server.get("/vec", |_| vec![1, 2]);
    server.get("/status", |_| 418);
    server.get("/nothing", |_| ());
    server.get("/both", |_| (201, "made"));
    server.get("/json", |_| {
        json(&serde_json::json!({"a": [1]})).status(202)
    });
    server.get("/some", |_| Some("some"));
    server.get("/none", |_| None::<&str>);
    server.get("/made-of-none", |_| (201, None::<&str>));
    server.get("/ok", |_| Ok("ok"));
    server.get("/file", move |_| path.clone());
    server.get("/fault", |_| Fault::new(409, "taken"));
    server.get("/built", |_| {
        Response::new(299)
            .reason("Odd")
            .field("A", "b")
            .content("c")
    });
    for (target, status, media_type, body) in [
        (
            "/text",
            200,
            Some("text/plain; charset=utf-8"),
            &b"text"[..],
        ),
        ("/owned", 200, Some("text/plain; charset=utf-8"), b"owned"),
        ("/bytes", 200, Some("application/octet-stream"), b"\xff\0"),
        ("/vec", 200, Some("application/octet-stream"), b"\x01\x02"),
        ("/status", 418, None, b""),
        ("/nothing", 200, None, b""),
        ("/both", 201, Some("text/plain; charset=utf-8"), b"made"),
        ("/json", 202, Some("application/json"), br#"{"a":[1]}"#),
        ("/some", 200, Some("text/plain; charset=utf-8"), b"some"),
        ("/ok", 200, Some("text/plain; charset=utf-8"), b"ok"),
        ("/file", 200, Some("text/html"), b"<p>"),
        ("/built", 299, None, b"c"),
    ] {
        let response = get(&server, target);
        assert_eq!(response.status, status, "{target}");
        let media_type = media_type.map(str::as_bytes);
        assert_eq!(response.header("content-type"), media_type, "{target}");
        assert_eq!(response.body, body, "{target}");
    }
    assert_eq!(get(&server, "/none").status, 404);
    assert_eq!(get(&server, "/made-of-none").status, 404);
    assert_eq!(get(&server, "/nowhere").status, 404);
    let fault = get(&server, "/fault");
    assert_eq!(fault.status, 409);
    assert_eq!(
        fault.text(),
        r#"{"error": {"code": 409, "message": "taken"}}"#
    );
    let built = get(&server, "/built");
    assert_eq!(
        (&*built.reason, built.header("a")),
        (&b"Odd"[..], Some(&b"b"[..]))
    );

    server.get("/missing", move |_| missing.clone());
    assert_eq!(get(&server, "/missing").status, 500);
    let error = server.verify().expect_err("a handler failed").to_string();
    assert!(
        error.contains("GET /missing: the handler failed: cannot open the file "),
        "{error}"
    );
    server.reset();
}

#[test]
fn responses_without_content_keep_the_connection() {
    let server = Server::start();
    server.get("/204", |_| 204);
    server.get("/304", |_| Response::new(304).field("ETag", "\"a\""));
    server.get("/500", |_| 500);
    server.get("/close", |_| {
        Response::new(204).field("Connection", "close")
    });
    let mut client = Client::connect(server.address());
    for (target, status) in [("/204", 204), ("/304", 304), ("/500", 500), ("/204", 204)] {
        let response = client.ask("GET", target);
        assert_eq!(response.status, status);
        assert_eq!(response.header("connection"), None);
    }
    client.send(b"GET /close HTTP/1.1\r\nHost: a\r\n\r\n");
    let rest = client.read_until_close();
    assert!(rest.starts_with(b"HTTP/1.1 204 No Content\r\n"));
    let connections = server
        .requests()
        .iter()
        .map(|request| request.connection())
        .max();
    assert_eq!(connections, Some(1));
}

#[test]
fn bytes_and_steps_instead_of_a_response() {
    let server = Server::start();
    server.any("/broken", |_| raw("HTTP/1.1 2OO OK\n\n"));
    server.get("/script", |_| script("send \"half \"\nreset"));
    server.get("/steps", |_| WireScript::new().send("a").send("b").close());
    for (target, bytes) in [
        ("/broken", &b"HTTP/1.1 2OO OK\n\n"[..]),
        ("/script", b"half "),
        ("/steps", b"ab"),
    ] {
        let mut client = Client::connect(server.address());
        client.send(format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes());
        assert_eq!(client.read_until_close(), bytes, "{target}");
    }
}

#[test]
fn streams_are_chunked() {
    let server = Server::start();
    server.get("/", |_| {
        let pieces = ["one", "", "three"].map(Chunk::from);
        let chunks = [Chunk::trailer("T", "v")].into_iter().chain(pieces);
        Response::new(200)
            .field("Server", "s")
            .field("Date", "d")
            .stream(chunks)
    });
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    let head = "HTTP/1.1 200 OK\r\nServer: s\r\nDate: d\r\n";
    let chunked = format!(
        "{head}Transfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\nthree\r\n0\r\nT: v\r\n\r\n"
    );
    assert_eq!(client.read_exact(chunked.len()), chunked.as_bytes());
    // The connection is kept, after a response to HEAD as well.
    client.send(b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
    let alone = format!("{head}Transfer-Encoding: chunked\r\n\r\n");
    assert_eq!(client.read_exact(alone.len()), alone.as_bytes());
    // An HTTP/1.0 client knows no chunks, and no trailers.
    client.send(b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    assert_eq!(
        client.read_until_close(),
        format!("{head}\r\nonethree").as_bytes()
    );
}

/// Framing that the author has chosen is the only one.
#[test]
fn a_stream_has_one_framing() {
    let server = Server::start();
    server.get("/{name}", |x| {
        let field = match x.param("name").as_str() {
            "length" => ("Content-Length", "6"),
            _ => ("transfer-encoding", "Chunked"),
        };
        Response::new(200)
            .field("Server", "s")
            .field("Date", "d")
            .field(field.0, field.1)
            .stream(["one", "two"].map(Chunk::from))
    });
    let mut client = Client::connect(server.address());
    for (path, framed) in [
        ("length", "Content-Length: 6\r\n\r\nonetwo"),
        (
            "chunks",
            "transfer-encoding: Chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n",
        ),
    ] {
        client.send(format!("GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes());
        let expected = format!("HTTP/1.1 200 OK\r\nServer: s\r\nDate: d\r\n{framed}");
        let found = client.read_exact(expected.len());
        assert_eq!(String::from_utf8_lossy(&found), expected);
    }
}

#[test]
fn a_stream_closes_if_it_says_so() {
    let server = Server::start();
    server.get("/", |_| {
        Response::new(200)
            .field("Connection", "close")
            .stream([Chunk::from(b"a")])
    });
    let mut client = Client::connect(server.address());
    client.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(
        client
            .read_until_close()
            .ends_with(b"\r\n\r\n1\r\na\r\n0\r\n\r\n")
    );
}

#[test]
fn parts_of_a_request_by_name() {
    let server = Server::start();
    server.get("/hello/{name}/*", |x| {
        format!("{} {} {:?}", x.param("name"), x.param("*"), x.query("q"))
    });
    server.post("/field", |x| x.field("X-A").map(|value| value.into_owned()));
    server.post("/text", |x| Ok(x.text()?.to_uppercase()));
    server.post("/form", |x| x.form("b"));
    server.post("/json", |x| {
        let numbers: Vec<i64> = x.json()?;
        let parsed: i64 = "7".parse()?;
        Ok::<_, Error>(json(&(numbers.iter().sum::<i64>() + parsed)))
    });
    assert_eq!(
        get(&server, "/hello/a%20b/c/d?q=%26&q=2").text(),
        "a b c/d Some(\"&\")"
    );
    for (head, body, expected) in [
        ("POST /field HTTP/1.1\r\nx-a: \tb \r\n", "", "b"),
        ("POST /text HTTP/1.1\r\n", "abc", "ABC"),
        ("POST /form HTTP/1.1\r\n", "a=1&b=2+3&b=4", "2 3"),
        ("POST /json HTTP/1.1\r\n", "[1, 2]", "10"),
    ] {
        let mut client = Client::connect(server.address());
        let length = body.len();
        client.send(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes());
        assert_eq!(client.read_response("POST").text(), expected, "{head}");
    }
}

#[test]
fn routes_may_be_added_while_serving_and_the_last_one_wins() {
    let server = Server::start();
    let mut client = Client::connect(server.address());
    assert_eq!(client.ask("GET", "/a").status, 404);
    server.get("/{name}", |_| "general");
    assert_eq!(client.ask("GET", "/a").text(), "general");
    server.get("/a", |_| "special");
    assert_eq!(client.ask("GET", "/a").text(), "special");
    assert_eq!(client.ask("GET", "/%61").text(), "special");
    assert_eq!(
        client.ask("HEAD", "/a").header("content-length"),
        Some(&b"7"[..])
    );
    assert_eq!(client.ask("POST", "/a").status, 404);
    server.on("PURGE", "/a", |_| "purged");
    assert_eq!(client.ask("PURGE", "/a").text(), "purged");
    assert_eq!(client.ask("purge", "/a").status, 501);
    assert_eq!(server.unmatched().len(), 3);
    server.reset();
    assert_eq!(client.ask("GET", "/a").status, 404);
    assert_eq!(server.requests().len(), 1);
}

#[test]
#[should_panic(expected = "route \"GET\" \"/{\": expected a group like {name} at '{'")]
fn a_malformed_pattern_panics_where_it_is_written() {
    Server::start().get("/{", |_| "");
}

#[test]
#[should_panic(expected = "route \"get\" \"/\": expected `GET`, found `get`")]
fn a_method_in_lower_case_panics_where_it_is_written() {
    Server::start().on("get", "/", |_| "");
}

#[test]
fn a_response_without_content_keeps_the_connection() {
    let server = Server::start();
    server.get("/retry", |_| Response::new(503).field("Retry-After", "0"));
    server.get("/length", |_| {
        Response::new(304).field("Content-Length", "9")
    });
    let mut client = Client::connect(server.address());
    for (target, status, length) in [
        ("/retry", 503, "0"),
        ("/length", 304, "9"),
        ("/retry", 503, "0"),
    ] {
        let response = client.ask("GET", target);
        let found = (response.status, response.header("Content-Length"));
        assert_eq!(found, (status, Some(length.as_bytes())), "{target}");
    }
}

#[test]
fn a_script_whose_file_cannot_be_opened_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_owned();
    let server = Server::start();
    let text = r#"send "HTTP/1.1 200 OK\r\n\r\n" file "missing""#;
    server.get("/folder", move |_| script(text).files_in(&path));
    server.get("/no-folder", move |_| script(text));
    for (target, reason) in [
        ("/folder", "cannot open the file `missing`: "),
        (
            "/no-folder",
            "cannot open the file `missing`: the script has no folder",
        ),
    ] {
        assert_eq!(get(&server, target).status, 500);
        let error = server.verify().expect_err("a failure").to_string();
        assert!(
            error.contains(&format!("GET {target}: {reason}")),
            "{error}"
        );
    }
    server.reset();
}

#[test]
fn paths_match_as_clients_encode_them() {
    let server = Server::start();
    for (pattern, target) in [
        ("/a b", "/a%20b"),
        ("/\u{fc}", "/%C3%BC"),
        ("/b/\u{fc}", "/b/\u{fc}"),
        ("/{name}/\u{fc}", "/%78/%C3%BC"),
        ("/c%20d", "/c%20d"),
    ] {
        server.get(pattern, move |_| pattern);
        assert_eq!(get(&server, target).text(), pattern, "{target}");
    }
}
