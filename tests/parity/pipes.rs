//! Pipes on the output of scripts: in the query, by the script's name, and called by the script.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        get(
            "pipe on a returned value, idempotent",
            "/pipes/returned.py?pipe=header(X-A,b)|status(299)",
        ),
        get(
            "pipe on a returned value, appending",
            "/pipes/returned.py?pipe=header(X-A,b,True)",
        ),
        get(
            "pipe on a returned value, slicing",
            "/pipes/returned.py?pipe=slice(2,-1)",
        ),
        get(
            "pipe on a returned value, sub",
            "/pipes/returned.py?pipe=sub",
        ),
        get(
            "pipe on what is left, header",
            "/pipes/kept.py?pipe=header(X-Ham,b)|header(X-B,c,1)",
        ),
        get(
            "pipe on what is left, status",
            "/pipes/kept.py?pipe=status(404)",
        ),
        get(
            "pipe on what is left, slice",
            "/pipes/kept.py?pipe=slice(null,3)",
        ),
        get(
            "pipe on what is left, sub",
            "/pipes/kept.py?a=%3C%26&pipe=sub",
        ),
        get(
            "pipe on what is left, sub without escapes",
            "/pipes/kept.py?a=%3C%26&pipe=sub(none)",
        ),
        get(
            "pipe on what is left, trickle",
            "/pipes/kept.py?pipe=trickle(3:d0.01:2)",
        ),
        get(
            "pipe on what is left, the last counts",
            "/pipes/kept.py?pipe=status(201)&pipe=status(202)",
        ),
        get(
            "pipe on what is left, escaped",
            "/pipes/kept.py?pipe=header(X-A%2Cb%5C%2Cc)",
        ),
        get(
            "pipe whose name is encoded",
            "/pipes/kept.py?%70ipe=status(404)",
        ),
        get("pipe that is empty", "/pipes/kept.py?pipe="),
        get("pipe that is unknown", "/pipes/kept.py?pipe=tricle(d1)"),
        get(
            "pipe with a bad argument",
            "/pipes/kept.py?pipe=status(ham)",
        ),
        get(
            "pipe with too many arguments",
            "/pipes/kept.py?pipe=status(200,201)",
        ),
        get(
            "pipe on what was written",
            "/pipes/written.py?pipe=status(404)",
        ),
        raw(
            "pipe and HEAD",
            request("HEAD", "/pipes/kept.py?pipe=slice(1)", "", b""),
        ),
        raw(
            "a script that is a template",
            request(
                "GET",
                "/pipes/template.sub.py?a=%3C%26",
                "X-Ham: <eggs>\r\n",
                b"",
            ),
        ),
        get(
            "a template with an unknown header",
            "/pipes/template.sub.py?a=b",
        ),
        get("a pipe that a script calls", "/pipes/called.py?a=%3C%26"),
        get(
            "a pipe that a script defines",
            "/pipes/defined.py?pipe=surround(%2B)",
        ),
        get(
            "a pipe that a script defines, between others",
            "/pipes/defined.py?pipe=slice(1)|surround(%2B,2)|header(X-A,b)|slice(1,-1)|trickle(3:d0.01)",
        ),
        get(
            "a pipe that a script defines, after a trickle",
            "/pipes/defined.py?pipe=trickle(3:d0.01:r2)|surround(%2B,null)",
        ),
        get(
            "a pipe that another script defines",
            "/pipes/defined.py?pipe=slice(0)",
        )
        .then(request(
            "GET",
            "/pipes/kept.py?pipe=surround(%2B)|slice(0,5)",
            "",
            b"",
        )),
        get(
            "a pipe that a script defines, on a file",
            "/pipes/defined.py?pipe=slice(0)",
        )
        .then(request(
            "GET",
            "/pipes/text.sub.txt?pipe=surround(%2B)|slice(0,5)",
            "",
            b"",
        )),
        get(
            "a pipe that a script defines, with a bad argument",
            "/pipes/defined.py?pipe=surround(%2B,ham)",
        ),
        get(
            "a pipe that a script defines, last and returning nothing",
            "/pipes/defined.py?pipe=status(201)|forget(false)",
        ),
        get(
            "a pipe that a script defines, returning nothing to another",
            "/pipes/defined.py?pipe=forget(false)|slice(1)",
        ),
    ];
    for (kind, content) in CONTENTS {
        for (pipe, expression) in PIPES {
            cases.push(on_content(
                format!("{kind} piped, {pipe}").leak(),
                expression,
                &format!("response.content = {content}"),
            ));
        }
    }
    for (name, expression, main) in REPLACED {
        cases.push(on_content(name, expression, main));
    }
    cases
}

/// Runs the body of a handler's `main` under a pipe expression.
fn on_content(name: &'static str, expression: &str, main: &str) -> Case {
    let target = format!("/run.py?pipe={expression}");
    let main = format!("def main(request, response):\n    {main}\n");
    raw(name, request("POST", &target, "", main.as_bytes()))
}

/// What `response.content` may be.
const CONTENTS: &[(&str, &str)] = &[
    ("bytes", "b'ham and eggs'"),
    ("text", "'h\\xe4m and eggs'"),
    ("an empty list", "[]"),
    ("a list", "[b'ham', b'', b' and ', b'eggs']"),
    ("a list with text", "[b'ham', ' and eggs']"),
    (
        "a tuple of functions",
        "(lambda: b'ham', lambda: b' and eggs')",
    ),
    (
        "a generator",
        "(item for item in [b'ham', b' and ', b'eggs'])",
    ),
    ("a generator that fails", "(1 // 0 for item in 'a')"),
    (
        "an open file",
        "open(request.doc_root + '/pipes/text.txt', 'rb')",
    ),
    (
        "an open text file",
        "open(request.doc_root + '/pipes/text.txt')",
    ),
    (
        "a list with a file",
        "[open(request.doc_root + '/pipes/text.txt', 'rb')]",
    ),
    ("a number", "5"),
];

/// Pipes on each kind of content.
const PIPES: &[(&str, &str)] = &[
    ("slice", "slice(1,-1)"),
    ("sub and status", "sub(none)|status(201)"),
    ("trickle", "trickle(3:d0.01:r2)"),
    ("trickle and slice", "trickle(3:d0.01)|slice(2)"),
];

/// Attributes that a script has replaced.
const REPLACED: &[(&str, &str, &str)] = &[
    (
        "headers replaced by a list, header piped",
        "header(X-A,b)",
        "response.headers = [('X-B', 'c')]; response.content = b'ham'",
    ),
    (
        "headers replaced by a list, status piped",
        "status(201)",
        "response.headers = [('Content-Length', '3')]; response.content = b'ham'",
    ),
    (
        "status with a phrase, status piped",
        "status(404)",
        "response.status = (200, 'Ham'); response.content = b'ham'",
    ),
    (
        "iter_content replaced, slice piped",
        "slice(1)",
        "response.iter_content = lambda read_file=False: iter([b'eggs']); response.content = b'ham'",
    ),
    (
        "url_parts replaced, template piped",
        "sub",
        "from urllib.parse import urlsplit; response.content = b'{{location[host]}} {{location[query]}}'; \
         request.url_parts = urlsplit('http://Ham:81/?a=b&pipe=' + 'sub|status(201)')",
    ),
    (
        "doc_root and request_path replaced, template piped",
        "sub",
        "request.doc_root = '/www'; request.request_path = '/a/b'; response.content = b'{{fs_path(c)}} {{fs_path(/c)}}'",
    ),
];
