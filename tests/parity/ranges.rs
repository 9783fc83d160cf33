//! Ranges of files: how they are parsed and merged, and what is sent. `from_scripts.rs` parses the same values
//! with `wptserve.ranges`.

use super::case::{Case, HOST, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = VALUES
        .iter()
        .map(|(name, value)| of(name, "GET", "/ranges/text.txt", value))
        .collect();
    cases.extend(
        FILES
            .iter()
            .map(|(name, method, target, value)| of(name, method, target, value)),
    );
    let with = |name, range: &[u8]| {
        let head = format!("GET /ranges/text.txt HTTP/1.1\r\nHost: {HOST}\r\n");
        raw(name, [head.as_bytes(), range, b"\r\n\r\n"].concat())
    };
    // More than Python's `int` accepts.
    let digits = [&b"Range: bytes=0-"[..], &[b'0'; 4301]].concat();
    cases.extend([
        with(
            "range with a byte that is not ASCII",
            b"Range: bytes=0-\xb2",
        ),
        with(
            "range with another unit that is not ASCII",
            b"Range: h\xe4m=0-1",
        ),
        with("range twice", b"Range: bytes=0-1\r\nRange: bytes=5-6"),
        with("range in lower case", b"range: bytes=0-1"),
        with("range with more digits than are read", &digits),
        with(
            "range with If-Range of another file",
            b"Range: bytes=0-1\r\nIf-Range: \"ham\"",
        ),
        with("ranges with a tab", b"Range: bytes=0-1,\t3-4"),
        raw(
            "a range, then another request",
            request("GET", "/ranges/text.txt", "Range: bytes=2-5\r\n", b""),
        )
        .then(request("GET", "/returns/fixed.py", "", b"")),
        raw(
            "a range and close",
            request(
                "GET",
                "/ranges/text.txt",
                "Range: bytes=2-5\r\nConnection: close\r\n",
                b"",
            ),
        ),
        get(
            "a file whose headers file has a length",
            "/ranges/sized.txt",
        ),
        get(
            "a file whose headers file has a range",
            "/ranges/ranged.txt",
        ),
    ]);
    cases
}

fn of(name: &'static str, method: &str, target: &str, value: &str) -> Case {
    raw(
        name,
        request(method, target, &format!("Range: {value}\r\n"), b""),
    )
}

/// Values for a file of 26 bytes.
pub const VALUES: &[(&str, &str)] = &[
    ("range of the first byte", "bytes=0-0"),
    ("range in the middle", "bytes=2-5"),
    ("range to the end", "bytes=20-"),
    ("range of the last bytes", "bytes=-5"),
    ("range of the last byte", "bytes=25-25"),
    ("range of everything", "bytes=0-25"),
    ("range of everything, open", "bytes=0-"),
    ("range beyond the end", "bytes=20-99"),
    (
        "range of more bytes than there are, from the end",
        "bytes=-99",
    ),
    ("range that is a bare minus", "bytes=-"),
    (
        "range with a huge end",
        "bytes=5-99999999999999999999999999",
    ),
    ("range with the largest end", "bytes=5-18446744073709551615"),
    (
        "range with a huge suffix",
        "bytes=-99999999999999999999999999",
    ),
    ("range with blanks", "bytes= 2 - 5 "),
    ("range with signs", "bytes=+2-+5"),
    ("range with underscores", "bytes=0-1_0"),
    ("range with leading zeros", "bytes=0002-0005"),
    ("ranges that are apart", "bytes=0-1,5-6"),
    ("ranges from high to low", "bytes=20-21,10-11,0-1"),
    ("ranges that touch", "bytes=0-1,2-3"),
    ("ranges that overlap", "bytes=0-5,3-9"),
    ("ranges within each other", "bytes=0-9,3-5"),
    ("ranges that are the same", "bytes=3-5,3-5"),
    ("ranges with the same start", "bytes=3-5,3-9,3-4"),
    ("ranges that overlap in a chain", "bytes=8-12,4-9,0-5"),
    (
        "ranges of which one covers the others",
        "bytes=4-5,10-11,0-25",
    ),
    (
        "ranges of which one covers some",
        "bytes=4-5,10-11,20-21,2-12",
    ),
    ("ranges with a suffix", "bytes=0-1,-2"),
    ("ranges that are open and overlap", "bytes=0-,5-"),
    ("ranges with a bare minus", "bytes=2-3,-"),
    ("ranges with a blank", "bytes=0-1, 3-4"),
    ("ranges of single bytes", "bytes=0-0,2-2,4-4,6-6,8-8"),
    ("range that begins at the end", "bytes=26-"),
    ("range that begins beyond the end", "bytes=27-30"),
    (
        "range that begins far beyond the end",
        "bytes=99999999999999999999999999-",
    ),
    ("range that ends before it begins", "bytes=5-4"),
    ("range of the last 0 bytes", "bytes=-0"),
    ("range without anything", "bytes="),
    ("range of one number", "bytes=5"),
    ("range with letters", "bytes=a-b"),
    ("range in hexadecimal", "bytes=0x1-0x5"),
    ("range with a fraction", "bytes=1.0-2"),
    ("range with two minus signs", "bytes=1--2"),
    ("range with a negative suffix", "bytes=--2"),
    ("range with two underscores", "bytes=1__0-"),
    ("range with an underscore at the end", "bytes=1_-"),
    ("range with blanks alone before the minus", "bytes= -5"),
    ("range with a quote", "bytes='-5"),
    ("range with both quotes", "bytes='\"-5"),
    ("range with a backslash", "bytes=\\-5"),
    ("ranges of which one is bad", "bytes=0-1,x-2"),
    ("ranges of which one is beyond the end", "bytes=0-1,99-"),
    ("ranges with a comma at the end", "bytes=0-1,"),
    ("range in another unit", "lines=0-1"),
    ("range with its unit in capitals", "Bytes=0-1"),
    ("range with a blank before the equals sign", "bytes =0-1"),
    ("range without a unit", "0-1"),
    ("range that is empty", ""),
];

