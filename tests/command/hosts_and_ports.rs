//! What the command prints and logs distinguishes its ports and host names, in short lines.

use crate::support::client::Client;
use crate::support::command::{get, site, wireserve};
use crate::support::process::Process;
use crate::support::wait::eventually;

#[test]
fn each_listening_line_shows_what_the_port_is_for() {
    let root = site(&[
        ("greeting.wire", "send \"220 hello\\r\\n\"\nclose\n"),
        (
            "plain.json",
            r#"{"listeners": [{"port": 0, "requests": "strict"},
                              {"port": 0, "connections": "greeting.wire"}]}"#,
        ),
        (
            "named.json",
            r#"{"browser_host": "a.test", "check_subdomains": false,
                "ports": {"http": [0], "http-private": [0], "https": [0], "http-public": [0, 0]},
                "listeners": [{"port": 0, "requests": "lenient"}]}"#,
        ),
    ]);
    let named = "(port, http://a.test:PORT/)";
    let private = "(http-private, http://a.test:PORT/)";
    let public = "(http-public, http://a.test:PORT/)";
    let secure = "(tls-port, https://a.test:PORT/)";
    for (config, arguments, notes) in [
        (
            "plain.json",
            &[
                "--port",
                "0",
                "--port",
                "0",
                "--connections",
                "0",
                "greeting.wire",
            ][..],
            &[
                "(port)",
                "(port)",
                "(requests: strict)",
                "(connections: greeting.wire)",
                "(connections: greeting.wire)",
            ][..],
        ),
        (
            "named.json",
            &[],
            &[
                named,
                private,
                public,
                public,
                secure,
                "(requests: lenient)",
            ],
        ),
    ] {
        let mut command = wireserve();
        command.current_dir(root.path()).args(["--config", config]);
        let mut running = Process::spawn(command.args(arguments));
        let is_open = |note: &&&str| cfg!(feature = "tls") || **note != secure;
        let notes: Vec<_> = notes.iter().filter(is_open).collect();
        for note in &notes {
            let (address, seen) = running.ready_with_note("127.0.0.1");
            let expected = note.replace("PORT", &address.port().to_string());
            assert_eq!(seen.trim(), expected, "{config}");
            if note.contains("connections") {
                let mut client = Client::connect(address);
                assert_eq!(client.read_until_close(), b"220 hello\r\n");
            } else if **note != secure {
                assert_eq!(get(address, "/hello.txt").text(), "hello");
            }
        }
        running.signal("TERM");
        assert_eq!(running.end().stdout.len(), notes.len());
    }
}

/// An access line has the client, the host that it asked with the port that it connected to, the
/// request, and the response.
#[test]
fn access_lines_show_host_and_port() {
    let root = site(&[]);
    let mut command = wireserve();
    command
        .arg(root.path())
        .args(["--port", "0", "--port", "0", "--log", "info"]);
    let server = Process::start_with_listeners(command, 2);
    for &address in server.addresses() {
        let port = address.port();
        for (fields, shown) in [
            ("Host: www.a.test\r\n", "www.a.test"),
            ("Host: b.test:9\r\n", "b.test"),
            ("Host: [::1]:80\r\n", "[::1]"),
            ("", "127.0.0.1"),
        ] {
            let mut client = Client::connect(address);
            client.send(format!("GET /hello.txt HTTP/1.0\r\n{fields}\r\n").as_bytes());
            client.read_until_close();
            let line = format!(
                "127.0.0.1:{} {shown}:{port} GET /hello.txt 200 ",
                client.port()
            );
            eventually("an access line", || server.stderr().contains(&line));
        }
    }
}

/// The status is that of the first final status line, also in bytes that a handler writes as they are; without
/// one, it is `-`.
#[test]
fn access_lines_show_the_status_that_was_sent() {
    let mut files = vec![
        (
            "hints.wire",
            "send \"HTTP/1.1 103 Early Hints\\r\\n\\r\\nHTTP/1.\"\nsend \"1 418 Odd\\r\\n\\r\\n\"\nclose\n",
        ),
        (
            "broken.wire",
            "send \"HTTP/1.1 2OO OK\\r\\n\\r\\n\"\nclose\n",
        ),
        ("nothing.wire", "reset\n"),
        ("as.asis", "HTTP/1.1 299 As Is\r\n\r\n"),
    ];
    let mut statuses = vec![
        ("hints.wire", "418"),
        ("broken.wire", "-"),
        ("nothing.wire", "-"),
        ("as.asis", "299"),
        ("hello.txt", "200"),
    ];
    if cfg!(feature = "python") {
        files.push((
            "raw.py",
            "def main(request, response):\n    \
                 response.writer.write(b'HTTP/1.1 297 Raw\\r\\n\\r\\n')\n    \
                 response.close_connection = True\n",
        ));
        statuses.push(("raw.py", "297"));
    }
    let root = site(&files);
    let server = Process::wireserve(root.path(), ["--log", "info"]);
    for (name, status) in statuses {
        let mut client = Client::connect(server.addr());
        client.send(format!("GET /{name} HTTP/1.0\r\n\r\n").as_bytes());
        client.read_until_close();
        let line = format!(" GET /{name} {status} ");
        eventually(&line, || server.stderr().contains(&line));
    }
}

/// A link that leads out of the doc root is a 404, and one log line says why.
#[test]
fn a_link_that_leads_out_is_logged_and_can_be_followed() {
    let folder = site(&[
        ("secret.txt", "secret"),
        ("secret.headers", "X-Secret: yes"),
        ("www/sub/default.txt", ""),
        ("www/page.txt", "page"),
    ]);
    let www = folder.path().join("www");
    for (link, target) in [
        ("out.txt", "../secret.txt"),
        ("sub/deep.txt", "../../secret.txt"),
        ("line\nbreak.txt", "../secret.txt"),
        ("page.txt.headers", "../secret.headers"),
        ("broken.txt", "nowhere"),
    ] {
        std::os::unix::fs::symlink(target, www.join(link)).expect("a link");
    }
    let server = Process::wireserve(&www, ["--log", "warn"]);
    for (path, status, logged) in [
        ("/out.txt", 404, Some("\"out.txt\"")),
        ("/sub/deep.txt", 404, Some("\"sub/deep.txt\"")),
        ("/line%0Abreak.txt", 404, Some("\"line\\nbreak.txt\"")),
        ("/page.txt", 200, Some("\"page.txt.headers\"")),
        ("/broken.txt", 404, None),
        ("/", 200, None),
    ] {
        let before = server.stderr().len();
        assert_eq!(get(server.addr(), path).status, status, "{path}");
        let Some(name) = logged else {
            continue;
        };
        let lines = || server.stderr()[before..].to_owned();
        eventually("a log line", || lines().ends_with('\n'));
        let lines = lines();
        assert_eq!(lines.lines().count(), 1, "{path}: {lines}");
        for part in ["WARN", name, "leads out of", "--follow-links-out"] {
            assert!(lines.contains(part), "{part} in {lines}");
        }
    }
    assert_eq!(server.stderr().lines().count(), 4, "{}", server.stderr());

    let server = Process::wireserve(&www, ["--follow-links-out"]);
    assert_eq!(get(server.addr(), "/out.txt").text(), "secret");
    let page = get(server.addr(), "/page.txt");
    assert_eq!(page.header("x-secret"), Some(&b"yes"[..]));
}
