//! Files: plain ones and `.asis`.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let head = |name, target| raw(name, request("HEAD", target, "", b""));
    vec![
        get("a text file", "/files/after.txt"),
        get("a file without a type", "/files/untyped"),
        get("a file of an unknown type", "/files/data.ham"),
        get("a file with a query", "/files/after.txt?a=b"),
        get("a file with an escaped name", "/files/%61fter.txt"),
        get("a file after an escaped slash", "/files%2Fafter.txt"),
        get("a file whose name is UTF-8", "/files/h%C3%A4m.txt"),
        get("a file whose type has capitals", "/files/page.HTML"),
        get("a page", "/files/page.html"),
        get("an empty file", "/files/empty.css"),
        get("a large file", "/files/large.js"),
        get("a script by an escaped name", "/returns/fixed%2Epy"),
        get("two slashes before a file", "//files/after.txt"),
        raw(
            "a file and close",
            request("GET", "/files/after.txt", "Connection: close\r\n", b""),
        ),
        raw(
            "a file that has not changed since",
            request(
                "GET",
                "/files/after.txt",
                "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT\r\nIf-None-Match: *\r\n",
                b"",
            ),
        ),
        raw(
            "a file in a GET with a body",
            request("GET", "/files/after.txt", "", b"ham"),
        ),
        head("HEAD of a file", "/files/after.txt"),
        head("HEAD of a large file", "/files/large.js"),
        get("an asis file", "/files/plain.asis"),
        get("an asis file with a query", "/files/plain.asis?a=b"),
        get("an asis file that is empty", "/files/empty.asis"),
        get("an asis file with a broken head", "/files/broken.asis"),
        head("HEAD of an asis file", "/files/plain.asis"),
        raw(
            "an asis file, then another request",
            request("GET", "/files/plain.asis", "", b""),
        )
        .then(request("GET", "/returns/fixed.py", "", b"")),
        get("the index of the doc root", "/"),
    ]
}
