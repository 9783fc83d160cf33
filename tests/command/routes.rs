//! `--route` and the routes of a configuration file lead to answers, files and scripts: the last
//! one that matches wins, GET answers HEAD too, and a script gets what the pattern matched.

#[cfg(feature = "python")]
use crate::support::command::wireserve;
use crate::support::command::{ask, get, site};
use crate::support::process::Process;

#[test]
fn routes_from_options() {
    let root = site(&[
        ("data.json", "{}"),
        ("raw.asis", "HTTP/1.1 299 As Is\nx: y\n\nz"),
    ]);
    let server = Process::wireserve(
        root.path(),
        [
            ["--route", "GET", "/busy", "503:busy"],
            ["--route", "GET", "/gone", "410"],
            ["--route", "*", "/colon", "200:a:b"],
            ["--route", "GET", "/as-is", "raw.asis"],
            ["--route", "GET", "/json", "data.json"],
            ["--route", "POST", "/json", "201:made"],
            ["--route", "GET", "/{any}/file", "data.json"],
            ["--route", "GET", "/twice", "200:first"],
            ["--route", "GET", "/twice", "200:second"],
            ["--route", "GET", "no-slash", "200:still"],
        ]
        .as_flattened(),
    );
    for (method, path, status, reason, body) in [
        ("GET", "/busy", 503, "Service Unavailable", "busy"),
        ("HEAD", "/busy", 503, "Service Unavailable", ""),
        ("GET", "/gone", 410, "Gone", ""),
        ("DELETE", "/colon", 200, "OK", "a:b"),
        ("GET", "/as-is", 299, "As Is", "z"),
        ("GET", "/json", 200, "OK", "{}"),
        ("POST", "/json", 201, "Created", "made"),
        ("GET", "/x/file", 200, "OK", "{}"),
        ("GET", "/twice", 200, "OK", "second"),
        ("GET", "/no-slash", 200, "OK", "still"),
        ("GET", "/hello.txt", 200, "OK", "hello"),
        ("POST", "/busy", 405, "Method Not Allowed", NOT_ALLOWED),
    ] {
        let response = ask(server.addr(), method, path);
        let seen = (
            response.status,
            String::from_utf8_lossy(&response.reason).into_owned(),
            response.text(),
        );
        let expected = (status, reason.to_owned(), body.to_owned());
        assert_eq!(seen, expected, "{method} {path}");
    }
    let json = get(server.addr(), "/json");
    assert_eq!(
        json.header("content-type"),
        Some(&b"application/json"[..]),
        "a file's type is that of its own name"
    );
}

#[cfg(feature = "python")]
#[test]
fn scripts_get_what_the_pattern_matched() {
    let script = "import json\n\n\ndef main(request, response):\n    \
                  return json.dumps(request.route_match)\n";
    let configuration = r#"{"routes": [
        {"method": "*", "pattern": "/of/{file}/", "target": "handlers/match.py"}]}"#;
    let root = site(&[
        ("handlers/match.py", script),
        ("server.json", configuration),
    ]);
    let config = root.path().join("server.json");
    let mut command = wireserve();
    command
        .arg(root.path())
        .args(["--port", "0", "--config"])
        .arg(config)
        .args(["--route", "GET", "/hi/{name}", "handlers/match.py"])
        .args(["--route", "PUT", "/{a}-{b}/*", "handlers/match.py"])
        .args(["--route", "GET", "/plain", "handlers/match.py"]);
    let server = Process::start(command);
    for (method, path, expected) in [
        ("GET", "/hi/you", r#"{"name": "you"}"#),
        ("PUT", "/1-2/3/4", r#"{"a": "1", "b": "2", "*": "3/4"}"#),
        ("GET", "/plain", "{}"),
        ("OPTIONS", "/of/config/", r#"{"file": "config"}"#),
        ("GET", "/handlers/match.py", r#"{"*": "handlers/match.py"}"#),
    ] {
        let seen = ask(server.addr(), method, path);
        assert_eq!((seen.status, seen.text()), (200, expected.to_owned()));
    }
}

#[cfg(feature = "python")]
#[test]
fn a_route_to_a_folder_runs_its_default_script() {
    let script = |name: &str| format!("def main(request, response):\n    return '{name}'\n");
    let [one, two] = ["one", "two"].map(script);
    let root = site(&[
        ("reports/default2.py", &two),
        ("reports/other.py", ""),
        ("empty/default.py", &two),
    ]);
    let server = Process::wireserve(
        root.path(),
        [
            ["--route", "*", "/report/{kind}", "reports"],
            ["--route", "GET", "/empty", "empty"],
        ]
        .as_flattened(),
    );
    // The script was there when the server started.
    std::fs::remove_file(root.path().join("empty/default.py")).expect("a file");
    for (method, path, status, body) in [
        ("POST", "/report/a", 200, "two"),
        ("GET", "/report/b", 200, "two"),
        ("GET", "/empty", 404, NOT_FOUND),
        ("GET", "/reports", 301, ""),
    ] {
        let seen = ask(server.addr(), method, path);
        assert_eq!(
            (seen.status, seen.text()),
            (status, body.to_owned()),
            "{path}"
        );
    }
    std::fs::write(root.path().join("reports/default.py"), one).expect("a file");
    assert_eq!(get(server.addr(), "/report/a").text(), "one");
}

/// The response to a method that no route for the URL accepts.
const NOT_ALLOWED: &str =
    r#"{"error": {"code": 405, "message": "the method POST is not allowed here, only GET, HEAD"}}"#;

/// The response if the file of a URL does not exist.
#[cfg(feature = "python")]
const NOT_FOUND: &str = r#"{"error": {"code": 404, "message": "404"}}"#;
