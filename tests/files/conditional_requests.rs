//! Plain files answer ranges and preconditions by RFC 9110 §13 and §14, as transcripts; with
//! `validators` off, as with `--wpt`, they have no validators and ranges are those of the reference.

use std::fs::{File, FileTimes};
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use tempfile::TempDir;

use crate::support::client::Client;
use crate::support::command::{FREE_TLS_PORT, wireserve};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;

const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const EARLIER: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
const LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

/// A folder with a file of ten bytes that was last modified at [`DATE`].
fn site() -> TempDir {
    let folder = folder(&[
        ("ten.txt", "0123456789"),
        ("empty.txt", ""),
        ("own.txt", "own"),
        (
            "own.txt.headers",
            "ETag: \"mine, yes\"\nCache-Control: no-cache\n",
        ),
        ("sub.sub.txt", "{{GET[x]}}"),
        ("off.json", r#"{"validators": false}"#),
    ]);
    for name in ["ten.txt", "empty.txt"] {
        let file = File::options().write(true).open(folder.path().join(name));
        let modified = UNIX_EPOCH + Duration::from_secs(784_111_777);
        let times = FileTimes::new().set_modified(modified);
        file.expect("a file").set_times(times).expect("times");
    }
    // Tags are weak while the clock of the file system could miss a change.
    std::thread::sleep(Duration::from_millis(100));
    folder
}

fn serve(folder: &Path, arguments: &[&str]) -> Process {
    let mut command = wireserve();
    command
        .current_dir(folder)
        .args(["--port", "0"])
        .args(arguments);
    Process::start(command)
}

/// The response to a request on a connection that is still open after it.
fn ask(address: SocketAddr, method: &str, target: &str, fields: &str) -> Response {
    let mut client = Client::connect(address);
    let request = format!("{method} {target} HTTP/1.1\r\nHost: a\r\n{fields}\r\n\r\n");
    client.send(request.replace("\r\n\r\n\r\n", "\r\n\r\n").as_bytes());
    let response = client.read_response(method);
    assert!(client.is_kept_open(), "{method} {target} {fields}");
    response
}

fn field<'r>(response: &'r Response, name: &str) -> &'r str {
    let value = response.header(name).unwrap_or_default();
    str::from_utf8(value).expect("ASCII")
}

#[test]
fn ranges() {
    let folder = site();
    let server = serve(folder.path(), &[]);
    for (method, range, status, content_range, body) in [
        ("GET", "bytes=0-0", 206, "bytes 0-0/10", "0"),
        ("GET", "Bytes=5-", 206, "bytes 5-9/10", "56789"),
        ("GET", "BYTES=-3", 206, "bytes 7-9/10", "789"),
        ("GET", "bytes=-30", 206, "bytes 0-9/10", "0123456789"),
        ("GET", "bytes=8-30", 206, "bytes 8-9/10", "89"),
        ("GET", "bytes=0-0,20-", 206, "bytes 0-0/10", "0"),
        (
            "GET",
            "bytes=20-,0-1 ,\t1-2, ,-0",
            206,
            "bytes 0-2/10",
            "012",
        ),
        ("GET", " bytes=1-1 \t", 206, "bytes 1-1/10", "1"),
        ("GET", "lines=1-2", 200, "", "0123456789"),
        ("GET", "x", 200, "", "0123456789"),
        ("HEAD", "bytes=0-0", 200, "", ""),
        ("HEAD", "bytes=20-", 200, "", ""),
        ("GET", "bytes=10-", 416, "bytes */10", ""),
        ("GET", "bytes=-0", 416, "bytes */10", ""),
        ("GET", "bytes=20-30,40-", 416, "bytes */10", ""),
        ("GET", "bytes=5-4", 416, "bytes */10", ""),
        ("GET", "bytes=a-b", 416, "bytes */10", ""),
        ("GET", "bytes=", 416, "bytes */10", ""),
    ] {
        let seen = ask(
            server.addr(),
            method,
            "/ten.txt",
            &format!("Range: {range}"),
        );
        let case = format!("{method} {range}");
        assert_eq!(seen.status, status, "{case}");
        assert_eq!(field(&seen, "content-range"), content_range, "{case}");
        match status {
            416 => assert_eq!(seen.reason, b"Range Not Satisfiable", "{case}"),
            _ => assert_eq!(seen.text(), body, "{case}"),
        }
        if method == "HEAD" {
            assert_eq!(field(&seen, "content-length"), "10", "{case}");
        }
    }
    let several = ask(server.addr(), "GET", "/ten.txt", "Range: bytes=0-0,30-,8-9");
    assert_eq!(several.status, 206);
    assert_eq!(several.text().matches("Content-Range: bytes ").count(), 2);
    let empty = |range| ask(server.addr(), "GET", "/empty.txt", range);
    assert_eq!(empty("Range: bytes=-5").status, 200);
    assert_eq!(
        field(&empty("Range: bytes=0-"), "content-range"),
        "bytes */0"
    );
    // Pipes do not change an error.
    let piped = ask(
        server.addr(),
        "GET",
        "/ten.txt?pipe=status(299)",
        "Range: bytes=20-",
    );
    assert_eq!(piped.status, 416);
}

