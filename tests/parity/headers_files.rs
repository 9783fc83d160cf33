//! Files with fields of their own in headers files, or of their folder's.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = FILES
        .iter()
        .map(|(name, file)| get(name, &format!("/headers_files/{file}")))
        .collect();
    let head = |name, target| raw(name, request("HEAD", target, "", b""));
    cases.extend([
        head("HEAD of a file with headers", "/headers_files/plain.txt"),
        head(
            "HEAD of a file with its length",
            "/headers_files/length.txt",
        ),
        head(
            "HEAD of a file with bad headers",
            "/headers_files/no_colon.txt",
        ),
        head(
            "HEAD of a file with a transfer coding",
            "/headers_files/coded.txt",
        ),
        raw(
            "range of a file with a transfer coding",
            request(
                "GET",
                "/headers_files/coded.txt",
                "Range: bytes=1-2\r\n",
                b"",
            ),
        ),
        raw(
            "ranges of a file with a transfer coding",
            request(
                "GET",
                "/headers_files/coded.txt",
                "Range: bytes=1-2,4-5\r\n",
                b"",
            ),
        ),
        get(
            "pipe that adds a transfer coding",
            "/headers_files/plain.txt?pipe=header(Transfer-Encoding,chunked)",
        ),
        raw(
            "a file with its length, then another request",
            request("GET", "/headers_files/length.txt", "", b""),
        )
        .then(request("GET", "/returns/fixed.py", "", b"")),
    ]);
    cases
}

/// What is asked for, below `/headers_files/`.
const FILES: &[(&str, &str)] = &[
    ("headers file", "plain.txt"),
    ("headers file for a URL with a query", "plain.txt?a=b"),
    ("headers file for an escaped name", "pl%61in.txt"),
    ("headers file itself", "plain.txt.headers"),
    ("headers file with a repeated name", "repeated.txt"),
    ("headers file with a type", "type.txt"),
    ("headers file with a type in small letters", "type_case.txt"),
    ("headers file with a type in the middle", "after_type.txt"),
    ("headers file with the length", "length.txt"),
    ("headers file with Connection", "connection.txt"),
    ("headers file with Transfer-Encoding", "coded.txt"),
    ("headers file with Server", "server.txt"),
    ("headers file with Date", "date_.txt"),
    ("headers file with Location", "location.txt"),
    ("headers file with CR LF", "crlf.txt"),
    ("headers file with CR", "cr.txt"),
    ("headers file with blanks", "blanks.txt"),
    ("headers file without a last line end", "no_final.txt"),
    ("headers file of line ends", "only_newlines.txt"),
    ("headers file that is empty", "empty.txt"),
    ("headers file with a colon alone", "colon_only.txt"),
    ("headers file without a value", "no_value.txt"),
    ("headers file without a name", "no_name.txt"),
    ("headers file with more colons", "colons.txt"),
    ("headers file beyond ASCII", "latin1.txt"),
    ("headers file with NUL", "nul.txt"),
    ("headers file without a colon", "no_colon.txt"),
    ("headers file with blanks alone", "blank_line.txt"),
    (
        "headers file without a colon after a type",
        "bad_after_type.txt",
    ),
    ("headers file without its file", "nothing_there.txt"),
    ("headers of the folder", "dir/a.txt"),
    ("headers of the folder and the file", "dir/b.txt"),
    ("headers of the folder above", "dir/below/c.txt"),
    ("headers of the folder, itself", "dir/__dir__.headers"),
    ("headers of the folder are not the folder's", "dir/"),
    ("headers of the folder with a type", "typed/a.html"),
    ("headers of both with a type", "typed/b.html"),
    ("headers of the folder without a colon", "bad_dir/a.txt"),
    (
        "headers of the folder, bad, for a file that is not there",
        "bad_dir/none.txt",
    ),
    ("headers file that is a folder", "taken/a.txt"),
    (
        "headers file after a template that is a folder",
        "taken/b.txt",
    ),
    ("headers file of a script", "script.py"),
    ("headers file of a script by an escaped name", "script%2Epy"),
    ("headers file of an asis file", "raw.asis"),
];
