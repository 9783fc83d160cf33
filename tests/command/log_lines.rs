//! What the command logs is on standard error, from the level that `--log` or `RUST_LOG` chooses: a
//! line for each exchange, and the tracebacks of scripts. What scripts print is on standard output.

use crate::support::client::{Client, request};
#[cfg(feature = "python")]
use crate::support::command::get;
use crate::support::command::{site, wireserve};
use crate::support::process::Process;
use crate::support::wait::eventually;

/// How the level is chosen, and whether the access lines are there then.
#[test]
fn an_access_line_for_each_exchange_at_info() {
    let root = site(&[]);
    for (arguments, variable, logged) in [
        (&[][..], None, true),
        (&["--log", "info"], None, true),
        (&["--log", "debug"], None, true),
        (&["--log", "warn"], None, false),
        (&["--log", "error"], None, false),
        (&["--log", "off"], None, false),
        (&[], Some("warn"), false),
        (&[], Some("off"), false),
        (&[], Some("info"), true),
        (&[], Some("wireserve=warn"), false),
        (&[], Some("wireserve=info"), true),
        (&["--log", "info"], Some("off"), true),
        (&["--log", "error"], Some("info"), false),
        (&["--log", "error"], Some("wireserve=info"), false),
        (&["--log", "info"], Some("wireserve=error"), true),
    ] {
        let mut command = wireserve();
        command.arg(root.path()).args(["--port", "0"]);
        if let Some(filter) = variable {
            command.env("RUST_LOG", filter);
        }
        let mut running = Process::spawn(command.args(arguments));
        let mut client = Client::connect(running.ready("127.0.0.1"));
        let exchanges = [
            ("GET", "/hello.txt?a=b", "200"),
            ("HEAD", "/hello.txt", "200"),
            ("POST", "/nowhere", "404"),
        ];
        for (method, target, _) in exchanges {
            client.send(&request(method, target));
            client.read_response(method);
        }
        let peer = format!("127.0.0.1:{}", client.port());
        drop(client);
        running.signal("TERM");
        let ended = running.end();
        assert_eq!(ended.code, Some(0));
        assert_eq!(ended.stdout.len(), 1, "logs are on standard error");

        let case = format!("{arguments:?}, RUST_LOG={variable:?}:\n{}", ended.stderr);
        let mut lines = ended.stderr.lines().filter(|line| line.contains(&peer));
        for (method, target, status) in exchanges.iter().filter(|_| logged) {
            let line = lines.next().unwrap_or_else(|| panic!("{case}"));
            let words: Vec<_> = line.split_whitespace().collect();
            for word in [*method, *target, *status, &peer] {
                assert!(words.contains(&word), "{word} in {line}; {case}");
            }
            assert!(line.contains("INFO"), "{line}");
        }
        assert_eq!(lines.next(), None, "{case}");
    }
}

#[cfg(feature = "python")]
#[test]
fn tracebacks_at_error() {
    let root = site(&[
        (
            "fails.py",
            "def main(request, response):\n    return 1 // 0\n",
        ),
        ("broken.py", "def main(request, response)\n"),
        (
            "late.py",
            "def main(request, response):\n    response.writer.write('x')\n    raise KeyError('late')\n",
        ),
    ]);
    for (level, logged) in [("error", true), ("info", true), ("off", false)] {
        let mut command = wireserve();
        command
            .arg(root.path())
            .args(["--port", "0", "--log", level]);
        let mut running = Process::spawn(&mut command);
        let address = running.ready("127.0.0.1");
        for (path, status) in [("/fails.py", 500), ("/broken.py", 500)] {
            assert_eq!(get(address, path).status, status, "{path}");
        }
        let mut client = Client::connect(address);
        client.send(&request("GET", "/late.py"));
        assert_eq!(client.read_until_close(), b"x");
        running.signal("TERM");
        let ended = running.end();
        for word in [
            "Traceback (most recent call last)",
            "fails.py",
            "return 1 // 0",
            "ZeroDivisionError",
            "broken.py",
            "SyntaxError",
            "KeyError: 'late'",
            "ERROR",
        ] {
            assert_eq!(
                ended.stderr.contains(word),
                logged,
                "{word} at {level} in\n{}",
                ended.stderr
            );
        }
    }
}

#[cfg(feature = "python")]
#[test]
fn what_handlers_print_goes_to_standard_output() {
    let root = site(&[(
        "print.py",
        "def main(request, response):\n    print('printed')\n    return 'x'\n",
    )]);
    let mut running = Process::spawn(wireserve().arg(root.path()).args(["--port", "0"]));
    let address = running.ready("127.0.0.1");
    assert_eq!(get(address, "/print.py").text(), "x");
    assert_eq!(running.line().as_deref(), Some("printed\n"));
    running.signal("TERM");
    assert_eq!(running.end().code, Some(0));
}

/// The reason of every 5xx that the server makes, since a client may not show it, and HEAD has none.
#[test]
fn the_reason_of_each_server_error() {
    let root = site(&[
        ("no-colon.txt", ""),
        ("no-colon.txt.headers", "HTTP/1.1 301 Moved\n"),
        ("template.sub.txt", "{{GET[x]}} {{nonsense}}"),
        ("bad.wire", "sned \"220 hello\\r\\n\"\n"),
        ("folder.wire/a", ""),
        ("bad.asis/a", ""),
    ]);
    let server = Process::wireserve(root.path(), ["--log", "error"]);
    let targets: &[(&str, &str)] = &[
        ("/hello.txt?pipe=nope", "nope"),
        ("/hello.txt?pipe=slice(a)", "slice"),
        ("/no-colon.txt", "no-colon.txt.headers"),
        ("/template.sub.txt", "nonsense"),
        ("/bad.wire", "sned"),
        ("/folder.wire", "folder"),
    ];
    for method in ["GET", "HEAD"] {
        for (target, reason) in targets {
            let before = server.stderr().len();
            let mut client = Client::connect(server.addr());
            client.send(&request(method, target));
            assert_eq!(client.read_response(method).status, 500, "{target}");
            eventually("in the log", || {
                let log = server.stderr();
                log[before..].lines().any(|line| {
                    line.contains("ERROR") && line.contains(&format!("{method} {target}: 500 "))
                }) && log[before..].contains(reason)
            });
        }
    }
    let before = server.stderr().len();
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", "/nothing.txt"));
    assert_eq!(client.read_response("GET").status, 404);
    assert_eq!(server.stderr().len(), before, "a missing file is no error");
}

/// The client sees a missing file, as in the reference.
#[cfg(feature = "python")]
#[test]
fn a_traceback_where_a_module_body_raises_os_error() {
    let root = site(&[(
        "f.py",
        "open('no-such-file')\ndef main(request, response): pass\n",
    )]);
    let server = Process::wireserve(root.path(), ["--log", "error"]);
    assert_eq!(get(server.addr(), "/f.py").status, 404);
    eventually("in the log", || {
        let log = server.stderr();
        [
            "ERROR",
            "Traceback",
            "f.py\", line 1",
            "FileNotFoundError",
            "no-such-file",
        ]
        .iter()
        .all(|part| log.contains(part))
    });
    assert_eq!(get(server.addr(), "/none.py").status, 404);
    assert!(
        !server.stderr().contains("none.py"),
        "a missing script is no error"
    );
}
