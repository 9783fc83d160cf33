//! `request.GET` and `request.auth`.

use super::case::{Case, show};

/// The cases.
pub fn cases() -> Vec<Case> {
    [query(), multidict(), auth()]
        .into_iter()
        .flatten()
        .collect()
}

/// The query as pairs.
fn query() -> Vec<Case> {
    let of = |name, query: &str| show(name, "list(request.GET.items())", query, "");
    vec![
        of("query", "?a=b&c=d"),
        of("query that is empty", "?"),
        of("query missing", ""),
        of("query with a name alone", "?a&b=&=c&="),
        of("query with empty pairs", "?&&a=b&&"),
        of("query with a semicolon", "?a=b;c=d"),
        of("query with equals signs", "?a=b=c==d"),
        of("query with pluses", "?a+b=c+d&%2B=%2b"),
        of("query with escapes", "?%61=%C3%A4%00%ff&%3d=%26"),
        of("query with bad escapes", "?a=%&b=%z&c=%4&d=%%41"),
        of("query repeated", "?a=1&b=2&a=3&A=4"),
        of("query in order", "?z=1&y=2&x=3&z=4"),
        of("query with question marks", "??a=b?c"),
        of("query before a fragment", "?a=b#c=d"),
        of("query with many pairs", &format!("?{}", "a=1&".repeat(500))),
    ]
}

/// The multiple dict that both `GET` and `POST` are.
fn multidict() -> Vec<Case> {
    let of = |name, expression| show(name, expression, "?a=1&b=2&a=3", "");
    vec![
        of(
            "first",
            "[request.GET.first(b'a'), request.GET.first(b'x', 5), request.GET.first(b'x', default=None)]",
        ),
        of("first, missing", "request.GET.first(b'x')"),
        of(
            "last",
            "[request.GET.last(b'a'), request.GET.last(b'x', 5)]",
        ),
        of("last, missing", "request.GET.last(b'x')"),
        of("by []", "request.GET[b'a']"),
        of("by [], missing", "request.GET[b'x']"),
        of(
            "by text",
            "[request.GET.get('a'), 'a' in request.GET, request.GET.first('a', 7)]",
        ),
        of(
            "get",
            "[request.GET.get(b'a'), request.GET.get(b'x'), request.GET.get(b'x', 5)]",
        ),
        of(
            "get_list",
            "[request.GET.get_list(b'a'), request.GET.get_list(b'x')]",
        ),
        of(
            "in, len, truth",
            "[b'a' in request.GET, len(request.GET), bool(request.GET), b'x' not in request.GET]",
        ),
        of(
            "iteration",
            "[list(request.GET), list(request.GET.keys()), list(request.GET.values())]",
        ),
        of(
            "a dict of it",
            "[dict(request.GET), request.GET == dict(request.GET), isinstance(request.GET, dict)]",
        ),
        of("repr", "request.GET"),
        of(
            "set and add",
            "[request.GET.__setitem__(b'a', 5), request.GET.add(b'b', 6), request.GET.add(b'c', 7), request.GET]",
        ),
        of(
            "delete and pop",
            "[request.GET.pop(b'a'), request.GET.pop(b'x', 0), request.GET]",
        ),
    ]
}

/// HTTP authentication.
fn auth() -> Vec<Case> {
    let of = |name, value: &str| {
        let header = format!("Authorization: {value}\r\n");
        show(
            name,
            "[request.auth.username, request.auth.password]",
            "",
            &header,
        )
    };
    vec![
        show(
            "auth missing",
            "[request.auth.username, request.auth.password]",
            "",
            "",
        ),
        of("auth", "Basic dXNlcjpwYXNz"),
        of("auth with colons", "Basic YTpiOmM6"),
        of("auth with nothing but a colon", "Basic Og=="),
        of("auth without a colon", "Basic dXNlcg=="),
        of("auth with bad padding", "Basic dXNlcjp"),
        of("auth with odd bytes between", "Basic dXNl$#cjpw YXNz"),
        of("auth of another scheme", "Bearer dXNlcjpwYXNz"),
        of("auth in lower case", "basic dXNlcjpwYXNz"),
        of("auth with two spaces", "Basic  dXNlcjpwYXNz"),
        of("auth without credentials", "Basic"),
        of("auth that is empty", ""),
        of("auth with bytes", "Basic /zr+"),
    ]
}
