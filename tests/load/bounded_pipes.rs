//! No request takes unbounded memory: not by pipes that multiply their content or need all of a large file or
//! of what a script produces, not by a test whose first line never ends, and not by a body that a wire script
//! skips.

use std::fs::File;
use std::time::Duration;

use crate::support::client::{Client, request};
use crate::support::command::get;
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::watch::{grown_since, peak_memory};

/// Bytes of the large files, which are holes.
const SIZE: u64 = 1 << 30;

/// Memory, in KiB, that each may need: for the content before and after a pipe, and for buffers that double.
const ROOM: u64 = 512 * 1024;

#[test]
fn links_do_not() {
    let folder = folder(&[
        ("echo.sub.txt", "{{GET[x]}}"),
        ("hello.txt", "hello"),
        (
            "large.py",
            "def main(request, response):\n    \
             response.content = (bytes(1 << 20) for _ in range(1024))\n",
        ),
    ]);
    for name in ["large.bin", "large.any.js"] {
        let file = File::create(folder.path().join(name)).expect("a file");
        file.set_len(SIZE).expect("room");
    }
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    get(server.addr(), "/hello.txt");
    let before = peak_memory(server.id());
    // A thousand times a thousand times a thousand of them.
    let bomb = "{{GET[x]}}".repeat(1000);
    let bomb = format!("/echo.sub.txt?x={bomb}&pipe=sub|sub|sub|sub|sub|sub");
    let many: Vec<_> = (1..100)
        .map(|n| format!("{}-{},{}-", 10 * n, 10 * n, 10 * n - 1))
        .collect();
    let many = format!("Range: bytes={}\r\n", many.join(","));
    let of_scripts: &[_] = &[
        ("/large.py?pipe=gzip", "", 500, "64 MiB"),
        ("/large.py?pipe=trickle(9)", "", 500, "64 MiB"),
        ("/large.py?pipe=sub|slice(0,9)", "", 500, "64 MiB"),
    ];
    let of_scripts = of_scripts.iter().filter(|_| cfg!(feature = "python"));
    let of_files = [
        (bomb.as_str(), "", 500, "64 MiB"),
        ("/large.bin?pipe=gzip", "", 500, "64 MiB"),
        ("/large.bin?pipe=sub", "", 500, "64 MiB"),
        ("/large.bin?pipe=trickle(9)|gzip", "", 500, "64 MiB"),
        ("/large.bin?pipe=slice(0,9)", &many, 500, "64 MiB"),
        ("/large.bin?pipe=slice(-9,-1)", "", 200, "\0\0\0\0\0\0\0\0"),
        ("/large.any.html", "", 200, "/large.any.js"),
    ];
    for &(target, field, status, message) in of_files.iter().chain(of_scripts) {
        let name = &target[..target.len().min(40)];
        let mut client = Client::connect(server.addr());
        client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\n{field}\r\n").as_bytes());
        let answer = client.read_response("GET");
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert!(answer.text().contains(message), "{name}: {}", answer.text());
        let grown = grown_since(before, server.id());
        assert!(grown < ROOM, "{name}: {grown} KiB more");
    }
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
}

#[test]
fn bytes_that_a_wire_script_skips_do_not() {
    const SENT: usize = 128 << 20;
    /// Memory, in KiB.
    const HALF: u64 = SENT as u64 / 2 / 1024;
    let folder = folder(&[
        (
            "until.wire",
            "read until \"\\r\\n.\\r\\n\"\nsend \"seen\"\n",
        ),
        ("count.wire", &format!("read {SENT}\nsend \"seen\"\n")),
    ]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let before = peak_memory(server.id());
    for target in ["/until.wire", "/count.wire"] {
        let mut client = Client::connect(server.addr());
        client.send(&request("POST", target));
        assert!(client.flood(SENT, Duration::from_secs(60)) >= SENT);
        client.send(b"\r\n.\r\n");
        assert_eq!(client.read_exact(4), b"seen", "{target}");
        let grown = grown_since(before, server.id());
        assert!(grown < HALF, "{target}: {grown} KiB more");
    }
}
