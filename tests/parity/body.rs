//! Bodies of requests: how long they are and how a handler reads them.

use super::case::{Case, raw, request, show, show_post};

/// The cases.
pub fn cases() -> Vec<Case> {
    [read(), lengths(), expected(), chunked()]
        .into_iter()
        .flatten()
        .collect()
}

/// `request.body` and `raw_input`.
fn read() -> Vec<Case> {
    let lines = b"first\nsecond\r\nthird";
    vec![
        show("body that is empty", "request.body", "", ""),
        show_post("body", "request.body", "", b"ham\0\xff"),
        show_post(
            "body and raw_input",
            "[request.body, request.raw_input.tell(), request.raw_input.read(), request.raw_input.tell(), request.body]",
            "",
            lines,
        ),
        show_post(
            "raw_input by pieces",
            "[request.raw_input.read(3), request.raw_input.read(4), request.raw_input.tell(), request.body, request.raw_input.read(), request.raw_input.read()]",
            "",
            lines,
        ),
        show_post(
            "raw_input by lines",
            "[request.raw_input.readline(), request.raw_input.readline(3), request.raw_input.readline(), request.raw_input.readline(), request.raw_input.readline()]",
            "",
            lines,
        ),
        show_post(
            "raw_input, all lines",
            "[request.raw_input.readlines(), request.raw_input.tell()]",
            "",
            lines,
        ),
        show_post(
            "raw_input, iterated",
            "[list(request.raw_input), iter(request.raw_input) is request.raw_input]",
            "",
            lines,
        ),
        show_post(
            "raw_input, next",
            "[next(request.raw_input), request.raw_input.next()]",
            "",
            lines,
        ),
        show_post(
            "raw_input, seek back",
            "[request.raw_input.read(8), request.raw_input.seek(2), request.raw_input.read(4), request.raw_input.tell()]",
            "",
            lines,
        ),
        show_post(
            "raw_input, seek on",
            "[request.raw_input.seek(6), request.raw_input.tell(), request.raw_input.read()]",
            "",
            lines,
        ),
        show_post(
            "raw_input, seek past the end",
            "request.raw_input.seek(21)",
            "",
            lines,
        ),
        show_post(
            "raw_input, seek before the start",
            "request.raw_input.seek(-1)",
            "",
            lines,
        ),
        show_post("raw_input, length", "request.raw_input.length", "", lines),
        show_post(
            "body over a megabyte",
            "[len(request.body), request.body.count(b'y'), request.raw_input.read(2), request.raw_input.seek(1100000), request.raw_input.read(3)]",
            "",
            &[b'y'; 1_100_002],
        ),
    ]
}

/// `Content-Length` as it comes.
fn lengths() -> Vec<Case> {
    let with = |name, length: &str, body: &[u8]| {
        let lines = format!("Show: request.body\r\nContent-Length: {length}\r\n");
        raw(
            name,
            [&request("POST", "/request/show.py", &lines, b"")[..], body].concat(),
        )
    };
    vec![
        with("length", "3", b"ham"),
        with("length 0", "0", b""),
        with("length with zeros", "003", b"ham"),
        with("length with a sign", "+3", b"ham"),
        with("length with an underscore", "1_0", b"0123456789"),
        with("length with spaces", "  3  ", b"ham"),
        with("length that is empty", "", b""),
        with("length that is no number", "ham", b""),
        with("length in hexadecimal", "0x3", b"ham"),
        with("length with a fraction", "3.0", b"ham"),
        with("length that is negative", "-3", b""),
        raw(
            "length that is negative and not read",
            request("POST", "/returns/fixed.py", "Content-Length: -3\r\n", b""),
        ),
        with("length that repeats itself", "3, 3", b"ham"),
        with("length twice, the same", "3\r\nContent-Length: 3", b"ham"),
        with(
            "length twice, not the same",
            "3\r\nContent-Length: 5",
            b"ham",
        ),
        with("length longer than the body", "10", b"ham").half_close(),
        raw(
            "length longer than a body that is not read",
            [
                &request("POST", "/returns/fixed.py", "Content-Length: 10\r\n", b"")[..],
                b"ham",
            ]
            .concat(),
        )
        .half_close(),
        raw(
            "length of a GET",
            request("GET", "/request/show.py", "Show: request.body\r\n", b"ham"),
        ),
        raw(
            "length of a DELETE",
            request(
                "DELETE",
                "/request/show.py",
                "Show: request.body\r\n",
                b"ham",
            ),
        ),
        raw(
            "bad length that is not read",
            request("GET", "/files/none.txt", "Content-Length: ham\r\n", b""),
        ),
    ]
}

/// `Expect: 100-continue`.
fn expected() -> Vec<Case> {
    vec![
        show_post("Expect", "request.body", "Expect: 100-continue\r\n", b"ham"),
        show_post(
            "Expect in another case",
            "request.body",
            "expect: 100-Continue\r\n",
            b"ham",
        ),
        show_post(
            "Expect of something else",
            "request.body",
            "Expect: 200-ok\r\n",
            b"ham",
        ),
        raw(
            "Expect where nothing is",
            request(
                "POST",
                "/files/none.txt",
                "Expect: 100-continue\r\n",
                b"ham",
            ),
        ),
        raw(
            "Expect, the body after it",
            request(
                "POST",
                "/request/show.py",
                "Show: request.body\r\nExpect: 100-continue\r\nContent-Length: 3\r\n",
                b"",
            ),
        )
        .answers(0)
        .then("ham"),
        raw(
            "Expect of 1.0",
            "POST /request/show.py HTTP/1.0\r\nShow: request.body\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nham",
        ),
    ]
}

/// Chunked bodies, which the reference does not read.
fn chunked() -> Vec<Case> {
    let with = |name, body: &[u8]| {
        let head = request(
            "POST",
            "/request/body.py",
            "Transfer-Encoding: chunked\r\n",
            b"",
        );
        raw(name, [&head[..], body].concat())
    };
    vec![
        with("chunked body", b"3\r\nham\r\n4;x=y\r\neggs\r\n0\r\n\r\n"),
        with(
            "chunked body with trailers",
            b"3\r\nham\r\n0\r\nA: b\r\n\r\n",
        ),
        with("chunked body that is empty", b"0\r\n\r\n"),
        with("chunked body with a bad size", b"ham\r\n0\r\n\r\n"),
        with("chunked body with a bad end", b"3\r\nham!\r\n0\r\n\r\n"),
        with("chunked body that breaks off", b"3\r\nha").half_close(),
    ]
}
