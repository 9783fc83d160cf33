//! `request.cookies`: the grammar of `http.cookies`, with its oddities.

use super::case::{Case, show};

/// The cases.
pub fn cases() -> Vec<Case> {
    [grammar(), values()].into_iter().flatten().collect()
}

/// What is read of a `Cookie` header.
fn grammar() -> Vec<Case> {
    let of = |name, value: &str| {
        let header = format!("Cookie: {value}\r\n");
        show(
            name,
            "sorted((k, [(c.key, c.value) for c in v]) for k, v in request.cookies.items())",
            "",
            &header,
        )
    };
    vec![
        show(
            "no cookies",
            "[request.cookies, len(request.cookies), bool(request.cookies)]",
            "",
            "",
        ),
        of("cookie", "a=b"),
        of("cookies", "a=b; c=d;e=f"),
        of("cookie twice", "a=1; b=2; a=3"),
        of("cookie with quotes", "a=\"b c\"; d=e"),
        of("cookie with escapes in quotes", r#"a="b\"c\073"; d=e"#),
        of("cookie without a value", "a=; b=c"),
        of("cookie without an equals sign", "a; b=2"),
        of("cookie without an equals sign, later", "b=2; a; c=3"),
        of("cookie without a name", "=a; b=c"),
        of("cookie with a space in its value", "a=b c; d=e"),
        of("cookie with a space in its value, later", "d=e; a=b c; f=g"),
        of("cookie with equals signs", "a=b=c==; d=e"),
        of("cookie with a comma", "1,b=2; a=3,4"),
        of("cookie with brackets", "a=[1]{2}; c=d"),
        of("cookie with a colon in its name", "a:b=1"),
        of("cookie with a brace in its name", "a{b=1"),
        of("cookie with latin-1", "a=b; c=\u{e4}; d=e"),
        of(
            "cookie with attributes",
            "a=b; Path=/x; Secure; HttpOnly; c=d",
        ),
        of("cookie with an attribute first", "path=/; a=b"),
        of("cookie with old attributes", "$Version=1; a=b; $Path=/x"),
        of("cookie with spaces around the equals sign", "a = b; c =d"),
        of(
            "cookie with a date",
            "a=b; expires=Wed, 09 Jun 2021 10:18:14 GMT; c=d",
        ),
        of("cookie with semicolons alone", ";; ;a=b;;"),
        of("cookie with a control byte", "a=b; c=\x01d; e=f"),
        of("cookie with a percent sign", "a=%20%zz"),
    ]
}

/// What a cookie can do.
fn values() -> Vec<Case> {
    let of = |name, expression| {
        show(
            name,
            expression,
            "",
            "Cookie: a=b; Path=/x; Secure; c=\"d e\"; f=1; f=2\r\n",
        )
    };
    vec![
        of(
            "a cookie, text",
            "[str(request.cookies[b'a']), repr(request.cookies[b'c']), str([request.cookies[b'f']])]",
        ),
        of(
            "a cookie, attributes",
            "[getattr(request.cookies[b'a'], n) for n in ('key', 'value', 'expires', 'path', 'comment', 'domain', 'max_age', 'secure', 'version', 'httponly')]",
        ),
        of(
            "a cookie, equality",
            "[request.cookies[b'a'] == b'b', request.cookies[b'a'] == 'b', request.cookies[b'a'] != b'x', request.cookies[b'a'] == request.cookies[b'a']]",
        ),
        of("a cookie, hash", "hash(request.cookies[b'a'])"),
        of(
            "cookies by first and last",
            "[request.cookies.first(b'f'), request.cookies.last(b'f'), request.cookies[b'f'], request.cookies.first(b'x', None)]",
        ),
        of(
            "cookies by get and get_list",
            "[request.cookies.get(b'a'), request.cookies.get(b'x', 5), request.cookies.get_list(b'f'), request.cookies.get_list(b'x')]",
        ),
        of(
            "cookies by in and text",
            "[b'a' in request.cookies, 'a' in request.cookies, sorted(request.cookies), sorted(request.cookies.keys())]",
        ),
        of("cookies missing", "request.cookies[b'x']"),
    ]
}
