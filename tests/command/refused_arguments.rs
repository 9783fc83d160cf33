//! What the command refuses, it names in one line on standard error, and ends with exit code 2 and
//! nothing on standard output. Behind a wrong option's line comes how the options are used.

#[cfg(not(feature = "python"))]
use std::ffi::OsStr;
use std::net::TcpListener;

#[cfg(not(feature = "python"))]
use crate::support::command::run;
use crate::support::command::{run_in, site};

#[test]
fn each_refusal_is_one_line_that_names_the_cause() {
    let folder = site(&[
        ("syntax.json", "{\"host\": }"),
        ("key.json", r#"{"prots": [0]}"#),
        ("limit.json", r#"{"limits": {"conections": 1}}"#),
        ("route-key.json", r#"{"routes": [{"methd": "GET"}]}"#),
        (
            "route.json",
            r#"{"routes": [{"method": "GET", "pattern": "/"}]}"#,
        ),
        ("port.json", r#"{"ports": [70000]}"#),
        ("type.json", r#"{"host": 1}"#),
        ("list.json", "[]"),
        ("scheme.json", r#"{"ports": {"gopher": [70]}}"#),
        ("scheme-port.json", r#"{"ports": {"ws": ["any"]}}"#),
        ("nested.json", "{\"logging\":\n  {\"level\": \"loud\"}}"),
        ("ssl.json", r#"{"ssl": {"type": "gold"}}"#),
        ("no-paths.json", r#"{"paths": {"docroot": "."}}"#),
        (
            "alias-key.json",
            r#"{"aliases": [{"url-path": "/x/", "dir": "."}]}"#,
        ),
        (
            "alias-path.json",
            r#"{"aliases": [{"url-path": "x/", "local-dir": "."}]}"#,
        ),
        (
            "alias-folder.json",
            r#"{"aliases": [{"url-path": "/x/", "local-dir": "nowhere"}]}"#,
        ),
        (
            "alias-file.json",
            r#"{"aliases": [{"url-path": "/x/", "local-dir": "hello.txt"}]}"#,
        ),
        (
            "rewrite.json",
            r#"{"rewrites": [{"from": "/a", "to": "/b"}]}"#,
        ),
        ("forbidden.json", r#"{"forbidden": ["/*/*"]}"#),
        ("more.json", "{} {}"),
        ("root.json", r#"{"doc_root": "not-there"}"#),
        (
            "pattern.json",
            r#"{"routes": [{"method": "GET", "pattern": "/{a}/{a}", "target": "200"}]}"#,
        ),
    ]);
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = taken.local_addr().expect("bound").port().to_string();
    for (arguments, named) in [
        (&["not-there"][..], &["not-there"][..]),
        (&["hello.txt"], &["hello.txt"]),
        (&[".", "--port", &taken], &[&taken, "127.0.0.1", "in use"]),
        // The first one could listen, but does not say so.
        (&[".", "--port", "0", "--port", &taken], &[&taken, "in use"]),
        (&[".", "--host", "192.0.2.1"], &["192.0.2.1"]),
        (&["--config", "nowhere.json"], &["nowhere.json"]),
        (&["--config", "."], &["."]),
        (&["--config", "syntax.json"], &["syntax.json", "line 1"]),
        (&["--config", "key.json"], &["key.json", "prots"]),
        (&["--config", "limit.json"], &["limit.json", "conections"]),
        (
            &["--config", "route-key.json"],
            &["route-key.json", "methd"],
        ),
        (&["--config", "route.json"], &["route.json", "target"]),
        (&["--config", "port.json"], &["port.json", "70000"]),
        (&["--config", "type.json"], &["type.json", "string"]),
        (&["--config", "list.json"], &["list.json"]),
        (
            &["--config", "scheme.json"],
            &["scheme.json", "ports", "gopher"],
        ),
        (&["--config", "scheme-port.json"], &["ports.ws[0]", "any"]),
        (
            &["--config", "nested.json"],
            &["logging.level", "loud", "line 2"],
        ),
        (
            &["--config", "ssl.json"],
            &["ssl.type", "gold", "pregenerated"],
        ),
        (&["--config", "no-paths.json"], &["paths", "docroot"]),
        (&["--config", "alias-key.json"], &["aliases[0]", "dir"]),
        (&["--config", "alias-path.json"], &["x/", "url-path"]),
        (&["--config", "alias-folder.json"], &["/x/", "nowhere"]),
        (&["--config", "alias-file.json"], &["/x/", "hello.txt"]),
        (&["--config", "rewrite.json"], &["rewrites[0]", "method"]),
        (&["--config", "forbidden.json"], &["forbidden", "/*/*"]),
        (&["--config", "more.json"], &["more.json", "line 1"]),
        (&["--config", "root.json"], &["not-there"]),
        (&["--config", "pattern.json"], &["/{a}/{a}"]),
        (&["--route", "GET", "/{", "200"], &["/{"]),
        (&["--route", "GET", "/*/{a}", "200"], &["/*/{a}"]),
        #[cfg(feature = "python")]
        (&["--python-cpu", "9999"], &["--python-cpu", "9999"]),
        #[cfg(not(feature = "python"))]
        (&["--python-cpu", "0"], &["--python-cpu", "without Python"]),
    ] {
        let ended = run_in(folder.path(), arguments);
        ended.is_refusal(named);
    }
}

/// What is no use of the options at all; the line is followed by how they are used.
#[test]
fn a_wrong_option_is_named() {
    let folder = site(&[]);
    for (arguments, named) in [
        (&["--prot", "0"][..], "--prot"),
        (&["--port", "many"], "many"),
        (&["--port", "70000"], "70000"),
        (&["--port"], "--port"),
        (&["--python-cpu", "one"], "one"),
        (&["--log", "loud"], "loud"),
        (&["--route", "GET", "/"], "--route"),
        (&["here", "there"], "there"),
        (&["--config"], "--config"),
    ] {
        let ended = run_in(folder.path(), arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}");
        assert_eq!(ended.stdout.concat(), "", "{arguments:?}");
        let first = ended.stderr.lines().next().unwrap_or_default();
        assert!(first.contains(named), "{arguments:?}: {first}");
    }
}

#[cfg(not(feature = "python"))]
#[test]
fn a_script_needs_python() {
    let root = site(&[("x.py", "")]);
    let ended = run([
        root.path().as_os_str(),
        OsStr::new("--route"),
        OsStr::new("GET"),
        OsStr::new("/"),
        OsStr::new("x.py"),
    ]);
    ended.is_refusal(&["x.py", "without Python"]);
}
