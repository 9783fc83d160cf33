//! A target that cannot answer is refused at the start if that can be known then, with file and line.
//! A connection whose handler fails later is closed, with an ERROR line.

use std::fs;
use std::os::unix::fs::symlink;

use crate::support::client::Client;
use crate::support::command::{run_in, site};
use crate::support::process::Process;
use crate::support::wait::eventually;

#[test]
fn targets_that_cannot_answer_are_refused_at_the_start() {
    let folder = site(&[
        ("bad.wire", "send \"220 \"\nsned \"hello\\r\\n\"\n"),
        ("good.wire", "send \"220 hello\\r\\n\"\n"),
        ("empty/other.py", ""),
        ("dir.wire/a", ""),
        (
            "bad.json",
            r#"{"listeners": [{"port": 0, "connections": "bad.wire"}]}"#,
        ),
        (
            "joined.json",
            r#"{"routes": [{"method": "GET", "pattern": "/j",
                            "target": {"files": ["hello.txt", "gone.js"]}}]}"#,
        ),
        (
            "text.json",
            r#"{"listeners": [{"port": 0, "connections": {"text": "hello"}}]}"#,
        ),
        #[cfg(feature = "python")]
        (
            "bad.py",
            "import json\ndef main(request, response)\n    pass\n",
        ),
    ]);
    symlink("../../etc/hostname", folder.path().join("out.txt")).expect("a link");
    let fifo = folder.path().join("pipe.wire");
    rustix::fs::mkfifoat(rustix::fs::CWD, fifo, rustix::fs::Mode::RUSR).expect("a named pipe");
    for (arguments, named) in [
        (
            &["--connections", "0", "bad.wire"][..],
            &["bad.wire: line 2: ", "sned"][..],
        ),
        (
            &["--route", "GET", "/x", "bad.wire"],
            &["/x", "bad.wire: line 2: "],
        ),
        (
            &["--config", "bad.json"],
            &["bad.json:1: connections to ", "bad.wire: line 2: "],
        ),
        (
            &["--config", "joined.json"],
            &["joined.json:2: route \"/j\": ", "gone.js"],
        ),
        (
            &["--connections", "0", "gone.wire"],
            &["gone.wire", "No such file"],
        ),
        (
            &["--connections", "0", "gone.py"],
            &["gone.py", "No such file"],
        ),
        (&["--connections", "0", "404"], &["404", "a status"]),
        (&["--connections", "0", "200:hello"], &["200", "a status"]),
        (
            &["--connections", "0", "hello.txt"],
            &["hello.txt", "a plain file", ".wire"],
        ),
        (&["--connections", "0", "."], &["default*.py"]),
        (&["--connections", "0", "empty"], &["empty", "default*.py"]),
        (&["--connections", "0", "pipe.wire"], &["pipe.wire"]),
        (&["--config", "text.json"], &["a text"]),
        (
            &["--route", "GET", "/x", "gone.txt"],
            &["/x", "gone.txt", "No such file"],
        ),
        (&["--route", "GET", "/x", "404gone"], &["404gone"]),
        (&["--route", "GET", "/x", "gone/"], &["gone/"]),
        (
            &["--route", "GET", "/x", "empty"],
            &["empty", "default*.py"],
        ),
        (
            &["--route", "GET", "/x", "dir.wire"],
            &["dir.wire", "default*.py"],
        ),
        (
            &["--route", "GET", "/x", "out.txt"],
            &["out.txt", "leads out", "--follow-links-out"],
        ),
        (&["--config", "joined.json"], &["/j", "gone.js"]),
        #[cfg(feature = "python")]
        (
            &["--connections", "0", "bad.py"],
            &["bad.py, line 2", "SyntaxError"],
        ),
        #[cfg(feature = "python")]
        (
            &["--route", "GET", "/x", "bad.py"],
            &["/x", "bad.py, line 2", "SyntaxError"],
        ),
    ] {
        run_in(folder.path(), arguments).is_refusal(named);
    }
}

