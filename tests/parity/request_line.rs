//! Request lines, well formed and not.

use super::case::{Case, HOST, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    [versions(), targets(), spaces(), faults(), limits()]
        .into_iter()
        .flatten()
        .collect()
}

fn line(name: &'static str, line: &str) -> Case {
    raw(
        name,
        format!(
            "{line}\r\nHost: {HOST}\r\nShow: (request.method, request.request_path, request.url, request.request_line)\r\n\r\n"
        ),
    )
}

fn versions() -> Vec<Case> {
    vec![
        line("version 1.0", "GET /request/show.py HTTP/1.0"),
        line("version 1.2", "GET /request/show.py HTTP/1.2"),
        line("version 1.10", "GET /request/show.py HTTP/1.10"),
        line("version 0.9 in full", "GET /request/show.py HTTP/0.9"),
        line(
            "version with leading zeros",
            "GET /request/show.py HTTP/01.01",
        ),
        line("no version", "GET /request/show.py"),
        line("version 2.0", "GET /request/show.py HTTP/2.0"),
        line("version without a dot", "GET /request/show.py HTTP/11"),
        line("version in lower case", "GET /request/show.py http/1.1"),
        line("version with a letter", "GET /request/show.py HTTP/1.x"),
        line("version with a sign", "GET /request/show.py HTTP/1.+1"),
        line("version with two dots", "GET /request/show.py HTTP/1.1.1"),
        line(
            "version of another protocol",
            "GET /request/show.py ICY/1.1",
        ),
        line(
            "version too long",
            "GET /request/show.py HTTP/1.12345678901",
        ),
    ]
}

fn targets() -> Vec<Case> {
    vec![
        line("target with two slashes", "GET //request/show.py HTTP/1.1"),
        line("target with three slashes", "GET ///request/show.py?a HTTP/1.1"),
        line("target with raw latin-1", "GET /request/show.py?\u{e4} HTTP/1.1"),
        raw("target with raw bytes", b"GET /request/show.py?\xff\x80 HTTP/1.1\r\nShow: (request.request_path, request.url, request.GET)\r\n\r\n"),
        line("target with a tab escaped", "GET /request/show.py?%09 HTTP/1.1"),
        line("target with quotes", "GET /request/show.py?\"<>`{}|\\^ HTTP/1.1"),
        line("target with an escaped dot", "GET /request/show%2Epy HTTP/1.1"),
        line("target with an escaped slash", "GET /request%2Fshow.py HTTP/1.1"),
        line("target in another case", "GET /request/SHOW.py HTTP/1.1"),
        line("target with a dot segment", "GET /request/./show.py HTTP/1.1"),
        line("target with a parent segment", "GET /files/../request/show.py HTTP/1.1"),
        line("target with two dots in a name", "GET /request/a..show.py HTTP/1.1"),
        line("target with an escaped parent", "GET /files/%2e%2e/request/show.py HTTP/1.1"),
        line("target without a slash", "GET request/show.py HTTP/1.1"),
        line("target of an asterisk", "OPTIONS * HTTP/1.1"),
        line("target of an asterisk, GET", "GET * HTTP/1.1"),
        line("target of an asterisk, HEAD", "HEAD * HTTP/1.1"),
        line("target with an escaped NUL", "GET /request/show.py%00 HTTP/1.1"),
        line("target with an invalid escape", "GET /request/show%zz.py HTTP/1.1"),
        get("target with a fragment on a file", "/files/after.txt#fragment.py"),
    ]
}

fn spaces() -> Vec<Case> {
    vec![
        line("two spaces", "GET  /request/show.py  HTTP/1.1"),
        line("tabs for spaces", "GET\t/request/show.py\tHTTP/1.1"),
        line("space before the method", " GET /request/show.py HTTP/1.1"),
        line("space after the version", "GET /request/show.py HTTP/1.1  "),
        line(
            "vertical tab for a space",
            "GET\x0b/request/show.py HTTP/1.1",
        ),
        raw(
            "a no-break space for a space",
            b"GET\xa0/request/show.py HTTP/1.1\r\nShow: request.request_path\r\n\r\n",
        ),
        raw(
            "line feeds alone",
            format!(
                "GET /request/show.py HTTP/1.1\nHost: {HOST}\nShow: (request.request_line, request.headers)\n\n"
            ),
        ),
        raw(
            "one carriage return too many",
            format!(
                "GET /request/show.py HTTP/1.1\r\r\nHost: {HOST}\r\nShow: request.request_line\r\n\r\n"
            ),
        ),
    ]
}

fn faults() -> Vec<Case> {
    vec![
        line("space in the target", "GET /request/show.py a HTTP/1.1"),
        line("one word", "GET"),
        line("two words and no GET", "POST /request/show.py"),
        line("four words", "GET / HTTP/1.1 HTTP/1.1"),
        raw("white space alone", "   \r\nHost: ham\r\n\r\n"),
        raw("garbage", b"\x01\x02\xff\xfe\r\n\r\n".to_vec()),
        raw(
            "the start of TLS",
            b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n".to_vec(),
        ),
        raw("the start of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        raw("an empty line", "\r\n"),
        raw(
            "an empty line before a request",
            [
                b"\r\n",
                &request("GET", "/request/show.py", "Show: 1\r\n", b"")[..],
            ]
            .concat(),
        ),
        raw(
            "two empty lines before a request",
            [
                b"\r\n\r\n",
                &request("GET", "/request/show.py", "Show: 1\r\n", b"")[..],
            ]
            .concat(),
        ),
        raw("half a request line, then the end", "GET /request/sho").half_close(),
        raw("nothing, then the end", "").answers(0).half_close(),
        raw(
            "half a head, then the end",
            format!("GET /request/show.py HTTP/1.1\r\nHost: {HOST}\r\nShow: request.method\r\n"),
        )
        .half_close(),
        raw(
            "half a header line, then the end",
            format!("GET /request/show.py HTTP/1.1\r\nHost: {HOST}\r\nShow: request.method"),
        )
        .half_close(),
    ]
}

/// 65,536 bytes for a line, 512 lines with the last, empty one.
fn limits() -> Vec<Case> {
    let sized = |name, method: &str, length: usize| {
        let path = "/request/show.py?";
        let others = format!("{method} {path} HTTP/1.1\r\n").len();
        let target = format!("{path}{}", "a".repeat(length - others));
        raw(
            name,
            request(method, &target, "Show: len(request.request_line)\r\n", b""),
        )
    };
    let fields = |name, count: usize| {
        // `Host` and `Show` are two more.
        let lines = (0..count - 2)
            .map(|n| format!("X-{n}: {n}\r\n"))
            .collect::<String>();
        raw(
            name,
            request(
                "GET",
                "/request/show.py",
                &format!("Show: len(request.headers)\r\n{lines}"),
                b"",
            ),
        )
    };
    let field = |name, length: usize| {
        let value = "a".repeat(length - "X-Long: ".len() - 2);
        let lines = format!("Show: len(request.headers['X-Long'])\r\nX-Long: {value}\r\n");
        raw(name, request("GET", "/request/show.py", &lines, b""))
    };
    vec![
        sized("a request line at the limit", "GET", 65_536),
        sized("a request line over the limit", "GET", 65_537),
        sized("a request line over the limit, not GET", "POST", 65_537),
        sized("a request line far over the limit", "GET", 200_000),
        field("a header line at the limit", 65_536),
        field("a header line over the limit", 65_537),
        fields("as many header lines as there may be", 511),
        fields("one header line too many", 512),
    ]
}
