//! Templates: the language between `{{` and `}}`.
//!
//! `templates/carried.sub.txt` inserts a query parameter, and the pipe `sub` then fills in the result, so that
//! each case carries its template. `from_scripts.rs` plays these cases again for a script.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let with_host = |name, host: &str, text: &str| {
        let target = carried("/templates/carried.sub.txt", text);
        raw(
            name,
            format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        )
    };
    let with_fields = |name, fields: &str, text: &str| {
        let target = carried("/templates/carried.sub.txt", text);
        raw(name, request("GET", &target, fields, b""))
    };
    let mut cases = vec![
        // Names of the server.
        fill("filled in, host", "<{{host}}>"),
        fill("filled in, browser_host", "{{browser_host}}"),
        fill("filled in, domains", "{{domains[]}}"),
        fill("filled in, hosts", "{{hosts[][]}}"),
        fill("filled in, ports", "{{ports[http][0]}}"),
        fill("filled in, ports from the end", "{{ports[http][-1]}}"),
        fill("filled in, a truth", "{{bind_address}}"),
        fill("filled in, url_base", "{{url_base}}"),
        // The URL.
        fill(
            "filled in, location's parts",
            "{{location[scheme]}} {{location[host]}} {{location[hostname]}} {{location[port]}} {{location[server]}}",
        ),
        fill(
            "filled in, location's path",
            "{{location[path]}} {{location[pathname]}}",
        ),
        fill("filled in, location's query", "{{location[query]}}"),
        raw(
            "filled in, location's empty query",
            request("GET", "/templates/location.sub.txt", "", b""),
        ),
        raw(
            "filled in, location of an absolute target",
            request(
                "GET",
                "http://Other.TEST/templates/location.sub.txt?a#b",
                "",
                b"",
            ),
        ),
        raw(
            "filled in, location without a Host",
            "GET /templates/location.sub.txt HTTP/1.1\r\n\r\n",
        ),
        with_host("filled in, a host in capitals", "SITE.Test:81", LOCATION),
        with_host(
            "filled in, a host without a port",
            "site.test",
            "{{location[hostname]}}",
        ),
        with_host(
            "filled in, a host with an empty port",
            "site.test:",
            LOCATION,
        ),
        with_host("filled in, a host in brackets", "[::F]:81", LOCATION),
        with_host(
            "filled in, a host with a user",
            "user@Site.test:81",
            LOCATION,
        ),
        with_host("filled in, an empty host", ":81", LOCATION),
        with_host("filled in, a port with zeros", "a:0080", LOCATION),
        get(
            "filled in, a path with escapes",
            "/templates%2Flocation.sub.txt?%41=+%2B",
        ),
        // The request.
        with_fields(
            "filled in, headers",
            "X-A: <b>\r\n",
            "{{headers[X-A]}} {{headers[x-a]}}",
        ),
        with_fields(
            "filled in, headers in UTF-8",
            "X-A: \u{e9}\r\n",
            "{{headers[X-A]}}",
        ),
        with_fields(
            "filled in, an item of a header",
            "X-A: abc\r\n",
            "{{headers[X-A][0]}} {{headers[X-A][-1]}}",
        ),
        with_fields(
            "filled in, repeated headers",
            "X-A: a\r\nx-a: b\r\n",
            "{{headers[X-A]}}",
        ),
        with_fields(
            "filled in, an empty header",
            "X-A:\r\n",
            "[{{headers[X-A]}}]",
        ),
        with_fields(
            "filled in, header_or_default there",
            "X-A: b\r\n",
            "{{header_or_default(x-a, c)}}",
        ),
        fill(
            "filled in, header_or_default of a missing header",
            "{{header_or_default(X-A, c)}} {{header_or_default(X-A,<c d>)}}",
        ),
        fill(
            "filled in, header_or_default without a default",
            "[{{header_or_default(X-A, )}}]",
        ),
        get(
            "filled in, GET",
            "/templates/utf8.sub.html?t=%3C%26&a+b=c&%E9=%C3%A9&t=2",
        ),
        get("filled in, GET that is missing", "/templates/utf8.sub.html"),
        get(
            "filled in, GET of a bad escape",
            "/templates/utf8.sub.html?t=%zz&a%20b=+",
        ),
        fill("filled in, GET of a number", "[{{GET[5]}}]"),
        fill(
            "filled in, an item of GET",
            "{{GET[pipe][0]}} {{GET[pipe][-1]}}",
        ),
        fill("filled in, GET of what it has", "{{GET[pipe]}}"),
        // Items.
        fill("filled in, a character", "{{host[0]}} {{host[-1]}}"),
        fill(
            "filled in, a character of a character",
            "{{host[1][0][-1]}}",
        ),
        fill("filled in, an index in Python's forms", "{{host[ +0_1 ]}}"),
        // Functions.
        fill(
            "filled in, a uuid's form",
            "{{uuid()[8]}}{{uuid()[13]}}{{uuid()[14]}}",
        ),
        fill(
            "filled in, a uuid that is kept",
            "{{$id:uuid()[8]}} {{$id}}",
        ),
        fill("filled in, md5", "{{file_hash(md5, templates/hashed.txt)}}"),
        fill(
            "filled in, sha1",
            "{{file_hash(sha1,templates/hashed.txt)}}",
        ),
        fill(
            "filled in, sha224",
            "{{file_hash(sha224, templates/hashed.txt)}}",
        ),
        fill(
            "filled in, sha256",
            "{{file_hash(sha256,  templates/hashed.txt)}}",
        ),
        fill(
            "filled in, sha384",
            "{{file_hash(sha384, templates/hashed.txt)}}",
        ),
        fill(
            "filled in, sha512",
            "{{file_hash(sha512, templates/hashed.txt)}}",
        ),
        fill(
            "filled in, a digest with dots in its path",
            "{{file_hash(md5, templates/../templates/./hashed.txt)}}",
        ),
        fill(
            "filled in, an item of a digest",
            "{{file_hash(md5, templates/hashed.txt)[0]}}",
        ),
        fill(
            "filled in, fs_path from the root",
            "{{fs_path(/templates/x.txt)}}",
        ),
        fill("filled in, fs_path of the root", "{{fs_path(/)}}"),
        fill("filled in, fs_path from here", "{{fs_path(x.txt)}}"),
        fill("filled in, fs_path with dots", "{{fs_path(../x/./y/)}}"),
        get(
            "filled in, fs_path in a folder",
            &carried(
                "/templates/folder/carried.sub.txt",
                "{{fs_path(x)}} {{fs_path(../x)}}",
            ),
        ),
        get(
            "filled in, fs_path and a slash in the query",
            &(carried("/templates/carried.sub.txt", "{{fs_path(x)}}") + "&a=/b"),
        ),
        // Variables.
        get(
            "filled in, variables",
            "/templates/variables.sub.txt?a=%3Cb%3E",
        ),
        fill(
            "filled in, a variable of a number",
            "{{$p:ports[http][0]}} {{$p}}",
        ),
        fill(
            "filled in, a variable of a variable",
            "{{$a:host}} {{$b:$a[0]}} {{$b}}",
        ),
        fill(
            "filled in, a variable named as a function",
            "{{$uuid:host}} {{$uuid}}",
        ),
        // The language.
        fill("filled in, text after a blank", "{{host port}}"),
        fill("filled in, text after a colon", "{{host:port}}"),
        fill("filled in, an open bracket", "{{host[0}}"),
        fill("filled in, an open parenthesis", "{{host(0}}"),
        fill("filled in, a line end", "{{host\n}}"),
        fill("filled in, three braces at the end", "{{host}}}"),
        fill("filled in, a brace within", "{{host}{{host}}"),
        fill("filled in, twice", "{{host}}{{host}}"),
        get("filled in, no placeholder", "/templates/none.sub.txt"),
        get(
            "filled in, bytes that are not text",
            "/templates/binary.sub.bin",
        ),
        fill("filled in, every escape", "{{GET[e]}}"),
        get(
            "filled in, escaped",
            &(carried(
                "/templates/carried.sub.txt",
                "{{GET[e]}} {{location[query]}}",
            ) + "&e=%26%3C%3E%22%27"),
        ),
        get(
            "filled in, not escaped",
            &(carried("/templates/carried.sub.txt", "{{GET[e]}}") + "(none)&e=%26%3C%3E%22%27"),
        ),
        raw(
            "HEAD of what is filled in",
            request(
                "HEAD",
                &carried("/templates/carried.sub.txt", "{{host}}"),
                "",
                b"",
            ),
        ),
        // Accepted by the reference alone.
        fill(
            "refused, a digest of a file above",
            "{{file_hash(md5, ../parity.rs)}}",
        ),
        fill(
            "refused, a digest of an absolute path",
            "{{file_hash(md5, /etc/hostname)}}",
        ),
        fill(
            "refused, an attribute of the class",
            "{{supported_algorithms[0]}}",
        ),
        fill("filled in, an index in other digits", "[{{GET[\u{663}]}}]"),
        // Refused with the Host.
        with_host("refused, a port that is a word", "a:b", LOCATION),
        with_host("refused, a port that is too large", "a:65536", LOCATION),
        with_host(
            "refused, a hostname that is missing",
            ":81",
            "{{location[hostname]}}",
        ),
        with_host(
            "refused, a port that is missing",
            "a:",
            "{{location[port]}}",
        ),
        with_fields(
            "refused, an item of an empty header",
            "X-A: \r\n",
            "{{headers[X-A][0]}}",
        ),
        get(
            "refused, GET that is not UTF-8",
            "/templates/utf8.sub.html?t=%ff",
        ),
        get(
            "refused, an index that is not UTF-8",
            "/templates/bad_index.sub.txt",
        ),
        get(
            "refused, arguments that are no UTF-8",
            "/templates/bad_arguments.sub.txt",
        ),
        get(
            "refused, a variable before it is set",
            "/templates/late.sub.txt",
        ),
        get(
            "refused, an unknown escape",
            &(carried("/templates/carried.sub.txt", "{{host}}") + "(ham)"),
        ),
        get(
            "refused, no escape",
            &(carried("/templates/carried.sub.txt", "{{host}}") + "(null)"),
        ),
        raw(
            "HEAD of what is refused",
            request(
                "HEAD",
                &carried("/templates/carried.sub.txt", "{{ham}}"),
                "",
                b"",
            ),
        ),
    ];
    cases.extend(REFUSED.iter().map(|(name, text)| fill(name, text)));
    cases
}

