//! Pipes on the output of scripts: in the query, by the script's name, and called by the script.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    vec![
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
    ]
}
