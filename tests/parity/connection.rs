//! When a connection is kept and when it is closed, pipelining, CONNECT.

use super::case::{Case, HOST, get, raw, request, run, run_as};

/// The cases.
pub fn cases() -> Vec<Case> {
    [client(), server(), several(), connect()]
        .into_iter()
        .flatten()
        .collect()
}

fn fixed(lines: &str) -> Vec<u8> {
    request("GET", "/returns/fixed.py", lines, b"")
}

/// What the client asks for.
fn client() -> Vec<Case> {
    let old = |name, lines: &str| {
        raw(
            name,
            format!("GET /returns/fixed.py HTTP/1.0\r\nHost: {HOST}\r\n{lines}\r\n"),
        )
    };
    vec![
        raw("1.1", fixed("")),
        raw("1.1 with close", fixed("Connection: close\r\n")),
        raw("1.1 with Close", fixed("connection: CLOSE\r\n")),
        raw("1.1 with keep-alive", fixed("Connection: keep-alive\r\n")),
        raw("1.1 with close and more", fixed("Connection: close, x\r\n")),
        raw("1.1 with more and close", fixed("Connection: x, close\r\n")),
        raw(
            "1.1 with close and a space",
            fixed("Connection: close \r\n"),
        ),
        raw(
            "1.1 with close twice",
            fixed("Connection: close\r\nConnection: close\r\n"),
        ),
        raw(
            "1.1 with keep-alive, then close",
            fixed("Connection: keep-alive\r\nConnection: close\r\n"),
        ),
        raw(
            "1.1 with Proxy-Connection",
            fixed("Proxy-Connection: close\r\n"),
        ),
        raw(
            "1.1 with Upgrade",
            fixed("Connection: Upgrade\r\nUpgrade: websocket\r\n"),
        ),
        old("1.0", ""),
        old("1.0 with keep-alive", "Connection: keep-alive\r\n"),
        old("1.0 with Keep-Alive", "Connection: Keep-Alive\r\n"),
        old("1.0 with close", "Connection: close\r\n"),
        raw("1.0 without Host", "GET /returns/fixed.py HTTP/1.0\r\n\r\n"),
        raw(
            "1.1 with close and no length",
            request("GET", "/returns/unlimited.py", "Connection: close\r\n", b""),
        ),
        raw(
            "1.0 with keep-alive and no length",
            format!(
                "GET /returns/unlimited.py HTTP/1.0\r\nHost: {HOST}\r\nConnection: keep-alive\r\n\r\n"
            ),
        ),
        raw(
            "close of an error",
            request("GET", "/none.py", "Connection: close\r\n", b""),
        ),
    ]
}

/// What the handler does.
fn server() -> Vec<Case> {
    vec![
        run(
            "no content, no length",
            "response.status = 302\nresponse.headers.set('Location', '/')",
        ),
        run("204 without length", "response.status = 204"),
        run(
            "304 with a length of its own",
            "response.status = 304\nresponse.headers.set('Content-Length', 5)",
        ),
        run(
            "length of an answer too long",
            "return [('Content-Length', 10)], b'ham'",
        ),
        run(
            "length of an answer too short",
            "return [('Content-Length', 1)], b'ham'",
        ),
        run(
            "length of an answer that is no number",
            "return [('Content-Length', 'ham')], b'eggs'",
        ),
        run_as(
            "close by the client and the length",
            "POST",
            "Connection: close\r\n",
            "return b'ham'",
        ),
        run_as(
            "close by the client and keep by the handler",
            "POST",
            "Connection: close\r\n",
            "response.close_connection = False\nreturn b'ham'",
        ),
        get("no length by a script", "/returns/unlimited.py"),
    ]
}

/// Several requests on one connection.
fn several() -> Vec<Case> {
    let unlimited = request("GET", "/returns/unlimited.py", "", b"");
    let post = request("POST", "/returns/fixed.py", "", b"a body that nobody reads");
    vec![
        raw("two in turn", fixed("")).then(fixed("")),
        raw("two at once", [fixed(""), fixed("")].concat()).answers(2),
        raw("five at once", fixed("").repeat(5)).answers(5),
        raw(
            "a POST and a GET at once",
            [post.clone(), fixed("")].concat(),
        )
        .answers(2),
        raw("a POST that is not read, then a GET", post.clone()).then(fixed("")),
        raw(
            "a POST to nothing, then a GET",
            request("POST", "/none.txt", "", b"ham"),
        )
        .then(fixed("")),
        raw("a POST in two pieces", post[..post.len() - 5].to_vec())
            .answers(1)
            .then(post[post.len() - 5..].to_vec())
            .answers(1)
            .then(fixed("")),
        raw(
            "one after an answer without length",
            [unlimited.clone(), fixed("")].concat(),
        ),
        raw(
            "one after a close",
            [fixed("Connection: close\r\n"), fixed("")].concat(),
        ),
        raw(
            "one after an error",
            [request("GET", "/none.py", "", b""), fixed("")].concat(),
        )
        .answers(2),
        raw(
            "HEAD and GET at once",
            [request("HEAD", "/returns/fixed.py", "", b""), fixed("")].concat(),
        ),
        raw(
            "one, and half of another",
            [fixed(""), b"GET /retu".to_vec()].concat(),
        )
        .half_close(),
        raw("one, then the end", fixed("")).half_close(),
        fixed("").iter().fold(
            raw("a request byte after byte", "").answers(0),
            |case, byte| case.then([*byte]).answers(0),
        ),
    ]
}

fn connect() -> Vec<Case> {
    vec![
        raw(
            "CONNECT",
            format!("CONNECT {HOST} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"),
        ),
        raw(
            "CONNECT, then a request",
            format!("CONNECT {HOST} HTTP/1.1\r\nHost: {HOST}\r\n\r\n"),
        )
        .then(fixed("")),
        raw("CONNECT of 1.0", format!("CONNECT {HOST} HTTP/1.0\r\n\r\n")),
    ]
}
