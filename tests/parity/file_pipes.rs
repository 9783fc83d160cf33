//! Pipes on files: those of the query, and those of a file's name. `from_scripts.rs` plays most of them
//! again for scripts.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let head = |name, target: &str| raw(name, request("HEAD", target, "", b""));
    // The reference sends a template with its length, and keeps the connection.
    let pipe = |name, expression: &str| {
        let target = format!("/pipes/text.sub.txt?pipe={expression}");
        get(name, &target)
    };
    let mut cases = vec![
        // Status.
        pipe("file piped, status", "status(404)"),
        pipe(
            "file piped, status with blanks and a sign",
            "status(%20+2_01%09)",
        ),
        pipe("file piped, status with a plus", "status(%2B202)"),
        pipe("file piped, status that is negative", "status(-1)"),
        pipe("file piped, status of ten digits", "status(1234567890)"),
        pipe("file piped, two statuses", "status(404)|status(201)"),
        pipe("file piped, status 204", "status(204)"),
        pipe("file piped, status 304", "status(304)"),
        // Header.
        pipe("file piped, header", "header(X-A,b)"),
        pipe(
            "file piped, header that is there",
            "header(content-type,text/ham)",
        ),
        pipe(
            "file piped, header replaced",
            "header(X-A,b)|header(x-a,c,False)",
        ),
        pipe(
            "file piped, header appended",
            "header(X-A,b)|header(x-a,c,TRUE)|header(X-A,d,1)",
        ),
        pipe("file piped, header appended first", "header(X-A,b,true)"),
        pipe(
            "file piped, header not appended",
            "header(Content-Type,b,0)",
        ),
        pipe("file piped, header without a value", "header(X-A,)"),
        pipe(
            "file piped, header with blanks",
            "header(%20X-A%20,%20b%20)",
        ),
        pipe("file piped, header with a comma", "header(Vary,a%5C,%20b)"),
        pipe(
            "file piped, header with a parenthesis",
            "header(X-A,(b%5C))",
        ),
        pipe(
            "file piped, header with escapes",
            "header(X-A,a%5C%5C%5C|%5Cx%5Ct)",
        ),
        pipe(
            "file piped, header with line ends",
            "header(X-A,b%5Cr%5CnX-B:%20c)",
        ),
        pipe("file piped, header in Latin-1", "header(X-A,%C3%A9)"),
        pipe("file piped, Server header", "header(Server,ham)"),
        pipe("file piped, Connection header", "header(Connection,close)"),
        pipe(
            "file piped, Content-Length header",
            "header(Content-Length,26)",
        ),
        pipe(
            "file piped, Set-Cookie headers",
            "header(Set-Cookie,a=b,1)|header(Set-Cookie,c=d,1)",
        ),
        // Slice.
        pipe("file piped, slice from", "slice(3)"),
        pipe("file piped, slice from and to", "slice(3,5)"),
        pipe("file piped, slice to", "slice(null,5)"),
        pipe("file piped, slice from and to the end", "slice(20,NULL)"),
        pipe("file piped, slice from the end", "slice(-3)"),
        pipe("file piped, slice to before the end", "slice(-5,-2)"),
        pipe("file piped, slice beyond", "slice(20,99999999999999999999)"),
        pipe("file piped, slice that is empty", "slice(5,3)"),
        pipe("file piped, slice of all", "slice(null)"),
        pipe("file piped, slice of a slice", "slice(5,10)|slice(1,-1)"),
        get(
            "file piped, slice of a plain file",
            "/pipes/text.txt?pipe=slice(2,4)",
        ),
        get(
            "file piped, slice of an empty file",
            "/pipes/empty.txt?pipe=slice(2)",
        ),
        // Sub.
        get("file piped, sub", "/pipes/template.txt?a=%3Cb%22&pipe=sub"),
        get(
            "file piped, sub as html",
            "/pipes/template.txt?a=%3Cb%22&pipe=sub(html)",
        ),
        get(
            "file piped, sub as none",
            "/pipes/template.txt?a=%3Cb%22&pipe=sub(none)",
        ),
        get(
            "file piped, sub with an unknown escape, without a placeholder",
            "/pipes/text.txt?pipe=sub(ham)",
        ),
        get(
            "file piped, sub with an empty escape, without a placeholder",
            "/pipes/text.txt?pipe=sub()",
        ),
        get(
            "file piped, sub of an empty file",
            "/pipes/empty.txt?pipe=sub",
        ),
        get(
            "file piped, sub of what sub left",
            "/pipes/template.txt?a={{GET[b]}}&b=c&pipe=sub(none)|sub",
        ),
        // Trickle.
        pipe("file piped, trickle", "trickle(10)"),
        pipe("file piped, trickle with a pause", "trickle(10:d0.01:5)"),
        pipe(
            "file piped, trickle that begins with a pause",
            "trickle(d.01)",
        ),
        pipe("file piped, trickle that repeats", "trickle(10:d0.01:r2)"),
        pipe(
            "file piped, trickle that repeats a part",
            "trickle(1:d0.01:10:r2)",
        ),
        pipe(
            "file piped, trickle that repeats more steps than there are",
            "trickle(10:d0:r8)",
        ),
        pipe(
            "file piped, trickle with a repeat in the middle",
            "trickle(1:r2:d0:r4)",
        ),
        pipe(
            "file piped, trickle with numbers in Python's forms",
            "trickle(%201_0:d%201e-2_0%20:%2B3)",
        ),
        pipe(
            "file piped, trickle of more bytes than there are",
            "trickle(99999999999999999999:d0)",
        ),
        pipe(
            "file piped, trickle and Cache-Control",
            "header(cache-control,a)|trickle(9)",
        ),
        pipe(
            "file piped, trickle and Pragma",
            "header(Pragma,a)|trickle(9)",
        ),
        pipe(
            "file piped, trickle and Expires",
            "header(Expires,a)|trickle(9)",
        ),
        pipe(
            "file piped, trickle, then header",
            "trickle(9)|header(Pragma,a)",
        ),
        pipe(
            "file piped, trickle and a length",
            "slice(3)|trickle(9:d0:5)",
        ),
        pipe(
            "file piped, trickle, then slice",
            "trickle(9:d0.01:5)|slice(3)",
        ),
        pipe(
            "file piped, trickle of a trickle",
            "trickle(9:d0.01)|trickle(2)",
        ),
        get(
            "file piped, trickle of a plain file",
            "/pipes/text.txt?pipe=trickle(2:d0.01:r2)",
        ),
        get(
            "file piped, trickle of an empty file",
            "/pipes/empty.txt?pipe=trickle(2:d0.01:r2)",
        ),
        get(
            "file piped, trickle and then sub",
            "/pipes/template.txt?a=b&pipe=trickle(3:d0.01)|sub",
        ),
        pipe(
            "file piped, trickle with a negative pause",
            "trickle(5:d-1)",
        ),
        pipe(
            "file piped, trickle with a negative count",
            "trickle(-5:d0:3)",
        ),
        pipe(
            "file piped, trickle with a count in other digits",
            "trickle(%D9%A3:d0)",
        ),
        // Gzip.
        pipe("file piped, gzip", "gzip"),
        get(
            "file piped, gzip of a plain file",
            "/pipes/text.txt?pipe=gzip",
        ),
        get(
            "file piped, gzip of an empty file",
            "/pipes/empty.txt?pipe=gzip",
        ),
        get(
            "file piped, gzip of a large file",
            "/files/large.js?pipe=gzip",
        ),
        get(
            "file piped, gzip of what sub left",
            "/pipes/template.txt?a=b&pipe=sub|gzip",
        ),
        pipe(
            "file piped, gzip with another encoding",
            "header(content-encoding,br)|gzip|status(201)",
        ),
        pipe("file piped, gzip trickled", "gzip|trickle(5:d0.01:r2)"),
        // Expressions.
        pipe("file piped, an empty expression", ""),
        pipe("file piped, bars alone", "||"),
        pipe("file piped, stray bars", "|status(201)||slice(2)|"),
        pipe("file piped, no bar between", "status(201)slice(2)"),
        pipe("file piped, no parenthesis at the end", "status(201"),
        pipe(
            "file piped, all at once",
            "status(201)|header(X-A,b)|slice(1,-1)|sub(none)|trickle(5:d0.01)",
        ),
        pipe("file piped, a raw byte", "header(X-A,%\u{e9})"),
        get(
            "file piped, the last pipe counts",
            "/pipes/text.sub.txt?pipe=ham&a=b&pipe=status(201)",
        ),
        get(
            "file piped, an empty pipe does not count",
            "/pipes/text.sub.txt?pipe=status(201)&pipe=&pipe",
        ),
        get(
            "file piped, by an escaped name",
            "/pipes/text.sub.txt?%70ipe=status%28201%29",
        ),
        get(
            "file piped, by a name in capitals",
            "/pipes/text.sub.txt?PIPE=status(201)",
        ),
        get(
            "file piped, after a semicolon",
            "/pipes/text.sub.txt?a=b;pipe=status(201)",
        ),
        get(
            "file piped, followed by a fragment",
            "/pipes/text.sub.txt?pipe=status(201)#|status(202)",
        ),
        // A plain file.
        get(
            "plain file piped, status",
            "/pipes/text.txt?pipe=status(404)",
        ),
        get(
            "plain file piped, header",
            "/pipes/text.txt?pipe=header(X-A,b)",
        ),
        get(
            "plain file piped, header of its length",
            "/pipes/text.txt?pipe=header(Content-Length,26)",
        ),
        get(
            "plain file piped, two pipes and another parameter",
            "/pipes/text.txt?a=b&pipe=header(Cache-Control,no-store)|status(200)",
        ),
        get(
            "plain file piped, Connection header",
            "/pipes/text.txt?pipe=header(Connection,close)",
        ),
        // Other handlers.
        get(
            "file piped, an asis file",
            "/files/plain.asis?pipe=status(404)",
        ),
        get("missing file piped", "/pipes/nothing.txt?pipe=status(201)"),
        get("missing file, unknown pipe", "/pipes/nothing.txt?pipe=ham"),
        // HEAD.
        head(
            "HEAD of a file piped, status",
            "/pipes/text.sub.txt?pipe=status(404)",
        ),
        head(
            "HEAD of a file piped, slice",
            "/pipes/text.txt?pipe=slice(3)",
        ),
        head(
            "HEAD of a file piped, sub",
            "/pipes/template.txt?a=b&pipe=sub",
        ),
        head(
            "HEAD of a file piped, trickle",
            "/pipes/text.txt?pipe=trickle(2:d9:r2)",
        ),
        head(
            "HEAD of a file piped, trickle and slice",
            "/pipes/text.txt?pipe=trickle(2:d0.01:r2)|slice(3)",
        ),
        head("HEAD of a template", "/pipes/page.sub.html?a=b"),
        // Names.
        get("template .html", "/pipes/page.sub.html?a=%3Cb%26%27"),
        get("template .htm", "/pipes/page.sub.htm?a=%3Cb%26%27"),
        get("template .xht", "/pipes/page.sub.xht?a=%3Cb%26%27"),
        get("template .xhtml", "/pipes/page.sub.xhtml?a=%3Cb%26%27"),
        get("template .xml", "/pipes/page.sub.xml?a=%3Cb%26%27"),
        get("template .svg", "/pipes/page.sub.svg?a=%3Cb%26%27"),
        get("template .js", "/pipes/page.sub.js?a=%3Cb%26%27"),
        get("template .txt", "/pipes/page.sub.txt?a=%3Cb%26%27"),
        get("template .HTML", "/pipes/page.sub.HTML?a=%3Cb%26%27"),
        get(
            "template by its folder",
            "/pipes/folder.sub.d/plain.txt?a=%3Cb%26%27",
        ),
        get(
            "template by an escaped name",
            "/pipes/page%2Esub%2Ehtml?a=b",
        ),
        get(
            "template with a pipe",
            "/pipes/page.sub.html?a=%3Cb&pipe=slice(3,-4)|status(201)",
        ),
        get(
            "no template, .sub at the end",
            "/pipes/plain.sub?a=b&pipe=slice(0)",
        ),
        raw(
            "template and close",
            request(
                "GET",
                "/pipes/page.sub.html?a=b",
                "Connection: close\r\n",
                b"",
            ),
        ),
        raw(
            "templates in a row",
            [
                request("GET", "/pipes/page.sub.html?a=b", "", b""),
                request("GET", "/pipes/text.txt?pipe=slice(3)|status(201)", "", b""),
            ]
            .concat(),
        )
        .answers(2),
    ];
    cases.extend(
        REFUSED
            .iter()
            .map(|(name, expression)| pipe(name, expression)),
    );
    cases
}

