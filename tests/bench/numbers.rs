//! The numbers agree with handlers that are known to take some time, to send some bytes, or to call some functions.
//! Only what a busy machine cannot change is compared: nothing takes less time than it must.

use super::{number, results};
use crate::support::folder::folder;

#[test]
fn each_phase_has_the_time_that_the_handler_spends_in_it() {
    let root = folder(&[
        (
            "phases.py",
            "import time\n\
         def busy(seconds):\n    \
             end = time.thread_time() + seconds\n    \
             while time.thread_time() < end:\n        \
                 pass\n\
         busy(0.002)\n\
         def main(request, response):\n    \
             busy(0.004)\n    \
             assert len(request.body) == 3\n    \
             time.sleep(0.008)\n    \
             return 'done'\n",
        ),
        ("request.txt", "POST /phases.py HTTP/1.1\r\n\r\nabc"),
    ]);
    let found = results(root.path(), &["--request", "request.txt"], 0);
    let least = |phase: &str, microseconds: f64| {
        let spent = number(&found, &format!("/phases_us/{phase}"));
        assert!(spent >= microseconds, "{phase}: {spent}");
        spent
    };
    let all = least("module", 2000.0)
        + least("main", 4000.0)
        + least("waiting", 8000.0)
        // One of the two connections waits while the other one computes.
        + least("admission", 1.0)
        + least("reading", 0.1)
        + least("server", 0.1)
        + least("converting", 0.1)
        + least("writing", 0.1);
    let requests = number(&found, "/requests");
    let mean = number(&found, "/latency_us/mean");
    // The last request of a connection may be counted by one side alone.
    assert!(
        mean >= all * (1.0 - 2.0 / requests.max(4.0)),
        "{mean} for {all}: the client waits for all of it"
    );
    // Of the processor time, the sleep is no part.
    let processor = number(&found, "/processor_us/median");
    assert!(processor >= 5000.0, "{processor}");
    assert!(
        (1.0..=60.0).contains(&requests),
        "{requests} of 14 ms on 2 connections in 0.2 s"
    );
    for quantile in ["p50/min", "p90/median", "p99/max", "max"] {
        let latency = number(&found, &format!("/latency_us/{quantile}"));
        assert!(latency >= 14_000.0 * 0.999, "{quantile}: {latency}");
    }
}

#[test]
fn content_that_is_made_while_it_is_sent_is_time_of_main() {
    let root = folder(&[(
        "made.py",
        "import time\n\
         def main(request, response):\n    \
             def pieces():\n        \
                 end = time.thread_time() + 0.004\n        \
                 while time.thread_time() < end:\n            \
                     pass\n        \
                 yield b'made'\n    \
             return [('Content-Length', '4')], pieces()\n",
    )]);
    let found = results(root.path(), &["made.py"], 0);
    let main = number(&found, "/phases_us/main");
    assert!(main >= 4000.0, "{main}");
}

#[test]
fn a_file_needs_no_python() {
    let root = folder(&[("plain.txt", "0123456789")]);
    let found = results(root.path(), &["/plain.txt"], 0);
    for phase in ["admission", "module", "main", "converting"] {
        assert_eq!(
            number(&found, &format!("/phases_us/{phase}")),
            0.0,
            "{phase}"
        );
    }
    assert!(number(&found, "/requests") >= 1.0);
}

#[test]
fn bytes_and_connections_are_counted() {
    let response = "HTTP/1.1 200 OK\\r\\nContent-Length: 10\\r\\n\\r\\n0123456789";
    let root = folder(&[
        ("kept.wire", &format!("send \"{response}\"\n")),
        (
            "closed.wire",
            "send \"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok\"\nclose\n",
        ),
    ]);
    let found = results(root.path(), &["kept.wire"], 0);
    assert_eq!(number(&found, "/response_bytes"), 49.0);

    let found = results(root.path(), &["closed.wire"], 0);
    let (opened, requests) = (
        number(&found, "/connections_opened"),
        number(&found, "/requests"),
    );
    assert!(
        opened >= requests && requests >= 2.0,
        "{opened} for {requests}"
    );
}

#[test]
fn the_profile_has_the_functions_and_their_calls() {
    let root = folder(&[(
        "profiled.py",
        "def cheap():\n    pass\n\
         def costly():\n    return sum(number * number for number in range(20000))\n\
         def main(request, response):\n    \
             for _ in range(3):\n        cheap()\n    \
             return str(costly())\n",
    )]);
    let found = results(root.path(), &["profiled.py", "--profile"], 0);
    let functions = found["paths"][0]["functions"]
        .as_array()
        .expect("functions");
    let one = |name: &str| {
        let mut named = functions.iter().filter(|one| {
            let found = one["function"].as_str().expect("a name");
            found.split('.').next() == Some(name)
        });
        let one = named
            .next()
            .unwrap_or_else(|| panic!("{name} in {functions:#?}"));
        let number = |key: &str| one[key].as_f64().expect("a number");
        (number("calls"), number("own_us"), number("total_us"))
    };
    assert_eq!(one("cheap").0, 3.0);
    let (main, cheap) = (one("main"), one("cheap"));
    assert_eq!(main.0, 1.0);
    assert!(main.2 > main.1 && main.2 > cheap.2, "{main:?} {cheap:?}");
    let first = functions[0]["function"].as_str().expect("a name");
    assert!(
        first.contains("genexpr") || first.contains("sum"),
        "{first} is most of it"
    );
    let place = functions
        .iter()
        .find(|one| one["function"] == "main")
        .expect("main");
    assert_eq!(place["line"], 5);
    assert!(
        place["file"]
            .as_str()
            .is_some_and(|file| file.ends_with("/profiled.py"))
    );
}

#[test]
fn several_paths_are_measured_side_by_side() {
    let root = folder(&[
        ("fast.txt", "fast"),
        (
            "slow.py",
            "import time\ndef main(request, response):\n    time.sleep(0.02)\n    return 'slow'\n",
        ),
    ]);
    let found = results(root.path(), &["fast.txt", "slow.py?a=b"], 0);
    let rate = |at: usize| {
        found["paths"][at]["requests_per_s"]["median"]
            .as_f64()
            .expect("a rate")
    };
    assert_eq!(found["paths"][1]["path"], "/slow.py?a=b");
    assert!(rate(1) <= 100.0, "two connections, 20 ms each: {}", rate(1));
    assert!(rate(0) > rate(1));
}
