//! A site like WPT's works in a browser: headless Chromium opens pages that are made for tests in
//! `.any.js`, `.window.js`, `.worker.js`, `.extension.js` and of Test262, in every scope that it has
//! (for ShadowRealm with a stand-in, since Chromium has none), and pages that need templates, pipes, ranges and fields of `.headers` files; and every test on them passes.
//!
//! All pages are opened once over HTTP and once over HTTPS, as frames of `run.html`, which reports for
//! them; each test here looks at some of them.

use std::sync::OnceLock;

use crate::support;
use crate::support::browser::{Browser, listen_for_reports};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use wireserve::internals::wpt::wrappers;
use wireserve::{Mount, Server, Site};

/// Pages in which `scopes/all.any.js` runs.
const SCOPES: [&str; 7] = [
    "/scopes/all.any.html?scope=Window",
    "/scopes/all.any.worker.html?scope=DedicatedWorkerGlobalScope",
    "/scopes/all.any.worker-module.html?scope=DedicatedWorkerGlobalScope",
    "/scopes/all.any.sharedworker.html?scope=SharedWorkerGlobalScope",
    "/scopes/all.any.sharedworker-module.html?scope=SharedWorkerGlobalScope",
    "/scopes/all.any.serviceworker.html?scope=ServiceWorkerGlobalScope",
    "/scopes/all.any.serviceworker-module.html?scope=ServiceWorkerGlobalScope",
];

/// Pages in which `scopes/realm.any.js` runs.
const REALMS: [&str; 6] = [
    "/scopes/realm.any.shadowrealm-in-window.html?a=\"b`${c}</script>",
    "/scopes/realm.any.shadowrealm-in-shadowrealm.html?a=\"b`${c}</script>",
    "/scopes/realm.any.shadowrealm-in-dedicatedworker.html?a=\"b`${c}</script>",
    "/scopes/realm.any.shadowrealm-in-sharedworker.html?a=\"b`${c}</script>",
    "/scopes/realm.https.any.shadowrealm-in-serviceworker.html?a=\"b`${c}</script>",
    "/scopes/realm.https.any.shadowrealm-in-audioworklet.html?a=\"b`${c}</script>",
];
const ONE_REALM: &str = "/scopes/one-realm.any.shadowrealm-in-sharedworker.html";

/// Pages of a test that loads a script that does not exist.
const FAILING_REALMS: [&str; 4] = [
    "/scopes/realm-failing.any.shadowrealm-in-window.html",
    "/scopes/realm-failing.any.shadowrealm-in-shadowrealm.html",
    "/scopes/realm-failing.any.shadowrealm-in-dedicatedworker.html",
    "/scopes/realm-failing.https.any.shadowrealm-in-serviceworker.html",
];

const WINDOW_MODULE: &str = "/scopes/module.any.window-module.html";
const EXTENSION: &str = "/scopes/extended.extension.html";

/// Tests of Test262 that pass.
const TEST262: [&str; 8] = [
    "/test262/plain.test262.html",
    "/test262/strict.test262.strict.html",
    "/test262/asynchronous.test262.html",
    "/test262/negative.test262.html",
    "/test262/negative-runtime.test262.html",
    "/test262/module.test262-module.html",
    "/test262/asynchronous-module.test262-module.html",
    "/test262/negative-module.test262-module.html",
];

/// Tests of Test262 that fail, with what their pages report.
const FAILING: [(&str, &str); 4] = [
    ("/test262/failing.test262.html", "failing on purpose"),
    (
        "/test262/failing-module.test262-module.html",
        "failing on purpose",
    ),
    ("/test262/not-negative.test262.html", "expected Error"),
    // In sloppy mode.
    ("/test262/strict.test262.html", "expected true"),
];

const WINDOW: &str = "/scopes/scope.window.html";
const WORKER: &str = "/scopes/own.worker.html?passed=on";

/// The file is named `odd&lt'name' +.any.js`.
const ODD_NAMES: [&str; 3] = [
    "/scopes/odd&lt'name'%20+.any.html",
    "/scopes/odd&lt'name'%20+.any.worker.html",
    "/scopes/odd&lt'name'%20+.any.serviceworker.html",
];

const TEMPLATE: &str = "/served/template.sub.html?text=%3Cb%3E%22%26amp;";
const TEMPLATE_WRAPPERS: [&str; 2] = [
    "/served/template.sub.any.html",
    "/served/template.sub.any.worker.html",
];
const TRICKLE: &str = "/served/trickle.html";
const RANGE: &str = "/served/range.html";
const FIELDS: &str = "/served/fields.window.html";

#[test]
fn a_test_for_any_scope_runs_in_each() {
    SCOPES.iter().for_each(|page| passes(page, 6));
}

#[test]
fn a_test_for_a_window_runs_in_one() {
    passes(WINDOW, 1);
}

#[test]
fn a_test_for_a_worker_runs_in_one() {
    passes(WORKER, 1);
}

#[test]
fn a_test_may_have_an_odd_name() {
    ODD_NAMES.iter().for_each(|page| passes(page, 1));
}