/// Pipes that are answered with a 500.
pub const REFUSED: &[(&str, &str)] = &[
    ("pipe refused, unknown", "tricle(d1)"),
    ("pipe refused, unknown after another", "status(201)|ham"),
    ("pipe refused, in capitals", "Status(201)"),
    ("pipe refused, blanks around", "%20status(201)"),
    ("pipe refused, without a name", "(201)"),
    ("pipe refused, a parenthesis too many", "status(201))"),
    ("pipe refused, a backslash at the end", "status(201%5C"),
    ("pipe refused, status without parentheses", "status"),
    ("pipe refused, status with an empty argument", "status()"),
    ("pipe refused, status of a word", "status(ham)"),
    ("pipe refused, status of a fraction", "status(200.0)"),
    ("pipe refused, status of two", "status(200,OK)"),
    ("pipe refused, header with an empty argument", "header()"),
    ("pipe refused, header of one", "header(X-A)"),
    ("pipe refused, header of four", "header(X-A,b,1,1)"),
    ("pipe refused, header with a bad flag", "header(X-A,b,yes)"),
    ("pipe refused, header with an empty flag", "header(X-A,b,)"),
    (
        "pipe refused, header beyond Latin-1",
        "header(X-A,%E2%82%AC)",
    ),
    ("pipe refused, header of bad UTF-8", "header(X-A,%E9)"),
    (
        "pipe refused, header's name beyond Latin-1",
        "header(%E2%82%AC,a)",
    ),
    ("pipe refused, slice with an empty argument", "slice()"),
    ("pipe refused, slice of a word", "slice(ham)"),
    ("pipe refused, slice with an empty end", "slice(1,)"),
    ("pipe refused, slice of three", "slice(1,2,3)"),
    ("pipe refused, slice of None", "slice(None)"),
    ("pipe refused, sub of two", "sub(html,none)"),
    ("pipe refused, gzip with an empty argument", "gzip()"),
    ("pipe refused, trickle with an empty argument", "trickle()"),
    ("pipe refused, trickle without parentheses", "trickle"),
    ("pipe refused, trickle of two", "trickle(1,2)"),
    ("pipe refused, trickle of two counts", "trickle(1:2)"),
    ("pipe refused, trickle of two pauses", "trickle(d1:d1)"),
    ("pipe refused, trickle of two repeats", "trickle(1:r2:r2)"),
    (
        "pipe refused, trickle with an odd repeat",
        "trickle(1:d1:r1)",
    ),
    (
        "pipe refused, trickle with an empty repeat",
        "trickle(1:d1:r)",
    ),
    ("pipe refused, trickle with an empty pause", "trickle(d:1)"),
    (
        "pipe refused, trickle with a colon at the end",
        "trickle(1:d1:)",
    ),
    ("pipe refused, trickle of a word", "trickle(ham)"),
    ("pipe refused, trickle of a fraction", "trickle(1.5)"),
];
