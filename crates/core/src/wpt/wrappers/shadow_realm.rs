//! Pages and scripts that run a test in a ShadowRealm: of the window, of another ShadowRealm, or of
//! a worker or worklet. The functions that they call are in scripts of the checkout:
//! `testharness-shadowrealm-outer.js` for the code that creates the realm, `-inner.js` for the realm
//! itself, and `-audioworkletprocessor.js` for the worklet.
//!
//! Only primitive values and functions pass between realms, and all code for a realm is text. Service
//! workers and worklets have no `import()`: there the realm gets a function that fetches and
//! evaluates scripts instead.

use super::kinds::{RealmIn, RealmOf};
use super::{HARNESS, Script, page as pages, quote};

/// A page that runs the test in a ShadowRealm.
pub(super) fn page(script: &Script<'_>, place: RealmIn) -> String {
    let source = match place {
        RealmIn::Window => IN_WINDOW
            .replace("@PREPARE@", &quote::template(&prepare(Import::Native)))
            .replace("@TEST@", &quote::template(&test(script, Import::Native))),
        RealmIn::ShadowRealm => IN_SHADOW_REALM
            .replace("@OUTER@", OUTER)
            .replace("@PREPARE@", &quote::template(&prepare(Import::Native)))
            .replace("@TEST@", &quote::template(&test(script, Import::Native))),
        RealmIn::AudioWorklet => {
            let url = format!("{}{}", script.path, script.query);
            IN_AUDIO_WORKLET
                .replace("@OUTER@", OUTER)
                .replace("@SCRIPT@", &quote::string(&url))
        }
    };
    let body = pages::element(OUTER) + pages::LOG + &pages::inline(&source);
    pages::page(script.meta, "", &body)
}

/// The script of a worker or worklet.
pub(super) fn script(script: &Script<'_>, place: RealmOf) -> String {
    let import = match place {
        RealmOf::Worker => Import::Native,
        RealmOf::ServiceWorker | RealmOf::AudioWorklet => Import::Fetched,
    };
    let frame = match place {
        RealmOf::Worker | RealmOf::ServiceWorker => WORKER,
        RealmOf::AudioWorklet => AUDIO_WORKLET,
    };
    let fetched = match import {
        Import::Native => "",
        Import::Fetched => "    setupFakeDynamicImportInShadowRealm(realm, adaptor);\n",
    };
    frame
        .replace("@RUN@", RUN)
        .replace("@OUTER@", OUTER)
        .replace("@FETCHED@", fetched)
        .replace("@PREPARE@", &quote::template(&prepare(import)))
        .replace("@QUERY@", &quote::string(script.query))
        .replace("@TEST@", &quote::template(&test(script, import)))
}

/// How code in a realm loads a script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Import {
    Native,
    Fetched,
}

impl Import {
    /// The statement that loads a script.
    fn of(self, url: &str) -> String {
        let function = match self {
            Self::Native => "import",
            Self::Fetched => "fakeDynamicImport",
        };
        format!("await {function}(\"{}\");\n", quote::string(url))
    }
}

/// The code for the realm that defines its global properties and the harness.
fn prepare(import: Import) -> String {
    import.of(INNER) + &import.of(HARNESS)
}

/// The code for the realm that loads what the META comments ask for, and the test.
fn test(script: &Script<'_>, import: Import) -> String {
    let mut code = String::new();
    for title in script.meta.values("title") {
        let title = quote::string(title);
        code.push_str(&format!("globalThis.META_TITLE = \"{title}\";\n"));
    }
    for url in script.meta.values("script").chain([script.path]) {
        code.push_str(&import.of(url));
    }
    code
}

/// For the code that creates a ShadowRealm.
const OUTER: &str = "/resources/testharness-shadowrealm-outer.js";

/// For the code in a ShadowRealm.
const INNER: &str = "/resources/testharness-shadowrealm-inner.js";

const IN_WINDOW: &str = r#"(async () => {
  const realm = new ShadowRealm();
  await shadowRealmEvalAsync(realm, `
@PREPARE@`);
  realm.evaluate("setShadowRealmGlobalProperties")(location.search, fetchAdaptor);
  await shadowRealmEvalAsync(realm, `
@TEST@`);
  await fetch_tests_from_shadow_realm(realm);
  done();
})().catch((error) => setup(() => { throw error; }));
"#;

const IN_SHADOW_REALM: &str = r#"(async () => {
  const outer = new ShadowRealm();
  await shadowRealmEvalAsync(outer, `
    await import("@OUTER@");
    globalThis.inner = new ShadowRealm();
  `);
  const evaluateInside = (code) => shadowRealmEvalAsync(
    outer, `await shadowRealmEvalAsync(inner, ${JSON.stringify(code)});`);
  await evaluateInside(`
@PREPARE@`);
  outer.evaluate(`(search, adaptor) => {
    inner.evaluate("setShadowRealmGlobalProperties")(search, adaptor);
  }`)(location.search, fetchAdaptor);
  await evaluateInside(`
@TEST@`);
  // The harness calls this function in the realm that it gets.
  outer.evaluate(`
    globalThis.begin_shadow_realm_tests = (callback) => {
      inner.evaluate("begin_shadow_realm_tests")(callback);
    };
    undefined`);
  await fetch_tests_from_shadow_realm(outer);
  done();
})().catch((error) => setup(() => { throw error; }));
"#;

const IN_AUDIO_WORKLET: &str = r#"(async () => {
  const context = new AudioContext();
  for (const url of [
    "@OUTER@",
    "/resources/testharness-shadowrealm-audioworkletprocessor.js",
    "@SCRIPT@",
  ]) {
    await context.audioWorklet.addModule(url);
  }
  const node = new AudioWorkletNode(context, "test-runner");
  setupFakeFetchOverMessagePort(node.port);
  fetch_tests_from_worker(node.port);
})().catch((error) => setup(() => { throw error; }));
"#;

const WORKER: &str = r#"importScripts("@OUTER@");
(async () => {
  const post = await getPostMessageFunc();
  const adaptor = fetchAdaptor;
@RUN@})();
"#;

const AUDIO_WORKLET: &str = r"TestRunner.prototype.createShadowRealmAndStartTests = async function () {
  const post = this.port.postMessage.bind(this.port);
  const adaptor = this.fetchOverPortExecutor.bind(this);
@RUN@};
";

/// Runs the test in a realm, and reports its results or why it could not run.
const RUN: &str = r#"  try {
    const realm = new ShadowRealm();
@FETCHED@    await shadowRealmEvalAsync(realm, `
@PREPARE@`);
    realm.evaluate("setShadowRealmGlobalProperties")("@QUERY@", adaptor);
    await shadowRealmEvalAsync(realm, `
@TEST@`);
    realm.evaluate("begin_shadow_realm_tests")((message) => {
      post(JSON.parse(message));
    });
  } catch (error) {
    post(createSetupErrorResult(error));
  }
"#;
