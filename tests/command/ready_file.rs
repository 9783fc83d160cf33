//! `--ready-file` tells programs where the server listens: a JSON file that appears whole, when the server
//! listens, and is gone when it does not.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::client::Client;
use crate::support::command::{get, run_in, site, wireserve};
use crate::support::process::Process;

fn read(path: &Path) -> Value {
    let text = fs::read(path).expect("a ready file");
    serde_json::from_slice(&text).expect("JSON")
}

#[test]
fn it_has_every_listener_and_ends_with_the_server() {
    let root = site(&[
        ("greeting.wire", "send \"220 hello\\r\\n\"\nclose\n"),
        (
            "config.json",
            r#"{"listeners": [{"port": 0, "requests": "strict"}],
                "ports": {"http-private": ["auto"]}}"#,
        ),
        ("ready.json", "what a killed server has left"),
    ]);
    let file = root.path().join("ready.json");
    let mut command = wireserve();
    command
        .current_dir(root.path())
        .args([
            "--config",
            "config.json",
            "--port",
            "0",
            "--host",
            "127.0.0.1",
            "--host",
            "::1",
        ])
        .args(["--connections", "0", "greeting.wire", "--unix", "a b.sock"])
        .args(["--ready-file", "ready.json"]);
    let mut running = Process::spawn(&mut command);
    let (first, _) = running.ready_with_note("127.0.0.1");

    let ready = read(&file);
    assert_eq!(ready["pid"], running.id());
    let kinds: Vec<_> = ready["listeners"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    let shown: Vec<_> = kinds
        .iter()
        .map(|one| (one["kind"].as_str().unwrap(), one["host"].as_str()))
        .collect();
    let (v4, v6) = (Some("127.0.0.1"), Some("::1"));
    let expected = [
        ("port", v4),
        ("port", v6),
        ("http-private", v4),
        ("http-private", v6),
        ("requests", v4),
        ("requests", v6),
        ("connections", v4),
        ("connections", v6),
        ("unix", None),
    ];
    assert_eq!(shown, expected);
    let port = first.port();
    assert_eq!(
        *kinds[0],
        json!({"kind": "port", "scheme": "http", "host": "127.0.0.1", "port": port,
               "url": format!("http://127.0.0.1:{port}/")})
    );
    assert_eq!(kinds[4]["requests"], "strict");
    assert_eq!(kinds[6]["connections"], "greeting.wire");
    let target = u16::try_from(kinds[6]["port"].as_u64().unwrap()).unwrap();
    let mut client = Client::connect(([127, 0, 0, 1], target).into());
    assert_eq!(client.read_until_close(), b"220 hello\r\n");
    let root = root.path().canonicalize().unwrap();
    let (path, url) = (root.join("a b.sock"), root.join("a%20b.sock"));
    assert_eq!(
        *kinds[8],
        json!({"kind": "unix", "scheme": "http", "path": path,
               "url": format!("unix:{}", url.display())})
    );
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o400, 0o400);
    assert_eq!(get(first, "/hello.txt").text(), "hello");

    running.signal("TERM");
    assert_eq!(running.end().code, Some(0));
    assert!(!file.exists() && !path.exists(), "both end with the server");
    let left = fs::read_dir(&root).unwrap().count();
    assert_eq!(left, 3, "no temporary file is left");
}

/// Another server's file is left alone, and so is what is no file.
#[test]
fn only_its_own_file_is_removed() {
    let root = site(&[]);
    let file = root.path().join("ready.json");
    let option = format!("--ready-file={}", file.display());
    let server = Process::wireserve(root.path(), [&option]);
    fs::write(&file, "of another server").expect("room");
    server.signal("TERM");
    assert_eq!(server.end().code, Some(0));
    assert_eq!(fs::read(&file).unwrap(), b"of another server");

    fs::create_dir(root.path().join("folder")).expect("a folder");
    let cases = [
        ("--ready-file=folder", "found another kind of file"),
        (
            "--ready-file=missing/ready.json",
            "No such file or directory",
        ),
    ];
    for (option, reason) in cases {
        run_in(root.path(), [option]).is_refusal(&["--ready-file: cannot write", reason]);
    }
}