#[test]
fn preconditions() {
    let folder = site();
    let server = serve(folder.path(), &[]);
    let plain = ask(server.addr(), "GET", "/ten.txt", "X: y");
    let etag = field(&plain, "etag");
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert_eq!(field(&plain, "last-modified"), DATE);
    let range = "Range: bytes=0-1";
    for (fields, status) in [
        (format!("If-None-Match: {etag}"), 304),
        (format!("If-None-Match: W/{etag}"), 304),
        (format!("If-None-Match: \"no, no\" ,{etag}"), 304),
        ("If-None-Match: *".into(), 304),
        ("If-None-Match: \"no\"".into(), 200),
        (
            format!("If-None-Match: \"no\"\r\nIf-Modified-Since: {DATE}"),
            200,
        ),
        (format!("If-Modified-Since: {DATE}"), 304),
        (format!("If-Modified-Since: {LATER}"), 304),
        (format!("If-Modified-Since: {EARLIER}"), 200),
        ("If-Modified-Since: never".into(), 200),
        (format!("If-Match: {etag}"), 200),
        (format!("If-Match: \"x\", {etag}"), 200),
        ("If-Match: *".into(), 200),
        ("If-Match: \"no\"".into(), 412),
        (format!("If-Match: W/{etag}"), 412),
        (format!("If-Unmodified-Since: {DATE}"), 200),
        (format!("If-Unmodified-Since: {EARLIER}"), 412),
        (
            format!("If-Match: {etag}\r\nIf-Unmodified-Since: {EARLIER}"),
            200,
        ),
        (format!("If-Match: {etag}\r\nIf-None-Match: {etag}"), 304),
        (format!("{range}\r\nIf-Range: {etag}"), 206),
        (format!("{range}\r\nIf-Range: {DATE}"), 206),
        (format!("{range}\r\nIf-Range: \"no\""), 200),
        (format!("{range}\r\nIf-Range: W/{etag}"), 200),
        (format!("{range}\r\nIf-Range: {EARLIER}"), 200),
        (format!("{range}\r\nIf-Range: {LATER}"), 200),
        (format!("Range: bytes=20-\r\nIf-Range: {etag}"), 416),
        ("Range: bytes=20-\r\nIf-Range: \"no\"".into(), 200),
        (format!("{range}\r\nIf-None-Match: {etag}"), 304),
        (format!("{range}\r\nIf-Match: \"no\""), 412),
    ] {
        for method in ["GET", "HEAD"] {
            let expected = match (method, status) {
                ("HEAD", 206 | 416) => 200,
                _ => status,
            };
            let seen = ask(server.addr(), method, "/ten.txt", &fields);
            assert_eq!(seen.status, expected, "{method} {fields}");
            if expected == 304 {
                assert_eq!(field(&seen, "etag"), etag, "{fields}");
                assert_eq!(seen.header("content-type"), None, "{fields}");
                assert_eq!(seen.body, b"", "{fields}");
            }
        }
    }
    // Content that is made for each request has no validators: only `*` matches it.
    for target in ["/sub.sub.txt?x=1", "/ten.txt?pipe=slice(1)"] {
        for (fields, status) in [
            ("X: y".to_owned(), 200),
            ("If-None-Match: *".to_owned(), 304),
            ("If-None-Match: \"a\"".to_owned(), 200),
            ("If-Match: *".to_owned(), 200),
            ("If-Match: \"a\"".to_owned(), 412),
            (format!("If-Modified-Since: {LATER}"), 200),
            (format!("If-Unmodified-Since: {EARLIER}"), 200),
        ] {
            let seen = ask(server.addr(), "GET", target, &fields);
            assert_eq!(seen.status, status, "{target} {fields}");
            for name in ["etag", "last-modified"] {
                assert_eq!(seen.header(name), None, "{target} {fields}");
            }
            assert_eq!(seen.body.is_empty(), status == 304, "{target} {fields}");
        }
    }
    // The response without the precondition is not a success.
    let target = "/ten.txt?pipe=status(404)";
    let seen = ask(server.addr(), "GET", target, "If-None-Match: *");
    assert_eq!((seen.status, seen.text().as_str()), (404, "0123456789"));
    let seen = ask(
        server.addr(),
        "GET",
        "/own.txt",
        "If-None-Match: \"mine, yes\"",
    );
    assert_eq!(seen.status, 304);
    assert_eq!(field(&seen, "etag"), "\"mine, yes\"");
    assert_eq!(field(&seen, "cache-control"), "no-cache");
    assert_eq!(
        ask(server.addr(), "GET", "/gone.txt", "If-None-Match: *").status,
        404
    );
}

#[test]
fn without_validators_files_answer_as_the_reference_does() {
    let folder = site();
    let server = serve(folder.path(), &["--config", "off.json"]);
    for (method, fields, status) in [
        ("GET", "X: y".to_owned(), 200),
        ("GET", "If-None-Match: *".to_owned(), 200),
        ("GET", format!("If-Modified-Since: {LATER}"), 200),
        ("GET", "If-Match: \"no\"".to_owned(), 200),
        ("GET", "Range: bytes=0-1".to_owned(), 206),
        ("HEAD", "Range: bytes=0-1".to_owned(), 206),
        ("GET", "Range: lines=0-1".to_owned(), 416),
        ("GET", format!("Range: bytes=0-1\r\nIf-Range: {DATE}"), 200),
        (
            "GET",
            "Range: bytes=0-1\r\nIf-Range: \"no\"".to_owned(),
            200,
        ),
    ] {
        let seen = ask(server.addr(), method, "/ten.txt", &fields);
        assert_eq!(seen.status, status, "{method} {fields}");
        assert_eq!(seen.header("etag"), None, "{fields}");
        assert_eq!(seen.header("last-modified"), None, "{fields}");
    }
    let mut command = wireserve();
    command.current_dir(folder.path());
    command.args(["--wpt", "--port", "0", "--log", "error"]);
    command.args(FREE_TLS_PORT);
    let server = Process::start_with_listeners(command, 3);
    let seen = ask(server.addr(), "GET", "/ten.txt", "If-None-Match: *");
    assert_eq!((seen.status, seen.header("etag")), (200, None));
}