#[test]
fn a_test_for_shadow_realms_runs_in_each() {
    REALMS.iter().for_each(|page| passes(page, 5));
    passes(ONE_REALM, 1);
}

#[test]
fn a_realm_that_cannot_load_its_test_is_reported() {
    for page in FAILING_REALMS {
        let tests = reported(Scheme::Http, page);
        assert_eq!(tests.len(), 1, "{page}: {tests:?}");
        assert_eq!(tests[0]["status"], "FAIL", "{page}: {tests:?}");
    }
}

#[test]
fn a_test_for_a_module_of_a_window_runs_in_one() {
    passes(WINDOW_MODULE, 2);
}

#[test]
fn a_test_for_extensions_has_what_it_drives_them_with() {
    passes(EXTENSION, 1);
}

#[test]
fn tests_of_test262_run_in_their_frames() {
    TEST262.iter().for_each(|page| passes(page, 1));
}

#[test]
fn tests_of_test262_that_fail_are_reported() {
    for (page, reason) in FAILING {
        let tests = reported(Scheme::Http, page);
        assert_eq!(tests.len(), 1, "{page}: {tests:?}");
        assert_eq!(tests[0]["status"], "FAIL", "{page}: {tests:?}");
        let message = tests[0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(reason), "{page}: {message}");
    }
}

#[test]
fn templates_know_where_they_are() {
    passes(TEMPLATE, 2);
}

#[test]
fn wrappers_of_templates_are_templates() {
    TEMPLATE_WRAPPERS.iter().for_each(|page| passes(page, 1));
}

#[test]
fn pipes_change_what_pages_load() {
    passes(TRICKLE, 3);
}

#[test]
fn media_elements_get_ranges() {
    passes(RANGE, 2);
}

#[test]
fn fields_of_headers_files_arrive() {
    passes(FIELDS, 4);
}

/// Fails unless the page ran so many tests and all passed.
fn passes(page: &str, count: usize) {
    for &scheme in SCHEMES {
        let tests = reported(scheme, page);
        for test in tests {
            assert_eq!(test["status"], "PASS", "{scheme:?} {page}: {test}");
        }
        assert_eq!(tests.len(), count, "{scheme:?} {page}: {tests:?}");
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    #[cfg(feature = "tls")]
    Https,
}

const SCHEMES: &[Scheme] = &[
    Scheme::Http,
    #[cfg(feature = "tls")]
    Scheme::Https,
];

/// The tests that the page reported.
fn reported(scheme: Scheme, page: &str) -> &'static [Value] {
    static REPORTS: [OnceLock<Value>; 2] = [OnceLock::new(), OnceLock::new()];
    let report = REPORTS[scheme as usize].get_or_init(|| run_all(scheme));
    let tests = report[page].as_array();
    tests.unwrap_or_else(|| panic!("{scheme:?}: {page} reported nothing"))
}

/// What all pages report.
fn run_all(scheme: Scheme) -> Value {
    let server = serve();
    let (listener, reports) = listen_for_reports();
    let path = format!("/run.html?report=http://{listener}/");
    let mut url = match scheme {
        Scheme::Http => server.url(&path),
        #[cfg(feature = "tls")]
        Scheme::Https => server.tls_url(&path).expect("it has certificates"),
    };
    let single = [&[
        WINDOW,
        WORKER,
        TEMPLATE,
        TRICKLE,
        RANGE,
        FIELDS,
        ONE_REALM,
        WINDOW_MODULE,
        EXTENSION,
    ][..]];
    let failing = FAILING.map(|(page, _)| page);
    for page in [
        &SCOPES[..],
        &ODD_NAMES,
        &TEMPLATE_WRAPPERS,
        &TEST262,
        &failing,
        &REALMS,
        &FAILING_REALMS,
    ]
    .into_iter()
    .chain(single)
    .flatten()
    {
        url.push_str("&page=");
        url.extend(utf8_percent_encode(page, NON_ALPHANUMERIC));
    }
    let mut browser = match scheme {
        Scheme::Http => Browser::open(&url),
        #[cfg(feature = "tls")]
        Scheme::Https => Browser::open_trusting(&url),
    };
    let report = browser.wait_for(&reports);
    serde_json::from_str(&report).expect("the page reports JSON")
}

fn serve() -> Server {
    let root = support::repository().join("tests/wpt_site");
    let mut site = Site::new(root.as_path());
    wrappers::register(&mut site, &Mount::top(root)).expect("good patterns");
    let server = Server::builder().site(site);
    #[cfg(feature = "tls")]
    let server = server.tls(certificate());
    server.start().expect("free ports")
}

#[cfg(feature = "tls")]
fn certificate() -> wireserve::tls::Tls {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]);
    let made = made.expect("a certificate");
    let (chain, key) = (made.cert.pem(), made.signing_key.serialize_pem());
    wireserve::tls::Tls::from_pem(chain.as_bytes(), key.as_bytes()).expect("a pair")
}
