//! `--wpt` serves a checkout of web-platform-tests as its own front end does over HTTP/1.1: the names,
//! the ports and the routes are there without a word, the checkout's config.json and options win over
//! them. What the hosts file needs is printed, and said at start when it is missing.

use std::net::SocketAddr;
#[cfg(feature = "python")]
use std::net::TcpListener;
use std::path::Path;

use tempfile::TempDir;

use crate::support::command::{FREE_TLS_PORT, ask, get, run_in, site, wireserve};
use crate::support::process::{Ended, Process};
use crate::support::wait::eventually;

const SCRIPT: &str = "def main(request, response):\n    return 'script ' + request.method\n";
const CONFIG: &str = "import json\n\n\ndef main(request, response):\n    \
    return json.dumps(request.server.config.as_dict())\n";

fn checkout(files: &[(&str, &str)]) -> TempDir {
    let base = [
        ("config.py", CONFIG),
        ("dom/test.html", "test"),
        ("dom/tools/x.txt", "forbidden"),
        ("tools/x.txt", "forbidden"),
        ("tools/x.py", SCRIPT),
        ("tools/runner/index.html", "runner"),
        ("tools/runner/update_manifest.py", SCRIPT),
        ("tools/runner/other.py", SCRIPT),
        ("_certs/x.txt", "forbidden"),
        ("results/x.txt", "results"),
        (".well-known/web-identity", SCRIPT),
        (".well-known/private-aggregation/report", SCRIPT),
        (".well-known/attribution-reporting/debug/verbose", SCRIPT),
        (".well-known/interest-group/permissions/default.py", SCRIPT),
        (".well-known/device-bound-sessions", SCRIPT),
        (".well-known/email-verification", SCRIPT),
        (".well-known/web-app-origin-association", SCRIPT),
        (
            ".well-known/shared-storage/trusted-origins/default.py",
            SCRIPT,
        ),
        (".well-known/plain", "plain"),
    ];
    site(&[&base[..], files].concat())
}

/// A server of a checkout, and where its listeners are.
fn serve(folder: &Path, arguments: &[&str]) -> (Process, Vec<SocketAddr>) {
    let mut command = wireserve();
    command.current_dir(folder).args(arguments);
    command.args(FREE_TLS_PORT);
    let mut running = Process::spawn(&mut command);
    // http, and one of http-local, http-private and http-public each.
    let addresses = (0..4).map(|_| running.ready("127.0.0.1")).collect();
    (running, addresses)
}

/// Runs a command that listens nowhere to its end.
fn run_here(folder: &Path, arguments: &[&str]) -> Ended {
    let mut command = wireserve();
    command.current_dir(folder).args(arguments);
    Process::spawn(&mut command).end()
}

/// Host names that do not resolve are reported in one short line, with the command to run.
#[test]
fn unresolvable_names_are_reported_at_start() {
    let folder = checkout(&[(
        "config.json",
        r#"{"browser_host": "localhost", "alternate_hosts": {"alt": "wireserve-alt.test"},
            "subdomains": ["wireserve-www"]}"#,
    )]);
    let mut command = wireserve();
    command
        .current_dir(folder.path())
        .args(["--wpt", "--port", "0"])
        .args(FREE_TLS_PORT);
    let server = Process::start_with_listeners(command, 4);
    // It serves before anything is known of the names.
    assert_eq!(get(server.addr(), "/hello.txt").text(), "hello");
    eventually("it says so", || server.stderr().contains("do not resolve"));
    let stderr = server.stderr();
    let line = stderr.lines().find(|line| line.contains("resolve"));
    let line = line.expect("a line about names");
    assert!(line.contains("run: wireserve hosts --wpt . |"), "{line}");
    assert!(line.len() < 160, "{line}");
    let (_, command) = line.split_once("run: ").expect("a command");
    let (command, rest) = command.split_once(" | ").expect("a pipe");
    assert_eq!(rest, "sudo tee -a /etc/hosts");
    let words: Vec<_> = command.split(' ').skip(1).collect();
    let printed = run_here(folder.path(), &words).stdout.concat();
    for name in ["wireserve-alt.test", "wireserve-www.wireserve-alt.test"] {
        assert!(printed.contains(name), "{name} in {printed}");
    }
}

#[test]
fn a_script_that_does_not_ask_is_not_notified() {
    for config in [
        r#"{"check_subdomains": false}"#,
        r#"{"browser_host": "localhost", "alternate_hosts": {"alt": "localhost"}, "subdomains": []}"#,
    ] {
        let folder = checkout(&[("config.json", config)]);
        let (running, addresses) = serve(folder.path(), &["--wpt", "--port", "0"]);
        assert_eq!(get(addresses[0], "/dom/test.html").status, 200);
        running.signal("TERM");
        let stderr = running.end().stderr;
        assert!(!stderr.contains("do not resolve"), "{config}: {stderr}");
    }
}

