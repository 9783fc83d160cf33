//! Header lines, well formed and not, and how a handler sees them.

use super::case::{Case, HOST, raw, show};

/// The cases.
pub fn cases() -> Vec<Case> {
    [lines(), repeated(), views()]
        .into_iter()
        .flatten()
        .collect()
}

/// What is seen of these header lines.
fn seen(name: &'static str, lines: &[u8]) -> Case {
    let head = format!(
        "GET /request/show.py HTTP/1.1\r\nShow: (dict(request.headers), request.raw_headers.items())\r\nHost: {HOST}\r\n"
    );
    raw(name, [head.as_bytes(), lines, b"\r\n"].concat())
}

fn lines() -> Vec<Case> {
    vec![
        seen("field with no space", b"A:b\r\n"),
        seen("field with spaces before its value", b"A: \t  b\r\n"),
        seen("field with spaces after its value", b"A: b \t \r\n"),
        seen("field with tabs in its value", b"A: b\tc\r\n"),
        seen("field with no value", b"A:\r\nB: \r\n"),
        seen("field with colons", b"A: b:c::d\r\n"),
        seen("field with latin-1", b"A: \xe4\xff\x80\r\n"),
        seen("field with UTF-8", "A: \u{20ac}\r\n".as_bytes()),
        seen(
            "field with every visible byte",
            b"A: !\"#$%&'()*+,-./0123456789:;<=>?@[\\]^_`{|}~\r\n",
        ),
        seen(
            "field with every token byte in its name",
            b"!#$%&'*+-.^_`|~0aZ: b\r\n",
        ),
        seen(
            "field with odd bytes in its name",
            b"a(b)\"c\"/d=e@f: g\r\nB: c\r\n",
        ),
        seen("field with control bytes", b"A: b\x01\x1f\x7fc\r\n"),
        seen("field with NUL", b"A: b\0c\r\nB: d\r\n"),
        seen(
            "field with vertical tab and form feed",
            b"A: b\x0bc\x0cd\x1ce\x85f\r\nB: d\r\n",
        ),
        seen("field folded", b"A: b\r\n c\r\nB: d\r\n"),
        seen("field folded twice", b"A: b\r\n\tc\r\n   d\r\nB: e\r\n"),
        seen("field folded with an empty start", b"A:\r\n b\r\nB: c\r\n"),
        seen(
            "field with a bare carriage return",
            b"A: b\rC: d\r\nE: f\r\n",
        ),
        seen(
            "field with a carriage return at the end",
            b"A: b\r\r\nC: d\r\n",
        ),
        seen("fields with line feeds alone", b"A: b\nC: d\n"),
        seen("line without a colon", b"A: b\r\nham\r\nC: d\r\n"),
        seen("space before the colon", b"A: b\r\nC : d\r\nE: f\r\n"),
        seen("no name", b"A: b\r\n: d\r\nE: f\r\n"),
        seen("space in the name", b"A: b\r\nC D: e\r\nF: g\r\n"),
        seen("latin-1 in the name", b"A: b\r\n\xe4: e\r\nF: g\r\n"),
        seen("control byte in the name", b"A: b\r\nc\x01d: e\r\nF: g\r\n"),
        raw(
            "first field folded",
            format!(
                "GET /request/show.py HTTP/1.1\r\n Host: a\r\nHost: {HOST}\r\nShow: request.raw_headers.items()\r\n\r\n"
            ),
        ),
        raw(
            "text of the raw headers after a bad line",
            format!(
                "GET /request/show.py HTTP/1.1\r\nHost: {HOST}\r\nShow: str(request.raw_headers)\r\nham\r\nA: b\r\n\r\n"
            ),
        ),
        raw(
            "text of the raw headers that are folded",
            format!(
                "GET /request/show.py HTTP/1.1\r\nHost: {HOST}\r\nShow: str(request.raw_headers)\r\nA: b\r\n c\r\n\r\n"
            ),
        ),
        raw("no fields", "GET /files/none.txt HTTP/1.1\r\n\r\n"),
        seen(
            "many fields",
            (0..100)
                .map(|n| format!("Field-{n}: {n}\r\n"))
                .collect::<String>()
                .as_bytes(),
        ),
    ]
}