/// Templates that are answered with a 500.
pub const REFUSED: &[(&str, &str)] = &[
    ("refused, an empty expression", "{{}}"),
    ("refused, a blank in front", "{{ host}}"),
    ("refused, three braces", "{{{host}}"),
    ("refused, an unknown name", "{{ham}}"),
    ("refused, a name in capitals", "{{HOST}}"),
    ("refused, an unknown variable", "{{$ham}}"),
    ("refused, a known name as a variable", "{{$host}}"),
    ("refused, an index alone", "{{[0]}}"),
    ("refused, arguments alone", "{{(a)}}"),
    ("refused, nothing to assign", "{{$a:}}"),
    ("refused, an index to assign", "{{$a:[0]}}"),
    ("refused, two assignments", "{{$a:$b:host}}"),
    ("refused, two names", "{{host$a}}"),
    ("refused, an assignment after a name", "{{host$a:}}"),
    ("refused, a name after an index", "{{host[0]a}}"),
    ("refused, a list", "{{ports[http]}}"),
    ("refused, a map", "{{ports}}"),
    ("refused, all domains", "{{domains}}"),
    ("refused, all headers", "{{headers}}"),
    ("refused, all of GET", "{{GET}}"),
    ("refused, all of location", "{{location}}"),
    ("refused, a function", "{{uuid}}"),
    ("refused, a list assigned", "{{$a:ports}}"),
    ("refused, a domain that is missing", "{{domains[ham]}}"),
    ("refused, a host that is missing", "{{hosts[ham][]}}"),
    ("refused, a scheme that is missing", "{{ports[ftp][0]}}"),
    ("refused, a port too far", "{{ports[http][1]}}"),
    (
        "refused, a port too far from the end",
        "{{ports[http][-2]}}",
    ),
    ("refused, a port by name", "{{ports[http][a]}}"),
    ("refused, a map by number", "{{domains[0]}}"),
    ("refused, an item of a number", "{{ports[http][0][0]}}"),
    ("refused, a header that is missing", "{{headers[X-A]}}"),
    ("refused, a header by number", "{{headers[0]}}"),
    ("refused, a header beyond Latin-1", "{{headers[\u{20ac}]}}"),
    ("refused, GET beyond Latin-1", "{{GET[\u{20ac}]}}"),
    ("refused, an item of GET that is missing", "{{GET[a][0]}}"),
    (
        "refused, a part of location that is missing",
        "{{location[ham]}}",
    ),
    ("refused, location by number", "{{location[0]}}"),
    ("refused, a character too far", "{{host[999]}}"),
    ("refused, a character by name", "{{host[a]}}"),
    ("refused, a call of text", "{{host()}}"),
    ("refused, a call of headers", "{{headers(a)}}"),
    ("refused, an item of a function", "{{uuid[0]}}"),
    ("refused, uuid of something", "{{uuid(a)}}"),
    ("refused, uuid of a blank", "{{uuid( )}}"),
    ("refused, file_hash without arguments", "{{file_hash()}}"),
    ("refused, file_hash of an algorithm", "{{file_hash(md5)}}"),
    (
        "refused, an unknown digest",
        "{{file_hash(crc32, templates/hashed.txt)}}",
    ),
    (
        "refused, a digest in capitals",
        "{{file_hash(MD5, templates/hashed.txt)}}",
    ),
    (
        "refused, a digest of a missing file",
        "{{file_hash(md5, templates/nothing)}}",
    ),
    (
        "refused, a digest of a folder",
        "{{file_hash(md5, templates)}}",
    ),
    (
        "refused, a digest with a blank before",
        "{{file_hash( md5, templates/hashed.txt)}}",
    ),
    ("refused, fs_path without arguments", "{{fs_path()}}"),
    ("refused, fs_path above the root", "{{fs_path(/../x)}}"),
    (
        "refused, fs_path of an absolute path",
        "{{fs_path(//etc/x)}}",
    ),
    (
        "refused, fs_path with two dots in a name",
        "{{fs_path(/x..y)}}",
    ),
    ("refused, fs_path too high", "{{fs_path(../../x)}}"),
    (
        "refused, header_or_default of one",
        "{{header_or_default(a)}}",
    ),
    (
        "refused, header_or_default of three",
        "{{header_or_default(a, b, c)}}",
    ),
];

/// The parts that every URL has.
const LOCATION: &str = "{{location[server]}} {{location[host]}} {{location[path]}}";

/// Fills in a text.
pub fn fill(name: &'static str, text: &str) -> Case {
    get(name, &carried("/templates/carried.sub.txt", text))
}

/// The target that fills in a text. It ends with the name of the pipe, so that arguments can follow.
fn carried(path: &str, text: &str) -> String {
    let escaped: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{path}?t={escaped}&pipe=sub")
}
