//! Wrappers: generated pages and worker scripts for the tests in `X.any.js`, `X.window.js`,
//! `X.worker.js` (reference §7.6) and `X.extension.js`, and for the tests of Test262; `kinds` lists
//! them. A wrapper is
//! generated for each request from the META comments at the beginning of its test, or from the head
//! of a test of Test262; the rest of the test is not read. A file with the name of a wrapper is
//! served instead.

mod exposure;
mod kinds;
mod meta;
mod page;
mod quote;
mod shadow_realm;
mod test262;
mod worker_script;

use std::ffi::OsStr;
use std::io::BufReader;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;

use crate::exchange::{Exchange, Handler, Mount, Request};
use crate::fault::Fault;
use crate::http::headers::Headers;
use crate::pipes::{self, Context};
use crate::site::Site;
use crate::site::files::dot_headers;
use crate::site::files::file::FileHandler;
use crate::site::files::needs_https;
use crate::site::files::{Files, Found};
use crate::site::routing::pattern::PatternError;
use crate::site::routing::router::Method;
use crate::text::latin1;
use kinds::{Form, KINDS, Kind, Test262Part};
use meta::{Meta, MetaError};
use page::Scope;

/// Adds the routes of all wrappers for the tests in a mount.
///
/// # Errors
/// When the path of the mount is malformed as a pattern.
pub fn register(site: &mut Site, mount: &Mount) -> Result<(), PatternError> {
    for kind in &KINDS {
        let files = Files::mounted(mount.clone());
        let handler = WrapperHandler {
            own: FileHandler::new(files.clone()),
            files,
            kind,
        };
        let pattern = format!("{}*{}", mount.url_base(), kind.suffix);
        site.register(Method::Get, &pattern, Arc::new(handler))?;
    }
    Ok(())
}

/// Generates one kind of wrapper.
struct WrapperHandler {
    /// Answers if a file has the name of the wrapper.
    own: FileHandler,
    files: Files,
    kind: &'static Kind,
}

/// The test harness.
const HARNESS: &str = "/resources/testharness.js";

/// The script of a wrapper.
struct Script<'a> {
    meta: &'a Meta,
    /// The undecoded path of its URL.
    path: &'a str,
    /// The query of the request with its `?`, or empty.
    query: &'a str,
}

impl<'a> Script<'a> {
    /// The scripts to load, in order: the harness, the scripts of the META comments, the test.
    fn imports(&self) -> impl Iterator<Item = &'a str> {
        let asked = self.meta.values("script");
        [HARNESS].into_iter().chain(asked).chain([self.path])
    }
}

impl Handler for WrapperHandler {
    /// # Errors
    /// 404 if there is no test, or it may not run in this scope; 500 if the META comments are not
    /// UTF-8 or the head of a test of Test262 cannot be read; and the faults of `.headers` files and
    /// pipes.
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let kind = self.kind;
        let request = Arc::clone(&exchange.request);
        let own = self.files.open(request.path());
        if own.is_ok_and(|own| !own.is_folder()) {
            return self.own.handle(exchange);
        }
        let stem = request.path().strip_suffix(kind.suffix.as_bytes());
        let stem = stem.ok_or_else(Fault::not_found)?;
        let test = self.files.open(&[stem, kind.test.as_bytes()].concat())?;
        let loads = [stem, kind.loads.as_bytes()].concat();

        let hosts = Arc::clone(exchange.hosts());
        let context = Context {
            request: &request,
            hosts: &hosts,
            mount: self.files.mount(),
            missing: pipes::Missing::Empty,
            turn: Some(exchange.turn()),
        };
        let mut fields = Headers::default();
        dot_headers::load(test.root(), test.name(), &context, |name, value| {
            fields.push(name, value);
        })?;
        let meta = read_meta(&test)?;
        if let Some(global) = kind.exposure.filter(|global| !global.is_exposed(&meta)) {
            let message = format!("This test cannot be loaded in {global} mode");
            return Err(Fault::new(404, message));
        }
        let query = match request.query() {
            b"" => String::new(),
            query => format!("?{}", latin1::decode(query)),
        };
        let script = Script {
            meta: &meta,
            path: &latin1::decode(&loads),
            query: &query,
        };
        let content = text(kind.form, &script, &test)?;
        needs_https::report(exchange);
        let headers = &mut exchange.response.headers;
        for (name, value) in own_fields(kind.form) {
            headers.set(*name, *value);
        }
        for (name, value) in fields.iter() {
            headers.set(name, value);
        }
        exchange.response.content = content.into();
        match pipes::requested(Path::new(OsStr::from_bytes(&loads)), request.query()) {
            Some(pipeline) => pipeline.answer(exchange, self.files.mount()),
            None => Ok(()),
        }
    }

    fn serves(&self, request: &Request) -> bool {
        let stem = request.path().strip_suffix(self.kind.suffix.as_bytes());
        let test = stem.map(|stem| [stem, self.kind.test.as_bytes()].concat());
        let is_test = test.is_some_and(|test| self.files.open(&test).is_ok());
        is_test || self.own.serves(request)
    }
}

