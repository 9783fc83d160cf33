//! The works that are functions of the library. The bench runs itself under callgrind for them.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;

use wireserve::handlers::ErrorHandler;
use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::internals::wpt::routes::{RUNNER_FILES, RUNNER_SCRIPT, WELL_KNOWN};
use wireserve::internals::wpt::{preset, wrappers};
use wireserve::message::Head;
use wireserve::{Method, Mount, Site};

use super::chromium;
use super::work::Work;

/// Runs a work so many times.
///
/// # Panics
/// If the work is an exchange, or has an unexpected result.
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
    let progress = Scanner::default().scan(buffer, &HeadLimits::default());
    let Ok(Progress::Whole(range)) = progress else {
        panic!("no whole head: {progress:?}");
    };
    black_box(Head::parse(buffer[range].to_vec()).expect("a valid head"));
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

/// The routes of a checkout of web-platform-tests, in the order in which the command registers them. No request
/// is answered, so no file needs to exist.
fn like_wpt() -> Site {
    let root = Path::new("/nowhere");
    let mut site = Site::new(root);
    wrappers::register(&mut site, &Mount::top(root)).expect("these patterns are valid");
    let forbidden = preset::config(root).forbidden;
    let forbidden = forbidden.iter().map(|pattern| ("*", pattern.as_str()));
    let scripts = [("*", "*.py")].into_iter().chain(WELL_KNOWN);
    let runner = [("GET", RUNNER_FILES), ("POST", RUNNER_SCRIPT)];
    for (method, pattern) in scripts.chain(forbidden).chain(runner) {
        site.register(Method::from(method), pattern, Arc::new(ErrorHandler(404)))
            .expect("these patterns are valid");
    }
    site
}
