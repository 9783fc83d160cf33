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
            "// META: global=window,worker,worker-module,shadowrealm,window-module\n",
        ),
        ("d/default.any.js", ""),
        ("d/w.window.js", "// META: global=worker\n"),
        ("d/w.worker.js", ""),
        ("d/e.extension.js", "// META: global=worker\n"),
        ("d/realm.any.js", "// META: global=shadowrealm-in-window\n"),
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
        // Tests subscribe to URLs in this scope.
        (
            "all.any.serviceworker.html",
            html,
            "const scope = new URL(\"does/not/exist\", location).href;",
        ),
        (
            "all.any.serviceworker-module.html",
            html,
            "/d/all.any.worker-module.js\", {type",
        ),
        (
            "all.any.window-module.html",
            html,
            "<script type=module src=\"/d/all.any.js\"></script>",
        ),
        (
            "all.any.shadowrealm-in-window.html",
            html,
            "await import(\"/d/all.any.js\");",
        ),
        (
            "all.any.shadowrealm-in-shadowrealm.html",
            html,
            "await import(\"/d/all.any.js\");",
        ),
        (
            "all.any.shadowrealm-in-dedicatedworker.html?q",
            html,
            "new Worker(\"/d/all.any.worker-shadowrealm.js?q\")",
        ),
        (
            "all.any.shadowrealm-in-sharedworker.html",
            html,
            "new SharedWorker(\"/d/all.any.worker-shadowrealm.js\")",
        ),
        (
            "all.https.any.shadowrealm-in-serviceworker.html",
            html,
            "\"/d/all.any.serviceworker-shadowrealm.js\"",
        ),
        (
            "all.https.any.shadowrealm-in-audioworklet.html?q",
            html,
            "\"/d/all.any.audioworklet-shadowrealm.js?q\"",
        ),
        (
            "all.any.worker-shadowrealm.js?q",
            js,
            "await import(\"/d/all.any.js\");",
        ),
        (
            "all.any.serviceworker-shadowrealm.js",
            js,
            "await fakeDynamicImport(\"/d/all.any.js\");",
        ),
        (
            "all.any.audioworklet-shadowrealm.js",
            js,
            "await fakeDynamicImport(\"/d/all.any.js\");",
        ),
        ("e.extension.html", html, "src=\"/d/e.extension.js\""),
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
        (
            "default.any.shadowrealm-in-window.html",
            not_in("shadowrealm-in-window"),
        ),
        (
            "realm.any.shadowrealm-in-shadowrealm.html",
            not_in("shadowrealm-in-shadowrealm"),
        ),
        ("default.any.window-module.html", not_in("window-module")),
        ("all.any.shadowrealm.html", NOT_THERE.to_owned()),
        (
            "all.https.any.shadowrealm-in-window.html",
            NOT_THERE.to_owned(),
        ),
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

