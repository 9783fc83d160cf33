//! What is wrong with a path is said, with exit status 1, and is no part of the numbers.

use super::{SHORT, bench, results};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::unused::unused_address;

#[test]
fn a_path_that_fails_at_once_is_not_measured() {
    let refused = unused_address();
    let root = folder(&[
        ("good.txt", "good"),
        (
            "broken.py",
            "def main(request, response):\n    raise ValueError('no')\n",
        ),
        (
            "cut.wire",
            "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n01234\"\nclose\n",
        ),
        ("silent.wire", "close\n"),
        ("odd.wire", "send \"hello\\r\\n\\r\\n\"\nclose\n"),
    ]);
    let url = format!("http://{refused}/");
    let refusal = format!("cannot connect to {refused}");
    let paths = [
        "/none.py",
        "broken.py",
        "cut.wire",
        "silent.wire",
        "odd.wire",
        &url,
        "good.txt",
    ];
    let ended = bench(root.path(), &[SHORT, &paths].concat());
    assert_eq!(ended.code, Some(1));
    for (path, found) in [
        ("/none.py", "status 404"),
        ("/broken.py", "status 500"),
        (
            "/cut.wire",
            "the server closed the connection in the middle of a response",
        ),
        (
            "/silent.wire",
            "the server closed the connection without a response",
        ),
        ("/odd.wire", "a malformed head of a response"),
        (&url, &refusal),
    ] {
        let line = format!("wireserve: bench: {path}: found {found}");
        assert!(ended.stderr.contains(&line), "{line} in {}", ended.stderr);
        assert!(
            ended
                .stdout
                .concat()
                .contains(&format!("not measured: {found}")),
            "{found}"
        );
    }
    assert!(!ended.stderr.contains("good.txt"), "{}", ended.stderr);
    assert!(
        ended
            .stdout
            .concat()
            .contains("GET /good.txt\n  requests/s")
    );
}

/// The server logs the reason of the first failure, and no more.
#[test]
fn errors_are_counted_and_not_averaged_away() {
    let root = folder(&[(
        "sometimes.py",
        "import itertools, wptserve\n\
         counter = wptserve.__dict__.setdefault('of_this_test', itertools.count())\n\
         def main(request, response):\n    \
             if next(counter) % 3 == 2:\n        \
                 raise ValueError('every third')\n    \
             return 'fine'\n",
    )]);
    let found = results(root.path(), &["sometimes.py"], 1);
    let path = &found["paths"][0];
    let errors = path["errors"]["status 500"].as_u64().expect("errors");
    let requests = path["requests"].as_u64().expect("requests");
    assert_eq!(
        path["errors"].as_object().map(serde_json::Map::len),
        Some(1),
        "{path:#}"
    );
    let off = requests.abs_diff(2 * errors);
    assert!(
        errors >= 1 && off <= 8,
        "{requests} answered, {errors} errors"
    );

    let ended = bench(root.path(), &[SHORT, &["sometimes.py"]].concat());
    assert!(
        ended.stderr.contains("times: status 500"),
        "{}",
        ended.stderr
    );
    assert!(!ended.stderr.contains("every third"), "{}", ended.stderr);
}

/// A reset by the handler is no connection that was closed before.
#[test]
fn requests_that_a_handler_resets_are_errors() {
    let root = folder(&[(
        "resets.py",
        "import itertools, wptserve\n\
         counter = wptserve.__dict__.setdefault('of_resets', itertools.count())\n\
         def main(request, response):\n    \
             if next(counter) % 10 == 9:\n        \
                 response.writer.reset()\n    \
             return 'fine'\n",
    )]);
    let found = results(root.path(), &["resets.py"], 1);
    let path = &found["paths"][0];
    let errors = path["errors"]["the server reset the connection without a response"]
        .as_u64()
        .unwrap_or_default();
    let requests = path["requests"].as_u64().expect("requests");
    assert!(
        errors >= 1 && requests.abs_diff(9 * errors) <= 40,
        "{path:#}"
    );
}

#[test]
fn a_reset_is_not_the_end_of_a_response_without_a_length() {
    let root = folder(&[(
        "resets.py",
        "import itertools, wptserve\n\
         counter = wptserve.__dict__.setdefault('of_cut', itertools.count())\n\
         def main(request, response):\n    \
             response.writer.write(b'HTTP/1.1 200 OK\\r\\n\\r\\nhalf')\n    \
             if next(counter) % 10 == 9:\n        \
                 response.writer.reset()\n    \
             response.close_connection = True\n",
    )]);
    let found = results(root.path(), &["resets.py"], 1);
    let path = &found["paths"][0];
    let errors = path["errors"]["the server reset the connection in the middle of a response"]
        .as_u64()
        .unwrap_or_default();
    let requests = path["requests"].as_u64().expect("requests");
    assert!(
        errors >= 1 && requests.abs_diff(9 * errors) <= 40,
        "{path:#}"
    );
}

#[test]
fn a_request_file_may_have_any_form_of_target() {
    let root = folder(&[
        ("good.txt", "good"),
        ("options", "OPTIONS * HTTP/1.1\r\n\r\n"),
        (
            "absolute",
            "GET http://a.test/good.txt HTTP/1.1\r\nHost: a.test\r\n\r\n",
        ),
    ]);
    for (file, named) in [("options", "*"), ("absolute", "http://a.test/good.txt")] {
        let found = results(root.path(), &["--request", file], 0);
        let path = &found["paths"][0];
        assert_eq!(path["path"], named);
        assert!(path["requests"].as_u64() >= Some(1), "{path:#}");
    }
}

#[test]
fn a_server_that_runs_is_measured_from_outside() {
    let root = folder(&[("good.txt", "good")]);
    let server = Process::wireserve(root.path(), [""; 0]);
    let url = format!("http://{}/good.txt", server.addr());
    let found = results(root.path(), &[&url], 0);
    let path = &found["paths"][0];
    assert_eq!(path["path"], url.as_str());
    assert!(path["requests"].as_u64() >= Some(1));
    assert!(
        path["phases_us"].is_null() && path["processor_us"].is_null(),
        "{path:#}"
    );
}

#[test]
fn mistakes_are_refused_in_one_line() {
    let root = folder(&[
        ("good.txt", "good"),
        (
            "half.txt",
            "PUT / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf",
        ),
    ]);
    for (arguments, named) in [
        (&[][..], &["bench", "expected a path or a URL"][..]),
        (&["a b"], &["bench", "\"a b\""]),
        (&["https://127.0.0.1/"], &["bench", "https://", "http://"]),
        (
            &["good.txt", "--compare", "none.json"],
            &["bench", "none.json"],
        ),
        (
            &["good.txt", "--compare", "good.txt"],
            &["bench", "good.txt", "expected results"],
        ),
        (&["--request", "none.txt"], &["bench", "none.txt"]),
        (&["good.txt#part"], &["bench", "fragment"]),
        (
            &["--request", "half.txt"],
            &["bench", "half.txt", "9 bytes", "found 4"],
        ),
        (
            &["good.txt", "--", "--no-such-option"],
            &["bench", "--no-such-option"],
        ),
        (&["good.txt", "--", "hosts"], &["bench", "another command"]),
        (&["good.txt", "--", "/no/such/folder"], &["/no/such/folder"]),
        (
            &["good.txt", "--", "--workers", "2"],
            &["bench", "--workers", "URL"],
        ),
        (
            &["http://127.0.0.1:9/", "--profile"],
            &["bench", "--profile"],
        ),
    ] {
        bench(root.path(), arguments).is_refusal(named);
    }
}