#[test]
fn methods_that_no_request_has_are_refused() {
    let folder = site(&[
        (
            "route.json",
            r#"{"routes": [
                {"method": "get", "pattern": "/", "target": "200"}]}"#,
        ),
        (
            "rewrite.json",
            r#"{"rewrites": [
                {"method": "G T", "from": "/a", "to": "/b"}]}"#,
        ),
    ]);
    for (arguments, named) in [
        (
            &["--route", "get", "/", "200"][..],
            &["--route", "`get`", "`GET`"][..],
        ),
        (&["--route", "Post", "/", "200"], &["`Post`", "`POST`"]),
        (&["--route", "GET POST", "/", "200"], &["GET POST", "token"]),
        (&["--route", "", "/", "200"], &["token"]),
        (&["--route", "GET\r\n", "/", "200"], &["GET\\r\\n", "token"]),
        (
            &["--config", "route.json"],
            &["route.json", "routes[0]", "`get`", "line 2"],
        ),
        (
            &["--config", "rewrite.json"],
            &["rewrite.json", "rewrites[0]", "G T", "line 2"],
        ),
    ] {
        run_in(folder.path(), arguments).is_refusal(named);
    }
}

#[test]
fn limits_of_zero_are_refused() {
    for (text, key) in [
        (r#"{"limits": {"request_line": 0}}"#, "limits.request_line"),
        (r#"{"limits": {"field_line": 0}}"#, "limits.field_line"),
        (r#"{"limits": {"field_lines": 0}}"#, "limits.field_lines"),
        (r#"{"limits": {"connections": 0}}"#, "limits.connections"),
        (r#"{"limits": {"body": 0}}"#, "limits.body"),
        (r#"{"limits": {"form": 0}}"#, "limits.form"),
        (r#"{"limits": {"parameters": 0}}"#, "limits.parameters"),
        (r#"{"limits": {"pipes": 0}}"#, "limits.pipes"),
        (
            r#"{"transcript": {"folder": "t", "limit": 0}}"#,
            "transcript.limit",
        ),
    ] {
        let folder = site(&[("zero.json", text)]);
        let ended = run_in(folder.path(), ["--config", "zero.json"]);
        ended.is_refusal(&["zero.json", key, "at least 1", "line 1"]);
    }
}

/// A wire script that has become unreadable, a file that has gone, and scripts that raise.
#[test]
fn a_connection_whose_handler_fails_is_closed_and_logged() {
    let scripts = match cfg!(feature = "python") {
        true => &[
            ("raises.py", "ValueError: boom"),
            ("http.py", "410 "),
            ("system_error.py", "system_error"),
            ("no_main.py", "No main function"),
        ][..],
        false => &[],
    };
    let root = site(&[
        ("first.wire", "send \"220 hello\\r\\n\"\n"),
        ("second.wire", "send \"220 hello\\r\\n\"\n"),
        (
            "raises.py",
            "def main(request, response):\n    raise ValueError('boom')\n",
        ),
        (
            "http.py",
            "from wptserve.utils import HTTPException\n\n\ndef main(request, response):\n    \
             raise HTTPException(410, 'gone')\n",
        ),
        (
            "system_error.py",
            "open('nowhere')\n\n\ndef main(request, response):\n    pass\n",
        ),
        ("no_main.py", "x = 1\n"),
    ]);
    let mut arguments: Vec<String> = Vec::new();
    let cases = [("first.wire", "line 1"), ("second.wire", "404")];
    let cases: Vec<_> = cases.iter().chain(scripts).collect();
    for (target, _) in &cases {
        arguments.extend(["--connections", "0", target].map(str::to_owned));
    }
    let mut command = crate::support::command::wireserve();
    command
        .arg(root.path())
        .args(["--port", "0"])
        .args(arguments);
    let server = Process::start_with_listeners(command, 1 + cases.len());
    fs::write(root.path().join("first.wire"), "sned \"220\"\n").expect("a file");
    fs::remove_file(root.path().join("second.wire")).expect("a file");
    for (&address, (target, reason)) in server.addresses()[1..].iter().zip(cases) {
        let before = server.stderr().len();
        let mut client = Client::connect(address);
        assert_eq!(client.read_until_close(), b"", "{target}");
        let logged = || server.stderr()[before..].to_owned();
        if *target == "system_error.py" {
            eventually("an ERROR line", || logged().contains("ERROR"));
            continue;
        }
        eventually("an ERROR line with the reason", || {
            logged().contains("ERROR") && logged().contains(reason)
        });
    }
}