fn repeated() -> Vec<Case> {
    let twice = "A: 1\r\nB: 2\r\na: 3\r\n";
    vec![
        show("repeated field by []", "request.headers['A']", "", twice),
        show(
            "repeated field by get",
            "request.headers.get(b'a')",
            "",
            twice,
        ),
        show(
            "repeated field by get_list",
            "request.headers.get_list('A')",
            "",
            twice,
        ),
        show(
            "repeated field by items",
            "[list(request.headers.items()), list(request.headers.iteritems())]",
            "",
            twice,
        ),
        show(
            "repeated Cookie by get",
            "[request.headers.get(b'cookie'), request.headers['Cookie']]",
            "",
            "Cookie: a=1\r\nCookie: b=2\r\n",
        ),
        show(
            "repeated Cookie",
            "request.cookies",
            "",
            "Cookie: a=1\r\nCookie: b=2\r\n",
        ),
    ]
}

/// `request.headers` and `request.raw_headers`.
fn views() -> Vec<Case> {
    let fields = "X-One: 1\r\nx-two:  2\r\nEmpty:\r\n";
    vec![
        show("headers, dict of them", "dict(request.headers)", "", fields),
        show(
            "headers, items",
            "list(request.headers.items())",
            "",
            fields,
        ),
        show(
            "headers, values",
            "list(request.headers.values())",
            "",
            fields,
        ),
        show(
            "headers, names",
            "[list(request.headers), list(request.headers.keys()), len(request.headers)]",
            "",
            fields,
        ),
        show(
            "headers, iteritems",
            "[list(request.headers.iteritems()), list(request.headers.itervalues())]",
            "",
            fields,
        ),
        show(
            "headers by []",
            "[request.headers['X-One'], request.headers[b'x-one'], request.headers['EMPTY']]",
            "",
            fields,
        ),
        show(
            "headers by [] that are missing",
            "request.headers['X-None']",
            "",
            fields,
        ),
        show(
            "headers by [] of a number",
            "request.headers[5]",
            "",
            fields,
        ),
        show(
            "headers by get",
            "[request.headers.get(b'X-ONE'), request.headers.get('x'), request.headers.get('x', b'y'), request.headers.get('x', default=5)]",
            "",
            fields,
        ),
        show(
            "headers by get_list",
            "[request.headers.get_list('X-Two'), request.headers.get_list('x', 'y')]",
            "",
            fields,
        ),
        show(
            "headers by get_list that are missing",
            "request.headers.get_list(b'X-None')",
            "",
            fields,
        ),
        show(
            "headers by in",
            "['X-ONE' in request.headers, b'x-one' in request.headers, 'x' in request.headers]",
            "",
            fields,
        ),
        show(
            "headers cannot be set",
            "request.headers.__setitem__('a', 'b')",
            "",
            fields,
        ),
        show(
            "headers are a dict",
            "[isinstance(request.headers, dict), bool(request.headers)]",
            "",
            fields,
        ),
        show("headers joined", "b', '.join(request.headers)", "", fields),
        show("raw headers, text", "str(request.raw_headers)", "", fields),
        show(
            "raw headers, items",
            "[request.raw_headers.items(), list(request.raw_headers.raw_items())]",
            "",
            fields,
        ),
        show(
            "raw headers, by name",
            "[request.raw_headers['x-ONE'], request.raw_headers.get('x'), request.raw_headers['x'], 'X-two' in request.raw_headers]",
            "",
            fields,
        ),
        show(
            "raw headers, repeated",
            "[request.raw_headers.get_all('a'), request.raw_headers.items(), str(request.raw_headers)]",
            "",
            "A: 1\r\nB: 2\r\na: 3\r\n",
        ),
    ]
}
