//! A configuration file says all that options say, and the limits; its paths are relative to it,
//! and options win over it.

use std::ffi::OsStr;
use std::net::TcpListener;

use crate::support::client::{Client, request};
use crate::support::command::{get, site, wireserve};
use crate::support::process::Process;
use crate::support::wait::eventually;

#[test]
fn a_configuration_file_sets_everything() {
    let folder = site(&[
        ("conf/www/inner.txt", "inner"),
        (
            "conf/server.json",
            r#"{"doc_root": "www", "host": "127.0.0.2", "ports": [0, 0],
                "routes": [{"method": "GET", "pattern": "/f/{name}", "target": "inner.txt"},
                           {"method": "*", "pattern": "/busy", "target": "503:busy"},
                           {"method": "*", "pattern": "/busy", "target": "503:busier"}],
                "limits": {"request_line": 200, "field_line": 100, "field_lines": 8}}"#,
        ),
    ]);
    // Relative to the file, wherever the command is started and however the file is named.
    for (current, config) in [
        (folder.path().join("conf"), "server.json".into()),
        (folder.path().to_owned(), "conf/server.json".into()),
        (
            std::env::temp_dir(),
            folder.path().join("conf/server.json").into_os_string(),
        ),
    ] {
        let mut command = wireserve();
        command.current_dir(current).arg("--config").arg(&config);
        let server = Process::start_with_listeners(command, 2);
        for &address in server.addresses() {
            assert_eq!(address.ip().to_string(), "127.0.0.2");
            for (path, body) in [
                ("/inner.txt", "inner"),
                ("/f/x", "inner"),
                ("/busy", "busier"),
            ] {
                assert_eq!(get(address, path).text(), body, "{config:?}: {path}");
            }
        }
        let long = "x".repeat(200);
        let requests = [
            (format!("GET /{long} HTTP/1.1\r\n\r\n"), 414),
            (format!("GET / HTTP/1.1\r\na: {long}\r\n\r\n"), 431),
            (
                format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(8)),
                431,
            ),
            (
                format!("GET /busy HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(7)),
                503,
            ),
        ];
        for (request, status) in requests {
            let mut client = Client::connect(server.addr());
            client.send(request.as_bytes());
            assert_eq!(client.read_response("GET").status, status, "{request}");
        }
    }
}

#[test]
fn every_kind_of_target_and_rule() {
    let folder = site(&[
        ("www/a.js", "a();"),
        ("www/b.js", "b();"),
        ("www/real.txt", "real"),
        ("outside.txt", "outside"),
        (
            "server.json",
            r#"{"doc_root": "www", "ports": [0], "follow_links_out": true,
                "rewrites": [{"method": "GET", "from": "/old", "to": "/real.txt"}],
                "routes": [
                  {"method": "GET", "pattern": "/text",
                   "target": {"text": "p {}", "status": 203, "media_type": "text/css",
                              "headers": [["X-A", "b"], ["X-A", "c"]]}},
                  {"method": "GET", "pattern": "/joined.js",
                   "target": {"files": ["a.js", "b.js"], "media_type": "text/javascript"}},
                  {"method": "*", "pattern": "/error", "target": {"error": 418}},
                  {"method": "GET", "pattern": "/private", "target": "real.txt",
                   "auth": {"user": "u", "password": "p"}}]}"#,
        ),
    ]);
    let link = folder.path().join("www/link.txt");
    std::os::unix::fs::symlink(folder.path().join("outside.txt"), link).expect("a link");
    let mut command = wireserve();
    command
        .current_dir(folder.path())
        .args(["--config", "server.json"]);
    let server = Process::start(command);
    for (path, status, media_type, content) in [
        ("/text", 203, "text/css", "p {}"),
        ("/joined.js", 200, "text/javascript", "a();b();"),
        (
            "/error",
            418,
            "application/json",
            r#"{"error": {"code": 418, "message": ""}}"#,
        ),
        ("/old", 200, "text/plain", "real"),
        ("/link.txt", 200, "text/plain", "outside"),
    ] {
        let response = get(server.addr(), path);
        assert_eq!(
            (response.status, response.text().as_str()),
            (status, content),
            "{path}"
        );
        let found = response.header("content-type");
        assert_eq!(found, Some(media_type.as_bytes()), "{path}");
    }
    let text = get(server.addr(), "/text");
    let values = text.head.split(|&byte| byte == b'\n');
    assert_eq!(values.filter(|line| line.starts_with(b"X-A: ")).count(), 2);
    assert_eq!(get(server.addr(), "/private").status, 401);
    let mut client = Client::connect(server.addr());
    client.send(b"GET /private HTTP/1.1\r\nHost: a\r\nAuthorization: Basic dTpw\r\n\r\n");
    assert_eq!(client.read_response("GET").text(), "real");
}