/// Other files, and HEAD.
const FILES: &[(&str, &str, &str, &str)] = &[
    ("HEAD of a range", "HEAD", "/ranges/text.txt", "bytes=2-5"),
    (
        "HEAD of ranges",
        "HEAD",
        "/ranges/text.txt",
        "bytes=0-1,5-6",
    ),
    (
        "HEAD of a range that is bad",
        "HEAD",
        "/ranges/text.txt",
        "bytes=x",
    ),
    (
        "range of an empty file",
        "GET",
        "/ranges/empty.txt",
        "bytes=0-",
    ),
    (
        "range of an empty file, bare minus",
        "GET",
        "/ranges/empty.txt",
        "bytes=-",
    ),
    (
        "range of an empty file, suffix",
        "GET",
        "/ranges/empty.txt",
        "bytes=-1",
    ),
    (
        "range of a file that is missing",
        "GET",
        "/ranges/nowhere",
        "bytes=0-1",
    ),
    ("range of a folder", "GET", "/ranges", "bytes=0-1"),
    (
        "range of a file without a type",
        "GET",
        "/ranges/untyped",
        "bytes=0-1",
    ),
    (
        "ranges of a file without a type",
        "GET",
        "/ranges/untyped",
        "bytes=0-1,3-4",
    ),
    (
        "range of a file with a headers file",
        "GET",
        "/ranges/typed.bin",
        "bytes=2-5",
    ),
    (
        "ranges of a file with a headers file",
        "GET",
        "/ranges/typed.bin",
        "bytes=0-1,3-4",
    ),
    (
        "ranges of a file with two types",
        "GET",
        "/ranges/two_types.txt",
        "bytes=0-1,3-4",
    ),
    (
        "range of a file with two types",
        "GET",
        "/ranges/two_types.txt",
        "bytes=0-1",
    ),
    (
        "range of a file with a length in its headers file",
        "GET",
        "/ranges/sized_kept.txt",
        "bytes=2-4",
    ),
    (
        "HEAD of a range of a file with a length",
        "HEAD",
        "/ranges/sized.txt",
        "bytes=2-4",
    ),
    (
        "range of a file with a range in its headers file",
        "GET",
        "/ranges/ranged.txt",
        "bytes=2-4",
    ),
    (
        "bad range of a file with bad headers",
        "GET",
        "/ranges/bad.txt",
        "ham",
    ),
    ("range of a script", "GET", "/returns/fixed.py", "bytes=0-1"),
    (
        "range of an asis file",
        "GET",
        "/files/plain.asis",
        "bytes=0-1",
    ),
    (
        "range of a large file",
        "GET",
        "/files/large.js",
        "bytes=300-70000",
    ),
    (
        "ranges of a large file",
        "GET",
        "/files/large.js",
        "bytes=300-70000,70002-70009",
    ),
];