#[test]
fn routes_of_a_checkout() {
    let folder = checkout(&[("config.json", r#"{"check_subdomains": false}"#)]);
    let arguments = [
        "--wpt",
        ".",
        "--port",
        "0",
        "--route",
        "GET",
        "/tools/in",
        "200:let in",
    ];
    let (_running, addresses) = serve(folder.path(), &arguments);
    for &address in &addresses {
        assert_eq!(get(address, "/dom/test.html").text(), "test");
    }
    let address = addresses[0];
    for (method, path, status, text) in [
        ("GET", "/tools/x.txt", 404, ""),
        ("POST", "/tools/x.py", 404, ""),
        ("GET", "/dom/tools/x.txt", 404, ""),
        ("GET", "/_certs/x.txt", 404, ""),
        ("GET", "/results/", 404, ""),
        ("GET", "/results/x.txt", 200, "results"),
        ("GET", "/tools/runner/index.html", 200, "runner"),
        ("GET", "/tools/runner/other.py", 200, SCRIPT),
        ("POST", "/tools/runner/other.py", 404, ""),
        ("GET", "/tools/in", 200, "let in"),
        ("GET", "/.well-known/plain", 200, "plain"),
        #[cfg(feature = "python")]
        (
            "POST",
            "/tools/runner/update_manifest.py",
            200,
            "script POST",
        ),
        #[cfg(feature = "python")]
        ("GET", "/.well-known/web-identity", 200, "script GET"),
        #[cfg(feature = "python")]
        (
            "POST",
            "/.well-known/private-aggregation/report",
            200,
            "script POST",
        ),
        #[cfg(feature = "python")]
        (
            "PUT",
            "/.well-known/attribution-reporting/debug/verbose",
            200,
            "script PUT",
        ),
        #[cfg(feature = "python")]
        (
            "GET",
            "/.well-known/interest-group/permissions/",
            200,
            "script GET",
        ),
        #[cfg(feature = "python")]
        (
            "GET",
            "/.well-known/shared-storage/trusted-origins",
            200,
            "script GET",
        ),
        #[cfg(feature = "python")]
        (
            "POST",
            "/.well-known/device-bound-sessions",
            200,
            "script POST",
        ),
        #[cfg(feature = "python")]
        (
            "DELETE",
            "/.well-known/email-verification",
            200,
            "script DELETE",
        ),
        #[cfg(feature = "python")]
        (
            "GET",
            "/.well-known/web-app-origin-association",
            200,
            "script GET",
        ),
        ("POST", "/.well-known/web-app-origin-association", 404, ""),
    ] {
        let response = ask(address, method, path);
        assert_eq!(response.status, status, "{method} {path}");
        if status == 200 {
            assert_eq!(response.text(), text, "{method} {path}");
        }
    }
}

#[cfg(feature = "python")]
#[test]
fn each_source_wins_over_those_below() {
    use serde_json::{Value, json};

    let folder = checkout(&[
        (
            "config.json",
            r#"{"browser_host": "checkout.test", "check_subdomains": false,
                "alternate_hosts": {"other": "other.test"},
                "ports": {"https": [1443], "ws": [1444], "h2": [1445]}}"#,
        ),
        (
            "given.json",
            r#"{"ports": {"ws": [2444], "http": [1]}, "not_subdomains": []}"#,
        ),
    ]);
    let arguments = ["--wpt", "--config", "given.json", "--port", "0"];
    let (_running, addresses) = serve(folder.path(), &arguments);
    let config: Value =
        serde_json::from_slice(&get(addresses[0], "/config.py").body).expect("JSON");
    let root = folder.path().canonicalize().expect("it is there");
    let ports: Vec<_> = addresses.iter().map(SocketAddr::port).collect();
    for (pointer, value) in [
        ("/browser_host", json!("checkout.test")),
        (
            "/alternate_hosts",
            json!({"alt": "not-web-platform.test", "other": "other.test"}),
        ),
        ("/ports/http", json!([ports[0]])),
        ("/ports/http-local", json!([ports[1]])),
        ("/ports/http-private", json!([ports[2]])),
        ("/ports/http-public", json!([ports[3]])),
        ("/ports/dns", json!([8053])),
        #[cfg(not(feature = "tls"))]
        ("/ports/https", json!([1443])),
        ("/ports/ws", json!([2444])),
        ("/ports/h2", json!([1445])),
        (
            "/all_domains/alt/天気の良い日.élève",
            json!("xn--n8j6ds53lwwkrqhv28a.xn--lve-6lad.not-web-platform.test"),
        ),
        ("/not_domains/alt", json!({})),
        ("/doc_root", json!(root)),
        (
            "/paths/ws_doc_root",
            json!(root.join("websockets/handlers")),
        ),
        ("/ssl/type", json!("pregenerated")),
        #[cfg(not(feature = "tls"))]
        (
            "/ssl_config/key_path",
            json!(root.join("tools/certs/web-platform.test.key")),
        ),
        ("/logging/level", json!("INFO")),
        ("/inject_script", Value::Null),
    ] {
        assert_eq!(config.pointer(pointer), Some(&value), "{pointer}");
    }
    // A free port each, without a listener.
    for scheme in [
        "wss",
        "webtransport-h3",
        #[cfg(not(feature = "tls"))]
        "https-private",
    ] {
        let port = config["ports"][scheme][0].as_u64().expect("a number");
        let port = u16::try_from(port).expect("a port");
        assert!(port > 0 && TcpListener::bind(("127.0.0.1", port)).is_err());
        let error = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap_err();
        assert_eq!(
            error.kind(),
            std::io::ErrorKind::ConnectionRefused,
            "{scheme}"
        );
    }
}

#[test]
fn lines_for_the_hosts_file() {
    let folder = checkout(&[(
        "named.json",
        r#"{"browser_host": "a.test", "subdomains": ["www"]}"#,
    )]);
    let run_here = |arguments: &[&str]| run_here(folder.path(), arguments);
    let ended = run_here(&["hosts", "--config", "named.json"]);
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
    assert_eq!(
        ended.stdout,
        ["127.0.0.1\ta.test\n", "127.0.0.1\twww.a.test\n"]
    );

    let ended = run_here(&["hosts", "--wpt"]);
    assert_eq!(ended.stdout.len(), 2 * 31, "{:?}", ended.stdout);
    for name in [
        "web-platform.test",
        "www1.xn--lve-6lad.not-web-platform.test",
    ] {
        let line = format!("127.0.0.1\t{name}\n");
        assert!(ended.stdout.contains(&line), "{line}");
    }
    let all = ended.stdout.concat();
    assert!(!all.contains("nonexistent"), "{all}");
    let windows = run_here(&["hosts", "--wpt", "--windows"]).stdout;
    assert_eq!(windows.len(), 2 * 33);
    assert!(windows.contains(&"0.0.0.0\tnonexistent.web-platform.test\n".to_owned()));
}

#[test]
fn a_folder_called_hosts_can_be_served() {
    let folder = site(&[("hosts/a.txt", "in hosts")]);
    let mut command = wireserve();
    command
        .current_dir(folder.path())
        .args(["./hosts", "--port", "0"]);
    let mut running = Process::spawn(&mut command);
    assert_eq!(get(running.ready("127.0.0.1"), "/a.txt").text(), "in hosts");
}

#[test]
fn what_is_wrong_is_named() {
    let folder = checkout(&[
        ("bad/config.json", r#"{"browser_hots": "x"}"#),
        ("nameless.json", "{}"),
    ]);
    for (arguments, named) in [
        (&["--wpt", "not-there"][..], &["checkout", "not-there"][..]),
        (
            &["--wpt", "bad"],
            &["config.json", "browser_hots", "line 1"],
        ),
    ] {
        run_in(folder.path(), arguments).is_refusal(named);
    }
    for arguments in [&["hosts"][..], &["hosts", "--config", "nameless.json"]] {
        run_here(folder.path(), arguments).is_refusal(&["no host names", "--wpt"]);
    }
}

/// Where a page could see the difference, the answers are the reference's and not those of RFC 9110.
#[test]
fn methods_and_slashes_are_as_in_the_reference() {
    let folder = checkout(&[]);
    let plain = Process::wireserve(folder.path(), [""; 0]);
    let (_server, addresses) = serve(folder.path(), &["--wpt", "--port", "0"]);
    for (method, path, by_reference, by_rfc) in [
        ("GET", "/dom/test.html", 200, 200),
        ("POST", "/dom/test.html", 404, 405),
        ("OPTIONS", "/dom/test.html", 404, 405),
        ("PURGE", "/dom/test.html", 404, 501),
        ("get", "/dom/test.html", 404, 501),
        ("POST", "/dom/none.html", 404, 404),
        ("GET", "//dom/test.html", 200, 404),
        ("GET", "///dom/test.html?x", 200, 404),
        ("GET", "//dom/tools/x.txt", 404, 404),
        ("CONNECT", "a.test:443", 501, 501),
        ("OPTIONS", "*", 204, 204),
    ] {
        for (address, status) in [(addresses[0], by_reference), (plain.addr(), by_rfc)] {
            assert_eq!(ask(address, method, path).status, status, "{method} {path}");
        }
    }
}
