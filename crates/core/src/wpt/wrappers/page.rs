//! The pages: the harness, the scripts of the META comments, and the test itself or the worker that
//! runs it. Tests rely on the order: `GLOBAL`, the harness, the scripts of the comments, the
//! element for the log, the test.

use super::kinds::{ScriptType, WorkerKind};
use super::meta::Meta;
use super::quote;
use super::{HARNESS, Script};

/// How a test that runs in the page learns its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The test always runs in a window.
    Unnamed,
    /// The test asks `GLOBAL` for its scope.
    Named,
}

/// A page that runs the test itself.
pub(super) fn window(script: &Script<'_>, scope: Scope) -> String {
    let global = match scope {
        Scope::Unnamed => "",
        Scope::Named => GLOBAL,
    };
    let mut body = scripts(script.meta);
    body.push_str(LOG);
    body.push_str(&element(script.path));
    page(script.meta, global, &body)
}

/// A page that starts a worker and shows its results. The worker gets the query of the page.
pub(super) fn worker(script: &Script<'_>, kind: WorkerKind, script_type: ScriptType) -> String {
    let url = quote::string(&format!("{}{}", script.path, script.query));
    let options = match script_type {
        ScriptType::Classic => "",
        ScriptType::Module => ", {type: \"module\"}",
    };
    let source = match kind {
        WorkerKind::Dedicated => {
            format!("fetch_tests_from_worker(new Worker(\"{url}\"{options}));\n")
        }
        WorkerKind::Shared => {
            format!("fetch_tests_from_worker(new SharedWorker(\"{url}\"{options}));\n")
        }
        WorkerKind::Service => format!("{SERVICE_WORKER}(\"{url}\"{options});\n"),
    };
    running(script.meta, &source)
}

/// A page that runs the test as a module. As in `wpt serve`, it has no `GLOBAL`.
pub(super) fn window_module(script: &Script<'_>) -> String {
    let url = quote::attribute(script.path);
    let scripts = scripts(script.meta);
    let body = format!("{scripts}{LOG}<script type=module src=\"{url}\"></script>\n");
    page(script.meta, "", &body)
}

/// A page for a test of web extensions, which needs WPT's `testdriver`.
pub(super) fn extension(script: &Script<'_>) -> String {
    let mut body: String = EXTENSION.into_iter().map(element).collect();
    body.push_str(&scripts(script.meta));
    body.push_str(LOG);
    body.push_str(&element(script.path));
    page(script.meta, "", &body)
}

/// A page that runs this script and shows the results.
fn running(meta: &Meta, source: &str) -> String {
    page(meta, "", &format!("{LOG}{}", inline(source)))
}

/// The element that runs this script.
pub(super) fn inline(source: &str) -> String {
    format!("<script>\n{source}</script>\n")
}

/// A page with the harness, after `before` and before `body`.
pub(super) fn page(meta: &Meta, before: &str, body: &str) -> String {
    let head = head(meta);
    let harness = harness();
    format!("{START}{head}{before}{harness}{body}")
}

/// What the META comments say about the page itself.
pub(super) fn head(meta: &Meta) -> String {
    let mut head = String::new();
    for timeout in meta.values("timeout") {
        // `long` is the only timeout that the harness knows.
        if timeout == "long" {
            head.push_str("<meta name=\"timeout\" content=\"long\">\n");
        }
    }
    for title in meta.values("title") {
        head.push_str(&format!("<title>{}</title>\n", quote::element(title)));
    }
    head
}

/// The elements of the harness.
pub(super) fn harness() -> String {
    element(HARNESS) + &element(REPORT)
}

/// The elements of the scripts in the META comments.
pub(super) fn scripts(meta: &Meta) -> String {
    meta.values("script").map(element).collect()
}

/// The element that loads a classic script.
pub(super) fn element(url: &str) -> String {
    format!("<script src=\"{}\"></script>\n", quote::attribute(url))
}

/// How every page starts.
pub(super) const START: &str = "<!doctype html>\n<meta charset=utf-8>\n";

/// The element that shows the results.
pub(super) const LOG: &str = "<div id=log></div>\n";

const GLOBAL: &str = "\
<script>
self.GLOBAL = {
  isWindow: () => true,
  isWorker: () => false,
  isShadowRealm: () => false,
};
</script>
";

/// Shows or reports the results; browser automation replaces it.
const REPORT: &str = "/resources/testharnessreport.js";

/// What a test of web extensions loads before its own scripts.
const EXTENSION: [&str; 3] = [
    "/resources/testdriver.js?feature=extensions",
    "/resources/testdriver-vendor.js",
    "/resources/web-extensions-helper.js",
];

/// Registers the worker again, so that its tests run now. Tests rely on the scope, which contains no page: they
/// subscribe to URLs in it.
const SERVICE_WORKER: &str = r#"(async (url, options) => {
  const scope = new URL("does/not/exist", location).href;
  const before = await navigator.serviceWorker.getRegistration(scope);
  if (before && before.scope === scope) {
    await before.unregister();
  }
  const registration = await navigator.serviceWorker.register(url, {scope, ...options});
  fetch_tests_from_worker(registration.installing);
})"#;
