//! Folders: redirects, listings, and scripts that answer for a folder.

use super::case::{Case, get, raw, request};

/// The cases.
pub fn cases() -> Vec<Case> {
    let mut cases: Vec<_> = TARGETS
        .iter()
        .map(|(name, target)| get(name, target))
        .collect();
    let head = |name, target| raw(name, request("HEAD", target, "", b""));
    cases.extend([
        head("HEAD of a folder", "/directories/sub/"),
        head("HEAD of a folder without a slash", "/directories/sub"),
        raw(
            "a folder and close",
            request("GET", "/directories/sub/", "Connection: close\r\n", b""),
        ),
        raw(
            "a folder for another host",
            b"GET /directories/sub HTTP/1.1\r\nHost: Ham.Test\r\n\r\n".to_vec(),
        ),
        raw(
            "a folder with a raw byte in its URL",
            b"GET /directories/sub?h\xe4m HTTP/1.1\r\nHost: ham.test\r\n\r\n".to_vec(),
        ),
        raw(
            "a folder by POST",
            request("POST", "/directories/sub/", "", b""),
        ),
    ]);
    cases
}

const TARGETS: &[(&str, &str)] = &[
    ("folder", "/directories/sub/"),
    ("folder with folders", "/directories/"),
    ("folder below", "/directories/sub/deeper/"),
    (
        "folder that is empty but for a hidden file",
        "/directories/empty/",
    ),
    ("folder with headers files", "/directories/mixed/"),
    ("folder with names to escape", "/directories/names/"),
    ("folder with a space", "/directories/with%20space/"),
    ("folder with a query", "/directories/sub/?a=b"),
    ("folder after an escaped slash", "/directories%2fsub/"),
    ("folder whose slash is escaped", "/directories/sub%2f"),
    (
        "folder whose slash is escaped, and a slash",
        "/directories/sub%2f/",
    ),
    ("folder with two slashes at the end", "/directories/sub//"),
    (
        "folder with two slashes in the middle",
        "/directories//sub/",
    ),
    ("folder with a dot", "/directories/./sub/"),
    ("folder with a dot at the end", "/directories/sub/."),
    (
        "folder with a dot and a slash at the end",
        "/directories/sub/./",
    ),
    (
        "folder with characters to escape in its URL",
        "/directories/sub/.&'/",
    ),
    ("folder without a slash", "/directories/sub"),
    (
        "folder without a slash, with a query",
        "/directories/sub?x=1",
    ),
    (
        "folder without a slash, with an empty query",
        "/directories/sub?",
    ),
    (
        "folder without a slash, with a slash in the query",
        "/directories/sub?x=/",
    ),
    (
        "folder without a slash, with a fragment",
        "/directories/sub#ham",
    ),
    (
        "folder without a slash, with a space",
        "/directories/with%20space",
    ),
    (
        "folder without a slash, with slashes before",
        "//directories/sub",
    ),
    (
        "folder without a slash, by a whole URL",
        "http://ham.test/directories/sub",
    ),
    ("folder that is not there", "/directories/nowhere/"),
    ("a file with a slash after it", "/directories/sub/a.txt/"),
    ("a file below a file", "/directories/sub/a.txt/b.txt"),
    ("a name from a listing: hash", "/directories/names/a%23b"),
    (
        "a name from a listing: percent",
        "/directories/names/a%2520b",
    ),
    ("a name from a listing: quote", "/directories/names/a%27b"),
    (
        "a name from a listing: entity",
        "/directories/names/a%26amp%3Bb",
    ),
    (
        "a name from a listing: UTF-8",
        "/directories/names/%E6%97%A5%E6%9C%AC",
    ),
    ("dots within a name", "/directories/a..b"),
    ("dots at the end", "/directories/.."),
    ("dots, escaped", "/directories/%2e%2e/files/after.txt"),
    ("dots, half escaped", "/directories/.%2e/files/after.txt"),
    (
        "dots after an escaped slash",
        "/directories%2f..%2ffiles/after.txt",
    ),
    (
        "dots after a backslash",
        "/directories/..%5cfiles/after.txt",
    ),
    ("dots, three", "/directories/.../after.txt"),
    ("an absolute path", "/%2fetc/passwd"),
    ("an absolute path with dots", "/%2f..%2fetc/passwd"),
    (
        "a folder's default script",
        "/directories/scripts/chosen.py",
    ),
    (
        "a folder's default script with a query",
        "/directories/scripts/chosen.py?a=b",
    ),
    (
        "a folder without a default script",
        "/directories/scripts/none.py",
    ),
    (
        "a folder whose default script is a folder",
        "/directories/scripts/folder.py",
    ),
    (
        "a folder of scripts with a slash",
        "/directories/scripts/chosen.py/",
    ),
    (
        "a folder called like an asis file",
        "/directories/scripts/none.asis",
    ),
];