fn read_meta(test: &Found) -> Result<Meta, Fault> {
    Meta::read(BufReader::new(&test.file)).map_err(|error| match error {
        // A folder is not a test.
        MetaError::Unreadable => Fault::not_found(),
        MetaError::NotUtf8(line) => {
            let message = format!(
                "{}:{line}: expected UTF-8 in a META comment",
                test.name().display()
            );
            Fault::new(500, message)
        }
    })
}

/// The fields of a wrapper; those of `.headers` files take precedence.
fn own_fields(form: Form) -> &'static [(&'static str, &'static str)] {
    match form {
        Form::WorkerScript(_)
        | Form::ShadowRealmScript(_)
        | Form::Test262(Test262Part::StrictScript) => &[("Content-Type", "text/javascript")],
        Form::Test262(Test262Part::Frame(_)) => &test262::FRAME_FIELDS,
        _ => &[("Content-Type", "text/html")],
    }
}

fn text(form: Form, script: &Script<'_>, test: &Found) -> Result<String, Fault> {
    Ok(match form {
        Form::Window => page::window(script, Scope::Unnamed),
        Form::AnyWindow => page::window(script, Scope::Named),
        Form::Worker(kind, script_type) => page::worker(script, kind, script_type),
        Form::WindowModule => page::window_module(script),
        Form::Extension => page::extension(script),
        Form::ShadowRealm(place) => shadow_realm::page(script, place),
        Form::ShadowRealmScript(place) => shadow_realm::script(script, place),
        Form::WorkerScript(script_type) => worker_script::source(script, script_type),
        Form::Test262(part) => return test262::text(part, script, test),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use kinds::RealmIn;

    const COMMENTS: &str = "\
// META: title=<a> & \"b\"
// META: script=one.js?a&\"b\"
// META: timeout=long
// META: timeout=short
// META: script=/two.js
// META: variant=?x
";

    /// The text of the wrapper of `/d/t` with the query `?q="</script>`, for a test that begins so.
    fn wrapper(suffix: &str, beginning: &str) -> String {
        let kind = KINDS.iter().find(|kind| kind.suffix == suffix).unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("t.js"), beginning).unwrap();
        let test = Files::below(folder.path()).open(b"/t.js").unwrap();
        let script = Script {
            meta: &read_meta(&test).unwrap(),
            path: &format!("/d/t{}", kind.loads),
            query: "?q=\"</script>",
        };
        text(kind.form, &script, &test).unwrap()
    }

    /// The parts of each text, in order, and the parts that it must not contain.
    #[test]
    fn scripts_in_their_order() {
        const URL: &str = r#"?q=\"\u003c/script>""#;
        let page_head: &[&str] = &[
            "<!doctype html>\n<meta charset=utf-8>\n",
            "<meta name=\"timeout\" content=\"long\">\n<title>&lt;a> &amp; \"b\"</title>\n",
        ];
        let harness: &[&str] = &[
            "<script src=\"/resources/testharness.js\"></script>\n",
            "<script src=\"/resources/testharnessreport.js\"></script>\n",
        ];
        let meta_scripts: &[&str] = &[
            "<script src=\"one.js?a&amp;&quot;b&quot;\"></script>\n",
            "<script src=\"/two.js\"></script>\n",
            "<div id=log></div>\n",
        ];
        let in_window = |before: &[&'static str], test: &'static str| {
            [page_head, before, harness, meta_scripts, &[test]].concat()
        };
        let starting = |calls: &[&'static str]| {
            [
                page_head,
                harness,
                &["<div id=log></div>\n<script>\n"],
                calls,
                &["</script>\n"],
            ]
            .concat()
        };
        let window_global: &[&str] = &[
            "<script>\nself.GLOBAL = {",
            "isWindow: () => true",
            "isWorker: () => false",
            "isShadowRealm: () => false",
        ];
        let worker_global: &[&str] = &[
            "self.META_TITLE = \"\\u003ca> & \\\"b\\\"\";\nself.GLOBAL = {",
            "isWindow: () => false",
            "isWorker: () => true",
            "isShadowRealm: () => false",
        ];
        for (suffix, expected) in [
            (
                ".window.html",
                in_window(&[], "<script src=\"/d/t.window.js\"></script>\n"),
            ),
            (
                ".any.html",
                in_window(window_global, "<script src=\"/d/t.any.js\"></script>\n"),
            ),
            (
                ".worker.html",
                starting(&[
                    "fetch_tests_from_worker(new Worker(\"/d/t.worker.js",
                    URL,
                    "));",
                ]),
            ),
            (
                ".worker-module.html",
                starting(&[
                    "fetch_tests_from_worker(new Worker(\"/d/t.worker.js",
                    URL,
                    ", {type: \"module\"}));",
                ]),
            ),
            (
                ".any.worker.html",
                starting(&[
                    "fetch_tests_from_worker(new Worker(\"/d/t.any.worker.js",
                    URL,
                    "));",
                ]),
            ),
            (
                ".any.worker-module.html",
                starting(&[
                    "new Worker(\"/d/t.any.worker-module.js",
                    URL,
                    ", {type: \"module\"}));",
                ]),
            ),
            (
                ".any.sharedworker.html",
                starting(&["(new SharedWorker(\"/d/t.any.worker.js", URL, "));"]),
            ),
            (
                ".any.sharedworker-module.html",
                starting(&[
                    "(new SharedWorker(\"/d/t.any.worker-module.js",
                    URL,
                    ", {type: \"module\"}));",
                ]),
            ),
            (
                ".any.serviceworker.html",
                starting(&[
                    "getRegistration(scope)",
                    "unregister()",
                    "register(url, {scope, ...options})",
                    "fetch_tests_from_worker(registration.installing);",
                    "(\"/d/t.any.worker.js",
                    URL,
                    ");",
                ]),
            ),
            (
                ".any.serviceworker-module.html",
                starting(&[
                    "register(url, {scope, ...options})",
                    "fetch_tests_from_worker(registration.installing);",
                    "(\"/d/t.any.worker-module.js",
                    URL,
                    ", {type: \"module\"});",
                ]),
            ),
            (
                ".any.worker.js",
                [
                    worker_global,
                    &[
                        "importScripts(\"/resources/testharness.js\");\n",
                        "importScripts(\"one.js?a&\\\"b\\\"\");\n",
                        "importScripts(\"/two.js\");\n",
                        "importScripts(\"/d/t.any.js\");\n",
                        "done();\n",
                    ],
                ]
                .concat(),
            ),
            (
                ".any.worker-module.js",
                [
                    worker_global,
                    &[
                        "import \"/resources/testharness.js\";\n",
                        "import \"one.js?a&\\\"b\\\"\";\n",
                        "import \"/two.js\";\n",
                        "import \"/d/t.any.js\";\n",
                        "done();\n",
                    ],
                ]
                .concat(),
            ),
        ] {
            let text = wrapper(suffix, COMMENTS);
            let mut rest = text.as_str();
            for piece in expected {
                let at = rest.find(piece);
                let at =
                    at.unwrap_or_else(|| panic!("{suffix}: no {piece:?} in\n{rest}\nof\n{text}"));
                rest = &rest[at + piece.len()..];
            }
            assert_eq!(rest, "", "{suffix}");
            assert!(
                !text.contains("short") && !text.contains("variant"),
                "{text}"
            );
            assert!(!text.contains("{{") && !text.contains('@'), "{text}");
        }
    }

    #[test]
    fn a_test_without_comments_loads_itself_alone() {
        let html = wrapper(".any.html", "");
        assert_eq!(html.matches("src=").count(), 3, "{html}");
        assert!(
            !html.contains("<title>") && !html.contains("timeout"),
            "{html}"
        );
        let js = wrapper(".any.worker.js", "");
        assert_eq!(js.matches("importScripts").count(), 2, "{js}");
        assert!(!js.contains("META_TITLE"), "{js}");
    }

    #[test]
    fn only_workers_and_realms_outside_the_window_get_the_query() {
        for kind in &KINDS {
            let starts = matches!(
                kind.form,
                Form::Worker(..)
                    | Form::ShadowRealm(RealmIn::AudioWorklet)
                    | Form::ShadowRealmScript(_)
            );
            let text = wrapper(kind.suffix, "/*---\n---*/\n");
            assert_eq!(text.contains("?q="), starts, "{}", kind.suffix);
        }
    }
}
