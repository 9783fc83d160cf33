//! A site with wrappers answers for pages and worker scripts that are no files: what each is, which
//! tests may run where, which fields come along, and which file is looked at.

use std::fs;

use crate::support::client::Client;
use crate::support::embedded::get;
use crate::support::folder::folder;
use wireserve::internals::wpt::wrappers;
use wireserve::{Mount, Server, Site};

/// A server with the wrappers of a folder.
fn serve(folder: &tempfile::TempDir) -> Server {
    let root = folder.path();
    let mut site = Site::new(root);
    wrappers::register(&mut site, &Mount::top(root)).expect("good patterns");
    Server::builder().site(site).start().expect("a free port")
}

const NOT_THERE: &str = r#"{"error": {"code": 404, "message": "404"}}"#;

fn not_in(mode: &str) -> String {
    let message = format!("This test cannot be loaded in {mode} mode");
    format!(r#"{{"error": {{"code": 404, "message": "{message}"}}}}"#)
}

#[test]
fn each_wrapper_has_its_test_and_its_type() {
    let folder = folder(&[
        (
            "d/all.any.js",
            "// META: global=window,worker,worker-module,shadowrealm\n",
        ),
        ("d/default.any.js", ""),
        ("d/w.window.js", "// META: global=worker\n"),
        ("d/w.worker.js", ""),
        ("d/m.worker.js", "// META: global=dedicatedworker-module\n"),
        ("d/folder.any.js/file", ""),
        ("d/file.any.html", "of its own"),
    ]);
    let server = serve(&folder);
    let (html, js) = ("text/html", "text/javascript");
    for (path, media_type, piece) in [
        ("all.any.html", html, "src=\"/d/all.any.js\""),
        (
            "all.any.worker.html",
            html,
            "new Worker(\"/d/all.any.worker.js\")",
        ),
        (
            "all.any.worker.html?a=b",
            html,
            "Worker(\"/d/all.any.worker.js?a=b\")",
        ),
        (
            "all.any.worker-module.html",
            html,
            "/d/all.any.worker-module.js\", {type",
        ),
        (
            "all.any.sharedworker.html",
            html,
            "SharedWorker(\"/d/all.any.worker.js\")",
        ),
        (
            "all.any.sharedworker-module.html",
            html,
            "/d/all.any.worker-module.js\", {type",
        ),
        (
            "all.any.serviceworker.html",
            html,
            "\"/d/all.any.worker.js\")",
        ),
        (
            "all.any.serviceworker-module.html",
            html,
            "/d/all.any.worker-module.js\", {type",
        ),
        ("all.any.shadowrealm.html", html, "load(\"/d/all.any.js\")"),
        ("all.any.worker.js", js, "importScripts(\"/d/all.any.js\")"),
        ("all.any.worker-module.js", js, "import \"/d/all.any.js\""),
        ("default.any.html", html, "src=\"/d/default.any.js\""),
        ("default.any.worker.html", html, "/d/default.any.worker.js"),
        // A script is for several scopes, and asks for none.
        (
            "default.any.worker-module.js",
            js,
            "import \"/d/default.any.js\"",
        ),
        ("w.window.html?a=b", html, "src=\"/d/w.window.js\""),
        ("w.worker.html", html, "new Worker(\"/d/w.worker.js\")"),
        (
            "m.worker-module.html",
            html,
            "new Worker(\"/d/m.worker.js\", {type",
        ),
        ("%61ll.any.html", html, "src=\"/d/%61ll.any.js\""),
        ("all.any.js", js, "// META"),
        ("file.any.html", html, "of its own"),
    ] {
        let response = get(&server, &format!("/d/{path}"));
        assert_eq!(response.status, 200, "{path}: {}", response.text());
        let found = response.header("content-type");
        assert_eq!(found, Some(media_type.as_bytes()), "{path}");
        assert!(
            response.text().contains(piece),
            "{path}: {}",
            response.text()
        );
    }
    for (path, answer) in [
        ("default.any.sharedworker.html", not_in("sharedworker")),
        (
            "default.any.sharedworker-module.html",
            not_in("sharedworker-module"),
        ),
        ("default.any.serviceworker.html", not_in("serviceworker")),
        (
            "default.any.serviceworker-module.html",
            not_in("serviceworker-module"),
        ),
        (
            "default.any.worker-module.html",
            not_in("dedicatedworker-module"),
        ),
        ("default.any.shadowrealm.html", not_in("shadowrealm")),
        ("m.worker.html", not_in("dedicatedworker")),
        ("w.worker-module.html", not_in("dedicatedworker-module")),
        ("none.any.html", NOT_THERE.to_owned()),
        ("none.any.worker.js", NOT_THERE.to_owned()),
        ("folder.any.html", NOT_THERE.to_owned()),
        ("a..any.html", NOT_THERE.to_owned()),
        ("w.any.html", NOT_THERE.to_owned()),
    ] {
        let response = get(&server, &format!("/d/{path}"));
        assert_eq!(
            (response.status, response.text().as_str()),
            (404, answer.as_str()),
            "{path}"
        );
    }
    let mut client = Client::connect(server.address());
    assert_eq!(client.ask("HEAD", "/d/all.any.html").status, 200);
    assert_eq!(client.ask("POST", "/d/all.any.html").status, 405);
    assert_eq!(client.ask("POST", "/d/none.any.html").status, 404);
    assert_eq!(client.ask("GET", "/d/w.window.html").status, 200, "kept");
}

#[test]
fn comments_that_are_not_utf_8_are_named() {
    let folder = folder(&[]);
    let test = folder.path().join("t.any.js");
    fs::write(&test, b"// META: title=\xff\n").expect("a file");
    let response = get(&serve(&folder), "/t.any.html");
    assert_eq!(response.status, 500);
    assert!(
        response.text().contains("t.any.js:1: "),
        "{}",
        response.text()
    );
}

#[test]
fn a_mount_s_wrappers_are_below_it() {
    let top = folder(&[("m/t.any.js", ""), ("t.any.js", "")]);
    let mounted = folder(&[("d/t.any.js", "// META: title=mounted\n")]);
    let mut site = Site::new(top.path());
    for mount in [Mount::top(top.path()), Mount::new(mounted.path(), "/m/")] {
        wrappers::register(&mut site, &mount).expect("good patterns");
    }
    let server = Server::builder().site(site).start().expect("a free port");
    let page = get(&server, "/m/d/t.any.html");
    assert!(
        page.text().contains("<title>mounted</title>"),
        "{}",
        page.text()
    );
    assert!(
        page.text().contains("src=\"/m/d/t.any.js\""),
        "{}",
        page.text()
    );
    assert_eq!(get(&server, "/m/t.any.html").status, 404);
    assert_eq!(get(&server, "/t.any.html").status, 200);
}

#[test]
fn a_wrapper_has_the_fields_of_its_test_and_goes_through_its_pipes() {
    let folder = folder(&[
        ("d/t.sub.any.js", "// META: title={{location[path]}}\n"),
        ("d/t.sub.any.js.headers", "X-Test: lost\nx-test: kept\n"),
        ("d/__dir__.headers", "content-type: text/plain\n"),
        ("d/u.any.js", "// META: title={{host}}\n"),
        ("d/u.any.js.sub.headers", "X-Path: {{location[path]}}\n"),
        ("d/v.sub.any.js", "// META: title={{ham}}\n"),
        ("d/w.any.js", ""),
        ("d/w.any.js.headers", "ham\n"),
    ]);
    let server = serve(&folder);
    let response = get(&server, "/d/t.sub.any.html");
    assert_eq!(response.header("content-type"), Some(&b"text/plain"[..]));
    assert_eq!(response.header("x-test"), Some(&b"kept"[..]));
    assert!(
        response.text().contains("<title>/d/t.sub.any.html</title>"),
        "{}",
        response.text()
    );
    let response = get(&server, "/d/u.any.html?pipe=status(418)");
    assert_eq!(response.status, 418);
    assert_eq!(response.header("x-path"), Some(&b"/d/u.any.html"[..]));
    assert!(response.text().contains("<title>{{host}}</title>"));
    for path in ["/d/v.sub.any.html", "/d/w.any.html"] {
        assert_eq!(get(&server, path).status, 500, "{path}");
    }
}
