//! The pages: the harness, what the test's comments ask for, and the test itself or the worker that
//! runs it. Scripts come in the order that tests rely on: the scope's name before the harness, the
//! comments' scripts behind it, then the element for the log, then the test.

use super::kinds::{ScriptType, WorkerKind};
use super::meta::Meta;
use super::quote;
use super::{HARNESS, Script};

/// What stands between harness and test, where the test runs in the page itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// The test knows its scope.
    Unnamed,
    /// The test asks `GLOBAL` for its scope.
    Named,
}

/// A page in which the test runs.
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

/// A page that starts a worker and shows what it reports. The page's query is the worker's.
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

/// A page that runs the test in a realm without a host's objects.
pub(super) fn shadow_realm(script: &Script<'_>) -> String {
    let load = |url| format!("  await load(\"{}\");\n", quote::string(url));
    let imports: String = script.imports().map(load).collect();
    running(script.meta, &SHADOW_REALM.replace("@IMPORTS@", &imports))
}

/// A page that shows what this source fetches.
fn running(meta: &Meta, source: &str) -> String {
    page(meta, "", &format!("{LOG}<script>\n{source}</script>\n"))
}

/// A page with the harness: `before` stands in front of it, `body` behind.
fn page(meta: &Meta, before: &str, body: &str) -> String {
    let mut head = String::new();
    for timeout in meta.values("timeout") {
        // The harness knows no other; it is what the page then waits for.
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

/// Where results are shown.
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

/// Shows the results; each browser's automation has its own.
const REPORT: &str = "/resources/testharnessreport.js";

/// The worker is registered anew, so that its tests run now. Its scope, below the worker's own path,
/// is that of no page and of no other worker.
const SERVICE_WORKER: &str = r#"(async (url, options) => {
  const scope = new URL(new URL(url, location).pathname + ".scope/", location).href;
  const before = await navigator.serviceWorker.getRegistration(scope);
  if (before && before.scope === scope) {
    await before.unregister();
  }
  const registration = await navigator.serviceWorker.register(url, {scope, ...options});
  fetch_tests_from_worker(registration.installing);
})"#;

/// Only primitive values and functions pass between the realms, hence the callbacks.
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
