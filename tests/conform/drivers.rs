//! The drivers of `drivers/`: each speaks the protocol, and reports what its client shows.

use std::thread;
use std::time::Duration;

use wireserve::internals::catalogue;
use wireserve::internals::conform::client::Connect as _;
use wireserve::internals::conform::client::driver::Driver;
use wireserve::internals::conform::judge::Verdict;
use wireserve::internals::conform::run::{Settings, run};
use wireserve::internals::conform::select::select;
use wireserve::internals::conform::stage::Patience;

use crate::support::{repository, virtual_environment};

/// Every client accepts the first ones and rejects the last one.
const CASES: &str = "SL-01,HS-22,TE-01,BS-08,KA-01,KA-02,RD-02,TX-07";

fn python() -> String {
    let venv = virtual_environment().join("bin/python");
    match venv.is_file() {
        true => venv.to_string_lossy().into_owned(),
        false => "python3".to_owned(),
    }
}

#[test]
fn each_driver_speaks_the_protocol() {
    let python = python();
    thread::scope(|scope| {
        for (program, file, name) in [
            (&*python, "curl_driver.py", "curl "),
            (&*python, "http_client_driver.py", "http.client (Python "),
            (&*python, "urllib3_driver.py", "urllib3 "),
            (&*python, "urllib_driver.py", "urllib (Python "),
            ("node", "node_driver.js", "Node v"),
            ("node", "fetch_driver.js", "undici "),
            ("perl", "http_tiny_driver.pl", "HTTP::Tiny "),
        ] {
            scope.spawn(move || check(program, file, name));
        }
    });
}

fn check(program: &str, file: &str, name: &str) {
    let path = repository().join("drivers").join(file);
    let words = [program.to_owned(), path.to_string_lossy().into_owned()];
    let driver = Driver::of(&words).expect("a driver");
    let cases = select(catalogue::cases(), &[CASES.to_owned()], &[]).expect("cases");
    let settings = Settings {
        jobs: 1,
        patience: Patience {
            startup: Duration::from_secs(30),
            timeout: Duration::from_secs(10),
        },
        repeat: 1,
    };
    let results = run(cases, &driver, settings, &|_| {}).expect("a run");
    assert!(driver.name().starts_with(name), "{}", driver.name());
    for result in results {
        let id = &result.case.id;
        let findings = &result.worst().judgement.findings;
        assert_eq!(
            result.verdict(),
            Verdict::Pass,
            "{file}, {id}: {findings:?}"
        );
        let first = result.worst().first.as_ref().expect("an outcome");
        let is_shown = first.response.fields.is_some() && first.response.content.is_some();
        assert!(is_shown || !first.is_complete(), "{file}, {id}: {first:?}");
    }
}
