//! The works that are functions of the library, done by this very program, which runs itself under
//! callgrind for them.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use wireserve::Site;
use wireserve::config::Config;
use wireserve::http::head::{Head, Limits, Progress, Scanner};
use wireserve::site::fixed::ErrorHandler;
use wireserve::site::router::Method;

use super::chromium;
use super::work::Work;

/// Does a work so many times.
///
/// # Panics
/// A work that is an exchange, or one that comes to another end than it should.
pub(crate) fn repeat(work: Work, times: u64) {
    match work {
        Work::Head => (0..times).for_each(|_| read(black_box(chromium::HEAD))),
        Work::Route => {
            let site = like_wpt();
            (0..times).for_each(|_| route(black_box(&site)));
        }
        exchange => panic!("{exchange} needs a server"),
    }
}

fn read(buffer: &[u8]) {
    let progress = Scanner::default().scan(buffer, &Limits::default());
    let Ok(Progress::Whole(range)) = progress else {
        panic!("no whole head: {progress:?}");
    };
    black_box(Head::parse(buffer[range].to_vec()).expect("a head with a reading"));
}

fn route(site: &Site) {
    for path in [
        "/dom/nodes/Document-createElement.html",
        "/resources/testharness.js",
        "/fetch/api/resources/inspect-headers.py",
    ] {
        black_box(site.route(b"GET", path.as_bytes())).expect("a handler");
    }
}

/// The routes of a checkout of web-platform-tests, in the order in which the command makes them. Nothing
/// is answered, so that no file needs to be there.
fn like_wpt() -> Site {
    let root = Path::new("/nowhere");
    let mut site = Site::new(root);
    let forbidden = Config::wpt(root).forbidden;
    let forbidden = forbidden.iter().map(|pattern| ("*", pattern.as_str()));
    let scripts = [("*", "*.py")].into_iter().chain(WELL_KNOWN);
    for (method, pattern) in scripts.chain(forbidden).chain(RUNNER) {
        site.register(Method::from(method), pattern, Arc::new(ErrorHandler(404)))
            .expect("these patterns are valid");
    }
    site
}

const WELL_KNOWN: [(&str, &str); 8] = [
    ("*", "/.well-known/attribution-reporting/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/report-*"),
    ("*", "/.well-known/attribution-reporting/debug/verbose"),
    ("GET", "/.well-known/interest-group/permissions/"),
    ("*", "/.well-known/interest-group/real-time-report"),
    ("GET", "/.well-known/origin-policy"),
    ("*", "/.well-known/private-aggregation/*"),
    ("*", "/.well-known/web-identity"),
];

const RUNNER: [(&str, &str); 2] = [
    ("GET", "/tools/runner/*"),
    ("POST", "/tools/runner/update_manifest.py"),
];
