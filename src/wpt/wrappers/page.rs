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
    let mut body: String = script.meta.values("script").map(element).collect();
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

/// A page that runs the test in a ShadowRealm.
pub(super) fn shadow_realm(script: &Script<'_>) -> String {
    let load = |url| format!("  await load(\"{}\");\n", quote::string(url));
    let imports: String = script.imports().map(load).collect();
    running(script.meta, &SHADOW_REALM.replace("@IMPORTS@", &imports))
}

/// A page that runs this script and shows the results.
fn running(meta: &Meta, source: &str) -> String {
    page(meta, "", &format!("{LOG}<script>\n{source}</script>\n"))
}

/// A page with the harness, after `before` and before `body`.
fn page(meta: &Meta, before: &str, body: &str) -> String {
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
    let harness = element(HARNESS) + &element(REPORT);
    format!("<!doctype html>\n<meta charset=utf-8>\n{head}{before}{harness}{body}")
}

fn element(url: &str) -> String {
    format!("<script src=\"{}\"></script>\n", quote::attribute(url))
}

/// The element that shows the results.
const LOG: &str = "<div id=log></div>\n";

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

/// Registers the worker again, so that its tests run now. Its scope, below the path of the worker,
/// contains no page and no other worker.
const SERVICE_WORKER: &str = r#"(async (url, options) => {
  const scope = new URL(new URL(url, location).pathname + ".scope/", location).href;
  const before = await navigator.serviceWorker.getRegistration(scope);
  if (before && before.scope === scope) {
    await before.unregister();
  }
  const registration = await navigator.serviceWorker.register(url, {scope, ...options});
  fetch_tests_from_worker(registration.installing);
})"#;

/// Uses callbacks, since only primitive values and functions pass between realms.
const SHADOW_REALM: &str = r#"(async () => {
  const realm = new ShadowRealm();
  realm.evaluate(`globalThis.self = globalThis;
    globalThis.GLOBAL = {
      isWindow: () => false,
      isWorker: () => false,
      isShadowRealm: () => true,
    };
    undefined`);
  realm.evaluate(`(fetchText) => {
    globalThis.fetch_json = (resource) => new Promise((resolve, reject) => {
      fetchText(resource, (text) => { resolve(JSON.parse(text)); }, reject);
    });
  }`)((resource, resolve, reject) => {
    fetch(resource).then((response) => response.text())
      .then((text) => { resolve(text); }, (error) => { reject(String(error)); });
  });
  const importInRealm = realm.evaluate(`(url, resolve, reject) => {
    import(url).then(() => { resolve(); }, (error) => { reject(String(error)); });
  }`);
  const load = (url) => new Promise((resolve, reject) => {
    importInRealm(url, () => { resolve(); }, (message) => { reject(new Error(message)); });
  });
@IMPORTS@  await fetch_tests_from_shadow_realm(realm);
  done();
})();
"#;