/// The pages and the script of a test of Test262, whole.
#[test]
fn pages_of_test262() {
    let folder = folder(&[
        (
            "d/t.js",
            "// A licence.\n/*---\ndescription: x\nincludes: [a.js, 'b&\"c.js']\n\
             flags: [async, module]\nnegative:\n  phase: runtime\n  type: Type\"Error\n---*/\n\
             f();\r\n",
        ),
        ("d/plain.js", "/*---\n---*/\n"),
        ("d/plain.js.headers", "X-Test: kept\n"),
        ("d/other.js", "f();\n"),
        ("d/t_FIXTURE.js", "/*---\n---*/\n"),
        ("d/bad.js", "/*---\nincludes:\n  a: b\n---*/\n"),
    ]);
    let latin_1 = folder.path().join("d/latin1.js");
    fs::write(&latin_1, b"/*---\n---*/\n'\xe9';\n").expect("a file");
    let server = serve(&folder);
    let page = |frame: &str| {
        format!(
            "<!doctype html>\n<meta charset=utf-8>\n<title>Test</title>\n\
             <script src=\"/resources/testharness.js\"></script>\n\
             <script src=\"/resources/testharnessreport.js\"></script>\n\
             {RESULT}<div id=log></div>\n\
             <iframe id=\"test262-iframe\" src=\"{frame}\"></iframe>\n"
        )
    };
    let in_frame = |head: &str, body: &str| {
        format!(
            "<!doctype html>\n<meta charset=utf-8>\n<title>Test</title>\n\
             <script src=\"/resources/test262/test262-reporter.js\"></script>\n\
             <script src=\"/third_party/test262/harness/assert.js\"></script>\n\
             <script src=\"/third_party/test262/harness/sta.js\"></script>\n\
             <script src=\"/resources/test262/test262-provider.js\"></script>\n\
             {head}<body>\n{body}</body>\n"
        )
    };
    let classic = |url: &str| {
        format!(
            "<script>test262Setup()</script>\n\
             <script src=\"{url}\" onerror=\"test262ScriptError()\"></script>\n"
        )
    };
    let needs = "<script>test262Negative(\"Type\\\"Error\", \"runtime\")</script>\n\
         <script>test262IsAsync(true)</script>\n\
         <script src=\"/third_party/test262/harness/a.js\"></script>\n\
         <script src=\"/third_party/test262/harness/b&amp;&quot;c.js\"></script>\n\
         <script src=\"/third_party/test262/harness/doneprintHandle.js\"></script>\n";
    for (path, expected) in [
        ("t.test262.html", page("/d/t.test262-test.html")),
        (
            "t.test262.strict.html?q",
            page("/d/t.test262-test.strict.html"),
        ),
        (
            "t.test262-module.html",
            page("/d/t.test262-module-test.html"),
        ),
        ("t.test262-test.html", in_frame(needs, &classic("/d/t.js"))),
        (
            "plain.test262-test.html",
            in_frame("", &classic("/d/plain.js")),
        ),
        (
            "plain.test262-test.strict.html",
            in_frame("", &classic("/d/plain.test262.strict.js")),
        ),
        (
            "plain.test262-module-test.html",
            in_frame("", &MODULE.replace("@", "/d/plain.js")),
        ),
        (
            "plain.test262.strict.js",
            "\n\"use strict\";\n/*---\n---*/\n\n".to_owned(),
        ),
    ] {
        let response = get(&server, &format!("/d/{path}"));
        assert_eq!(response.status, 200, "{path}");
        assert_eq!(response.text(), expected, "{path}");
        let is_frame = path.contains("-test.");
        let media_type = match (is_frame, path.ends_with(".js")) {
            (true, _) => None,
            (false, true) => Some(&b"text/javascript"[..]),
            (false, false) => Some(&b"text/html"[..]),
        };
        assert_eq!(response.header("content-type"), media_type, "{path}");
        for (name, value) in [
            ("cross-origin-opener-policy", &b"same-origin"[..]),
            ("cross-origin-embedder-policy", b"require-corp"),
        ] {
            let expected = is_frame.then_some(value);
            assert_eq!(response.header(name), expected, "{path}: {name}");
        }
        let own = path.starts_with("plain").then_some(&b"kept"[..]);
        assert_eq!(response.header("x-test"), own, "{path}");
    }
    let strict = get(&server, "/d/t.test262.strict.js").text();
    assert!(strict.ends_with("f();\r\n\n"), "{strict:?}");
    for (path, status, named) in [
        (
            "other.test262.html",
            404,
            "d/other.js: expected a head of Test262",
        ),
        ("other.test262.strict.js", 404, "other.js"),
        ("none.test262.html", 404, ""),
        ("t_FIXTURE.test262-test.html", 404, ""),
        (
            "bad.test262-test.html",
            500,
            "d/bad.js:2: includes: expected",
        ),
        (
            "latin1.test262.strict.js",
            500,
            "d/latin1.js: expected UTF-8 at byte 13",
        ),
    ] {
        let response = get(&server, &format!("/d/{path}"));
        let text = response.text();
        assert_eq!(response.status, status, "{path}: {text}");
        assert!(text.contains(named), "{path}: {text}");
    }
}

const RESULT: &str = r#"<script>
const test262Result = async_test(document.title);
// 0: passed, 1: failed, 2: could not run.
window.test262HarnessDone = test262Result.step_func_done((status, message) => {
  if (status !== 0) {
    throw new Error(message || (status === 1 ? "the test failed" : "the test could not run"));
  }
});
</script>
"#;

const MODULE: &str = r#"<script>window.__test262IsModule = true;</script>
<script type="module">
test262Setup();
import("@").then(
  () => {
    if (!window.test262Async) {
      test262Done();
    }
  },
  (error) => {
    setTimeout(() => {
      throw error;
    });
  },
);
</script>
"#;