#[test]
fn options_win_over_the_file() {
    let folder = site(&[
        ("filed/which.txt", "of the file"),
        ("option/which.txt", "of the option"),
        (
            "server.json",
            r#"{"doc_root": "filed", "host": "127.0.0.2", "ports": [0, 0],
                "routes": [{"method": "GET", "pattern": "/a", "target": "200:file"},
                           {"method": "GET", "pattern": "/b", "target": "200:file"}]}"#,
        ),
    ]);
    let file = folder.path().join("server.json");
    let file = file.to_str().expect("a plain path");
    for (arguments, host, listeners, which) in [
        (&[][..], "127.0.0.2", 2, "of the file"),
        (&["--host", "127.0.0.1"], "127.0.0.1", 2, "of the file"),
        (&["--port", "0"], "127.0.0.2", 1, "of the file"),
        (&["option"], "127.0.0.2", 2, "of the option"),
    ] {
        let mut command = wireserve();
        command
            .current_dir(folder.path())
            .args(["--config", file, "--route", "GET", "/b", "200:option"])
            .args(arguments);
        let mut running = Process::spawn(&mut command);
        let addresses: Vec<_> = (0..listeners).map(|_| running.ready(host)).collect();
        for (path, body) in [("/which.txt", which), ("/a", "file"), ("/b", "option")] {
            assert_eq!(get(addresses[0], path).text(), body, "{arguments:?}");
        }
        running.signal("TERM");
        assert_eq!(running.end().stdout.len(), listeners, "{arguments:?}");
    }
}

#[test]
fn at_the_cap_the_idle_connection_makes_room() {
    let folder = site(&[("server.json", r#"{"limits": {"connections": 1}}"#)]);
    let config = folder.path().join("server.json");
    let server = Process::wireserve(folder.path(), [OsStr::new("--config"), config.as_os_str()]);
    let mut idle = Client::connect(server.addr());
    idle.send(&request("GET", "/hello.txt"));
    assert_eq!(idle.read_response("GET").status, 200);
    // It is idle a moment after its answer: until then it cannot be closed for the next.
    eventually("room is made", || {
        let mut next = Client::connect(server.addr());
        next.send(&request("GET", "/hello.txt"));
        match next.read_response("GET").status {
            200 => true,
            503 => false,
            status => panic!("{status}"),
        }
    });
    assert_eq!(idle.read_until_close(), b"");
}

#[test]
fn a_limit_may_be_any_number() {
    let any = format!(r#"{{"limits": {{"connections": {}}}}}"#, u64::MAX);
    let folder = site(&[("server.json", &any)]);
    let config = folder.path().join("server.json");
    let server = Process::wireserve(folder.path(), [OsStr::new("--config"), config.as_os_str()]);
    let mut client = Client::connect(server.addr());
    client.send(&request("GET", "/hello.txt"));
    assert_eq!(client.read_response("GET").status, 200);
}

#[test]
fn where_it_listens() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken_port = taken.local_addr().expect("bound").port().to_string();
    for (config, host, listeners) in [
        (r#"{"ports": ["auto", 0]}"#, "127.0.0.1", 2),
        (r#"{"ports": {"http": [0], "h2": [PORT]}}"#, "127.0.0.1", 1),
        (
            r#"{"ports": {"http-local": [0], "http": [0, "auto"], "ws": ["auto"]}}"#,
            "127.0.0.1",
            3,
        ),
        (
            r#"{"ports": [0], "server_host": "127.0.0.2"}"#,
            "127.0.0.2",
            1,
        ),
        (r#"{"ports": [0], "host_ip": "127.0.0.2"}"#, "127.0.0.2", 1),
        (
            r#"{"ports": [0], "bind_address": false, "server_host": "localhost"}"#,
            "0.0.0.0",
            1,
        ),
        (
            r#"{"ports": [0], "bind_address": false, "host": "127.0.0.3"}"#,
            "127.0.0.3",
            1,
        ),
    ] {
        let folder = site(&[("server.json", &config.replace("PORT", &taken_port))]);
        let mut command = wireserve();
        command
            .current_dir(folder.path())
            .args(["--config", "server.json"]);
        let mut running = Process::spawn(&mut command);
        for _ in 0..listeners {
            let mut address = running.ready(host);
            if address.ip().is_unspecified() {
                address.set_ip([127, 0, 0, 1].into());
            }
            assert_eq!(get(address, "/hello.txt").text(), "hello", "{config}");
        }
        running.signal("TERM");
        assert_eq!(running.end().stdout.len(), listeners, "{config}");
    }
}

#[test]
fn the_level_of_the_file_gives_way_to_options_and_environment() {
    for (config, arguments, variable, is_logged) in [
        (r#"{"logging": {"level": "info"}}"#, &[][..], None, true),
        (r#"{"logging": {"level": "ERROR"}}"#, &[], None, false),
        (r#"{"log_level": "error"}"#, &[], None, false),
        (r#"{"log_level": "error"}"#, &["--log", "info"], None, true),
        (r#"{"log_level": "error"}"#, &[], Some("info"), true),
    ] {
        let folder = site(&[("server.json", config)]);
        let mut command = wireserve();
        command
            .current_dir(folder.path())
            .args(["--config", "server.json", "--port", "0"])
            .args(arguments);
        if let Some(variable) = variable {
            command.env("RUST_LOG", variable);
        }
        let mut running = Process::spawn(&mut command);
        assert_eq!(get(running.ready(""), "/hello.txt").status, 200);
        running.signal("TERM");
        let stderr = running.end().stderr;
        assert_eq!(
            stderr.contains("GET /hello.txt"),
            is_logged,
            "{config}: {stderr}"
        );
    }
}
