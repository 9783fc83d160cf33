//! `request.POST`: forms that are URL-encoded and in parts.

use super::case::{Case, raw, request, show_post};

/// Each name with its values; names are sorted, since the reference has them in no order.
const ALL: &str = "sorted((k, v) for k, v in request.POST.items())";

const URLENCODED: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const PARTS: &str = "Content-Type: multipart/form-data; boundary=BOUND\r\n";

/// The cases.
pub fn cases() -> Vec<Case> {
    [urlencoded(), parts(), odd()]
        .into_iter()
        .flatten()
        .collect()
}

fn urlencoded() -> Vec<Case> {
    let of = |name, body: &[u8]| show_post(name, ALL, URLENCODED, body);
    vec![
        of("form", b"a=b&c=d"),
        of("form with a name twice", b"a=1&b=2&a=3"),
        of("form with escapes", b"a+b=%C3%A4%ff&%3D=+&x=%zz"),
        of("form with empty pairs", b"&&a=&=b&c&"),
        of("form with a semicolon", b"a=b;c=d"),
        of("form with raw bytes", b"a=\xe4\xff&\x80=b"),
        of("form with line ends", b"a=b\r\nc=d\r\n"),
        of("form that is empty", b""),
        show_post("form without a type", ALL, "", b"a=b&c=d"),
        show_post(
            "form with a charset",
            ALL,
            "Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n",
            b"a=%E4",
        ),
        show_post(
            "form with its type in capitals",
            ALL,
            "Content-Type: Application/X-WWW-Form-URLEncoded\r\n",
            b"a=b",
        ),
        show_post(
            "form and body",
            "[request.POST[b'a'], request.body, request.raw_input.read()]",
            URLENCODED,
            b"a=b",
        ),
        show_post(
            "form and raw_input half read",
            "[request.raw_input.read(2), request.POST[b'a'], request.raw_input.tell()]",
            URLENCODED,
            b"a=b",
        ),
        show_post(
            "form, by its methods",
            "[request.POST.first(b'a'), request.POST.last(b'a'), request.POST.get_list(b'a'), request.POST.get(b'x'), b'a' in request.POST, len(request.POST)]",
            URLENCODED,
            b"a=1&a=2",
        ),
        raw(
            "form and query",
            request(
                "POST",
                "/request/show.py?a=query&q=1",
                &format!("Show: [request.GET, {ALL}]\r\n{URLENCODED}"),
                b"a=form",
            ),
        ),
        raw(
            "form in a PUT",
            request(
                "PUT",
                "/request/show.py",
                &format!("Show: {ALL}\r\n{URLENCODED}"),
                b"a=b",
            ),
        ),
        raw(
            "form in a GET",
            request(
                "GET",
                "/request/show.py",
                &format!("Show: {ALL}\r\n{URLENCODED}"),
                b"a=b",
            ),
        ),
        raw(
            "form in a GET without a type",
            request(
                "GET",
                "/request/show.py",
                &format!("Show: {ALL}\r\n"),
                b"a=b",
            ),
        ),
    ]
}

