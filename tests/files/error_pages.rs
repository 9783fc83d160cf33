//! A fault is JSON, byte for byte as in the reference, and a page for a client that prefers HTML.

use crate::support::client::Client;
use crate::support::command::FREE_TLS_PORT;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response::Response;

/// What Chromium sends when it opens a page.
const BROWSER: &str = "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,\
                       image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7\r\n";

const PAGE: &[u8] = b"text/html; charset=utf-8";

fn ask(server: &Process, request_line: &str, fields: &str) -> Response {
    let mut client = Client::connect(server.addr());
    client.send(format!("{request_line} HTTP/1.1\r\nHost: a\r\n{fields}\r\n").as_bytes());
    let method = request_line.split(' ').next().expect("a method");
    client.read_response(method)
}

#[test]
fn only_a_client_that_prefers_html_gets_a_page() {
    let folder = folder(&[]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for (fields, is_page) in [
        ("", false),
        (BROWSER, true),
        ("Accept: */*\r\n", false),
        ("Accept:\r\n", false),
        ("Accept: text/html\r\n", true),
        ("accept:TEXT/Html\t\r\n", true),
        ("Accept: text/*\r\n", true),
        ("Accept: text/html, application/json\r\n", false),
        ("Accept: text/html;q=0.4, application/json;q=0.5\r\n", false),
        ("Accept: text/html;q=0.5, application/json;q=0.4\r\n", true),
        (
            "Accept: application/json;q=0.9\r\nAccept: text/html\r\n",
            true,
        ),
        ("Accept: text/html;q=0, */*;q=0.1\r\n", false),
        ("Accept: */*, application/json;q=0.2\r\n", true),
        ("Accept: text/html;q=1.5\r\n", false),
        ("Accept: text/html;level=1\r\n", false),
        ("Accept: text/html;charset=utf-8\r\n", true),
        ("Accept: x/y;a=\", text/html\"\r\n", false),
        ("Accept: image/*, application/json\r\n", false),
        ("X-Accept: text/html\r\n", false),
    ] {
        let answer = ask(&server, "GET /none.txt", fields);
        assert_eq!(answer.status, 404, "{fields}");
        match is_page {
            true => {
                assert_eq!(answer.header("content-type"), Some(PAGE), "{fields}");
                assert_eq!(answer.header("vary"), Some(&b"Accept"[..]), "{fields}");
            }
            false => {
                let json = r#"{"error": {"code": 404, "message": "404"}}"#;
                assert_eq!(answer.text(), json, "{fields}");
                let media_type = answer.header("content-type");
                assert_eq!(media_type, Some(&b"application/json"[..]), "{fields}");
                assert_eq!(answer.header("vary"), None, "{fields}");
            }
        }
    }
}

#[test]
fn a_page_shows_what_was_looked_for() {
    let folder = folder(&[("a/b.txt", "found"), ("bad.sub.txt", "{{nothing}}")]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for (request_line, status, parts) in [
        (
            "GET /a/no%20ne.txt?x",
            404,
            &[
                "404</span> Not Found",
                "GET /a/no%20ne.txt?x",
                "<code>a/no ne.txt</code> in the doc root",
                "href=\"/a/\"",
            ][..],
        ),
        ("GET /a/../b", 404, &["404</span> Not Found", "GET /a/../b"]),
        ("GET /a/b.txt/c", 404, &["<code>a/b.txt/c</code>"]),
        (
            "GET /a/b.txt?pipe=nope",
            500,
            &["500</span> Internal", "nope"],
        ),
        ("GET /bad.sub.txt", 500, &["500</span> Internal", "nothing"]),
    ] {
        let answer = ask(&server, request_line, BROWSER);
        let page = answer.text();
        assert_eq!(answer.status, status, "{request_line}");
        for part in parts {
            assert!(page.contains(part), "{request_line}: {part} in {page}");
        }
        let root = folder.path().display().to_string();
        assert!(!page.contains(&root), "{request_line}: {page}");
    }
    let found = ask(&server, "GET /a/b.txt", BROWSER);
    assert_eq!((found.status, found.text().as_str()), (200, "found"));
}

#[test]
fn a_page_loads_nothing_and_what_it_shows_is_text() {
    let folder = folder(&[]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for target in [
        "/<script>\"'&",
        "/%3Cscript%3E%22%27&",
        "/<script>/\"'&",
        "/a?pipe=<script>\"'",
        "/<!--/<style>/x",
    ] {
        let page = ask(&server, &format!("GET {target}"), BROWSER).text();
        let (_, body) = page.split_once("</style>").expect(&page);
        for markup in [
            "<script", "<style", "<!--", "src=", "url(", "//", "<link", "\"'",
        ] {
            assert!(!body.contains(markup), "{target}: {markup} in {body}");
        }
        assert!(
            !page.contains("@import") && !page.contains("url("),
            "{page}"
        );
        assert!(page.len() < 4096, "{}", page.len());
    }
}

#[test]
fn a_head_is_that_of_the_page() {
    let folder = folder(&[]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let page = ask(&server, "GET /none", BROWSER);
    let head = ask(&server, "HEAD /none", BROWSER);
    assert_eq!(head.status, 404);
    assert_eq!(head.header("content-type"), Some(PAGE));
    assert_eq!(head.header("content-length"), page.header("content-length"));
    assert!(head.body.is_empty());
}

#[test]
fn a_checkout_of_wpt_gets_the_references_errors() {
    let folder = folder(&[("resources/testharness.js", "")]);
    let server = Process::wireserve(
        folder.path(),
        [&["--wpt", "--log", "off"], FREE_TLS_PORT].concat(),
    );
    let answer = ask(&server, "GET /none.txt", BROWSER);
    let json = r#"{"error": {"code": 404, "message": "404"}}"#;
    assert_eq!((answer.status, answer.text().as_str()), (404, json));
}

#[test]
fn refusals_and_missing_methods_are_pages_too() {
    let folder = folder(&[
        ("a.txt", "found"),
        ("config.json", r#"{"limits": {"body": 9}}"#),
    ]);
    let config = folder.path().join("config.json").display().to_string();
    let server = Process::wireserve(folder.path(), ["--log", "off", "--config", &config]);
    for (request_line, fields, status) in [
        ("DELETE /a.txt", "", 405),
        ("BREW /a.txt", "", 501),
        ("POST /none.txt", "Content-Length: 10\r\n", 413),
        ("GET /a.txt", "Content-Length: x\r\n", 400),
    ] {
        let page = ask(&server, request_line, &format!("{fields}{BROWSER}"));
        assert_eq!(
            (page.status, page.header("content-type")),
            (status, Some(PAGE)),
            "{request_line}"
        );
        let json = ask(&server, request_line, fields);
        let media_type = json.header("content-type");
        assert_eq!(
            (json.status, media_type),
            (status, Some(&b"application/json"[..])),
            "{request_line}"
        );
        assert_eq!(page.header("allow"), json.header("allow"), "{request_line}");
        assert_eq!(
            page.header("connection"),
            json.header("connection"),
            "{request_line}"
        );
    }
}
