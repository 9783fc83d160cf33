//! What a client may not get at, by default: the server from another machine, the next request of a
//! connection by a body of two readings, fields and markup of its own in an answer, what stands in a
//! template that fails, and what is below `/.wireserve/`. Paths and links have a file of their own,
//! `files/doc_root_escapes.rs`.

use crate::support::client::Client;
use crate::support::command::{get, site, wireserve};
use crate::support::process::Process;

/// How the warning about other machines begins.
const WARNING: &str = "listening on 0.0.0.0:";

#[test]
fn the_server_listens_on_loopback_and_warns_otherwise() {
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
        let mut running = Process::spawn(&mut command);
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

/// `/a%2Epy` is `/a.py` (RFC 3986 §6.2.2.2), and no other spelling shows what is in the file.
#[cfg(feature = "python")]
#[test]
fn no_spelling_shows_the_source_of_a_handler() {
    let root = site(&[
        (
            "code.py",
            "def main(request, response): return 'ran'  # secret\n",
        ),
        (
            "sub/code.py",
            "def main(request, response): return 'ran'  # secret\n",
        ),
        (
            "steps.wire",
            "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nran\"  # secret\n",
        ),
        (
            "whole.asis",
            "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nran",
        ),
    ]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for (spelling, runs) in [
        ("/code.py", true),
        ("/code%2Epy", true),
        ("/code%2epy", true),
        ("/code.p%79", true),
        ("/code.%70y", true),
        ("/c%6fde%2E%70%79", true),
        ("/sub/code%2Epy", true),
        ("/sub%2Fcode%2Epy", true),
        ("//code%2Epy", false),
        ("/./code%2Epy", true),
        ("/code%2Epy?x", true),
        ("/steps%2Ewire", true),
        ("/steps.%77ire", true),
        ("/whole%2Easis", true),
        ("/code.py/", false),
        ("/code%2Epy/", false),
        ("/code.py%2F", false),
        ("/code.py/.", false),
        ("/code.py%00", false),
        ("/code.py%20", false),
        ("/code%252Epy", false),
        ("/CODE.PY", false),
    ] {
        let response = get(server.addr(), spelling);
        let text = response.text();
        assert!(!text.contains("secret"), "{spelling}: {text}");
        match runs {
            true => assert_eq!((response.status, &*text), (200, "ran"), "{spelling}"),
            false => assert_eq!(response.status, 404, "{spelling}"),
        }
    }
}

/// A line end in a URL, wherever that is shown in a head, begins no field.
#[test]
fn no_url_makes_a_field() {
    let root = site(&[
        ("echo.txt", "text"),
        ("echo.txt.sub.headers", "X-Echo: {{GET[x]}}\n"),
        ("folder/a.txt", ""),
    ]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for (line_end, place) in ["%0d%0a", "%0a", "%0d"].into_iter().flat_map(|line_end| {
        [
            "/hello.txt?pipe=header(X,a@)",
            "/hello.txt?pipe=header(X@,a)",
            "/hello.txt?pipe=header(X,a@,True)",
            "/hello.txt?pipe=status(200@)",
            "/hello.txt?pipe=@",
            "/echo.txt?x=a@",
            "/folder?@",
            "/folder/@",
            "/@",
        ]
        .map(|place| (line_end, place))
    }) {
        let target = place.replace('@', &format!("{line_end}Injected:%20yes"));
        let mut client = Client::connect(server.addr());
        client.send(format!("GET {target} HTTP/1.0\r\nHost: a\r\n\r\n").as_bytes());
        let answer = client.read_until_close();
        let answer = String::from_utf8_lossy(&answer);
        let (head, _) = answer.split_once("\r\n\r\n").expect("a head");
        let mut lines = head.split(['\r', '\n']);
        assert!(!lines.any(|line| line.starts_with("Injected")), "{answer}");
        let is_refused = ["HTTP/1.1 500 ", "HTTP/1.1 404 ", "HTTP/1.1 301 "]
            .iter()
            .any(|status| head.starts_with(status));
        assert!(is_refused, "{target}: {answer}");
    }
    let echoed = get(server.addr(), "/echo.txt?x=one%20line");
    assert_eq!(echoed.header("X-Echo"), Some(&b"one line"[..]));
}

/// The error of a template shows the failing expression, and no other text of it.
#[test]
fn a_template_that_fails_shows_nothing_of_its_file() {
    let root = site(&[
        ("unknown.sub.txt", "SECRET {{nothing}} SECRET"),
        ("argument.sub.txt", "SECRET {{GET}}"),
        (
            "outside.sub.txt",
            "SECRET {{file_hash(md5, ../../../etc/passwd)}}",
        ),
    ]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for path in ["/unknown", "/argument", "/outside"] {
        let answer = get(server.addr(), &format!("{path}.sub.txt"));
        assert_eq!(answer.status, 500, "{path}: {}", answer.text());
        let error: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(error["error"]["code"], 500, "{error}");
        assert!(!answer.text().contains("SECRET"), "{}", answer.text());
    }
}

/// Names in a listing, and whatever is named in an error, are text to a browser.
#[test]
fn no_name_makes_markup() {
    let name = "<script>\"'&.txt";
    let root = site(&[("folder/a", "")]);
    std::fs::write(root.path().join("folder").join(name), "").expect("a file of this name");
    let server = Process::wireserve(root.path(), [""; 0]);
    let listing = get(server.addr(), "/folder/").text();
    assert!(listing.contains("&lt;script&gt;"), "{listing}");
    assert!(!listing.contains("<script>"), "{listing}");
    for target in [
        "/<script>",
        "/hello.txt?pipe=<script>",
        "/hello.txt?pipe=slice(<script>)",
    ] {
        let answer = get(server.addr(), target);
        assert!(answer.status >= 400, "{target}");
        let media_type = answer.header("Content-Type");
        assert_eq!(media_type, Some(&b"application/json"[..]), "{target}");
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

/// The same requests after bodies with an unambiguous end are answered.
#[test]
fn what_follows_a_body_is_the_next_request() {
    let root = site(&[("secret.txt", "SECRET")]);
    let server = Process::wireserve(root.path(), [""; 0]);
    for (fields, body) in [
        ("Content-Length: 5\r\n", "hello"),
        ("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n"),
        (
            "Transfer-Encoding: ,chunked,\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
        ),
        ("X:\ty \r\n", ""),
    ] {
        let mut client = Client::connect(server.addr());
        let first = format!("GET /hello.txt HTTP/1.1\r\nHost: a\r\n{fields}\r\n{body}");
        let second = "GET /secret.txt HTTP/1.1\r\nHost: a\r\n\r\n";
        client.send((first + second).as_bytes());
        assert_eq!(client.read_response("GET").text(), "hello", "{fields}");
        assert_eq!(client.read_response("GET").text(), "SECRET", "{fields}");
    }
}