fn part(head: &str, content: &str) -> String {
    format!("--BOUND\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
}

fn parts() -> Vec<Case> {
    let of = |name, expression, body: &str| show_post(name, expression, PARTS, body.as_bytes());
    let end = "--BOUND--\r\n";
    let field = part("name=\"a\"", "b");
    let file = part(
        "name=\"f\"; filename=\"x.txt\"\r\nContent-Type: text/x-ham\r\nX-Own: 1",
        "ham\r\neggs",
    );
    let upload = "request.POST[b'f']";
    vec![
        of(
            "parts",
            ALL,
            &format!("{field}{}{end}", part("name=\"c\"", "d\r\ne")),
        ),
        of(
            "part twice",
            ALL,
            &format!("{field}{}{end}", part("name=\"a\"", "c")),
        ),
        of("part that is a file", ALL, &format!("{field}{file}{end}")),
        of(
            "file, attributes",
            "[[(f.name, f.filename, f.type, f.value, f.type_options, f.disposition, f.disposition_options, f.length) for f in [request.POST[b'f']]], request.POST[b'f'].headers['Content-Type'], request.POST[b'f'].headers['x-own']]",
            &format!("{file}{end}"),
        ),
        of(
            "file, read",
            &format!(
                "[{upload}.file.read(4), {upload}.file.read(), {upload}.value, hasattr({upload}, 'file'), hasattr({upload}, 'filename')]"
            ),
            &format!("{file}{end}"),
        ),
        of(
            "file, value set",
            &format!("[setattr({upload}, 'value', b'new'), {upload}.value]"),
            &format!("{file}{end}"),
        ),
        of(
            "file, type name",
            &format!("type({upload}).__name__"),
            &format!("{file}{end}"),
        ),
        of(
            "file without a type",
            &format!("[{upload}.type, {upload}]"),
            &format!("{}{end}", part("name=\"f\"; filename=\"x\"", "ham")),
        ),
        of(
            "file with an empty name",
            ALL,
            &format!("{}{end}", part("name=\"f\"; filename=\"\"", "ham")),
        ),
        of(
            "file that is empty",
            ALL,
            &format!("{}{end}", part("name=\"f\"; filename=\"x\"", "")),
        ),
        of(
            "file with an odd name",
            &format!("{upload}.filename"),
            &format!(
                "{}{end}",
                part(r#"name="f"; filename="a\"b%22;c\\d.txt""#, "ham")
            ),
        ),
        of(
            "file with a UTF-8 name",
            &format!("{upload}.filename"),
            &format!(
                "{}{end}",
                part("name=\"f\"; filename=\"\u{e4}\u{20ac}.txt\"", "ham")
            ),
        ),
        of(
            "file with an unquoted name",
            ALL,
            &format!("{}{end}", part("name=f; filename=x.txt", "ham")),
        ),
        of(
            "part with a UTF-8 name",
            ALL,
            &format!("{}{end}", part("name=\"\u{e4}\"", "\u{20ac}")),
        ),
        of(
            "part without a name",
            ALL,
            &format!("{}{end}", part("x=\"y\"", "ham")),
        ),
        of(
            "part without a disposition",
            ALL,
            &format!("--BOUND\r\nX: y\r\n\r\nham\r\n{field}{end}"),
        ),
        of("parts without an end", ALL, &field),
        of(
            "parts with line feeds alone",
            ALL,
            &format!("{field}{end}").replace('\r', ""),
        ),
        of(
            "parts between other text",
            ALL,
            &format!("before\r\n{field}{end}after\r\n"),
        ),
        of("parts without the boundary", ALL, "ham"),
        show_post(
            "parts with no boundary named",
            ALL,
            "Content-Type: multipart/form-data\r\n",
            format!("{field}{end}").as_bytes(),
        ),
        show_post(
            "parts with an empty boundary",
            ALL,
            "Content-Type: multipart/form-data; boundary=\r\n",
            format!("{field}{end}").as_bytes(),
        ),
        show_post(
            "parts with a quoted boundary",
            ALL,
            "Content-Type: multipart/form-data; boundary=\"BOUND\"\r\n",
            format!("{field}{end}").as_bytes(),
        ),
        show_post(
            "parts of another kind",
            ALL,
            "Content-Type: multipart/mixed; boundary=BOUND\r\n",
            format!("{field}{end}").as_bytes(),
        ),
        show_post(
            "large parts",
            "[len(request.POST[b'f'].value), len(request.POST[b'f'].file.read()), request.POST[b'a']]",
            PARTS,
            format!(
                "{}{field}{end}",
                part("name=\"f\"; filename=\"x\"", &"y".repeat(70_000))
            )
            .as_bytes(),
        ),
    ]
}

fn odd() -> Vec<Case> {
    vec![
        show_post("no form: text", ALL, "Content-Type: text/plain\r\n", b"a=b"),
        show_post(
            "no form: JSON",
            ALL,
            "Content-Type: application/json\r\n",
            b"{}",
        ),
        show_post(
            "no form: an unknown type",
            ALL,
            "Content-Type: ham\r\n",
            b"a=b",
        ),
        show_post(
            "no form and no body",
            ALL,
            "Content-Type: text/plain\r\n",
            b"",
        ),
        raw(
            "no form: a PUT without a type",
            request(
                "PUT",
                "/request/show.py",
                &format!("Show: {ALL}\r\n"),
                b"a=b",
            ),
        ),
        raw(
            "no form: a GET",
            request("GET", "/request/show.py", &format!("Show: {ALL}\r\n"), b""),
        ),
        raw(
            "an empty form in a DELETE",
            request(
                "DELETE",
                "/request/show.py",
                &format!("Show: {ALL}\r\n{URLENCODED}"),
                b"",
            ),
        ),
    ]
}
