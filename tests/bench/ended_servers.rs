//! A script that ends the server's process spoils the results of its own path only: the server is started again.

use serde_json::{Value, json};

use super::{SHORT, bench, results};
use crate::support::folder::folder;

const PLAIN: &str = "def main(request, response):\n    return 'plain'\n";

/// Ends the process when it is asked for the fourth time. Each response takes longer than the load before the first
/// round, so that this is the second request of a round, or the first.
const FOURTH: &str = "import itertools, os, time, wptserve\n\
    counter = wptserve.__dict__.setdefault('of_this_test', itertools.count(1))\n\
    def main(request, response):\n    \
        if next(counter) == 4:\n        \
            os._exit(7)\n    \
        time.sleep(0.03)\n    \
        return 'alive'\n";

/// Ends the process when it is profiled.
const SHY: &str = "import os, sys\n\
    def main(request, response):\n    \
        monitoring = getattr(sys, 'monitoring', None)\n    \
        tool = monitoring and monitoring.get_tool(monitoring.PROFILER_ID)\n    \
        if tool or sys.getprofile():\n        \
            os._exit(0)\n    \
        return 'unseen'\n";

fn assert_measured(path: &Value) {
    let is_sound = path["problem"].is_null() && path["errors"] == json!({});
    assert!(is_sound && path["requests"].as_u64() >= Some(4), "{path:#}");
    assert!(!path["processor_us"].is_null(), "{path:#}");
}

#[test]
fn the_other_paths_are_measured() {
    let root = folder(&[
        (
            "exit.py",
            "import os\ndef main(request, response):\n    os._exit(0)\n",
        ),
        (
            "killed.py",
            "import os\ndef main(request, response):\n    os.kill(os.getpid(), 9)\n",
        ),
        ("plain.py", PLAIN),
    ]);
    let paths = ["plain.py", "exit.py", "killed.py", "plain.py?last"];
    let found = results(root.path(), &paths, 1);
    let problems = [
        ("/exit.py", "the server ended (exit status: 0)"),
        ("/killed.py", "the server ended (signal: 9 (SIGKILL))"),
    ];
    for (at, (path, problem)) in (1..).zip(problems) {
        assert_eq!(found["paths"][at]["path"], path);
        assert_eq!(found["paths"][at]["problem"], problem);
    }
    assert_measured(&found["paths"][0]);
    assert_measured(&found["paths"][3]);

    let ended = bench(root.path(), &[SHORT, &paths].concat());
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let report = ended.stdout.concat();
    assert!(report.contains("GET /plain.py?last\n  requests/s"));
    for (path, problem) in problems {
        let block = format!("GET {path}\n  not measured: {problem}\n");
        assert!(report.contains(&block), "{report}");
        let line = format!("wireserve: bench: {path}: found {problem}");
        assert!(ended.stderr.contains(&line), "{}", ended.stderr);
    }
}

#[test]
fn a_round_that_is_cut_short_counts_as_one_failure() {
    let root = folder(&[("fourth.py", FOURTH), ("plain.py", PLAIN)]);
    let found = results(root.path(), &["fourth.py", "plain.py"], 1);
    let cut = &found["paths"][0];
    let errors = json!({"the server ended (exit status: 7)": 2});
    assert_eq!((&cut["errors"], &cut["problem"]), (&errors, &Value::Null));
    assert_eq!(
        (&cut["requests"], &cut["connections_opened"]),
        (&json!(0), &json!(0))
    );
    assert_measured(&found["paths"][1]);
}

#[test]
fn profiling_continues_with_the_next_server() {
    let root = folder(&[("shy.py", SHY), ("plain.py", PLAIN)]);
    let found = results(root.path(), &["shy.py", "plain.py", "--profile"], 1);
    let [shy, plain] = [0, 1].map(|at| &found["paths"][at]);
    let errors = json!({"the server ended (exit status: 0)": 1});
    assert_eq!((&shy["errors"], &shy["functions"]), (&errors, &Value::Null));
    assert!(shy["requests"].as_u64() >= Some(4), "{shy:#}");
    assert_measured(plain);
    let functions = plain["functions"].as_array().expect("functions");
    let mut names = functions.iter().map(|one| &one["function"]);
    assert!(names.any(|name| name == "main"), "{functions:?}");
}

#[test]
fn a_server_that_does_not_start_again_is_a_reason() {
    let root = folder(&[(
        "site/last.py",
        "import os, shutil\n\
         def main(request, response):\n    \
             shutil.rmtree(os.path.dirname(__file__))\n    \
             os._exit(0)\n",
    )]);
    let found = results(root.path(), &["last.py", "next.py", "--", "site"], 1);
    for (at, problem) in [
        "the server ended (exit status: 0)",
        "the server does not start again",
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(found["paths"][at]["problem"], problem);
    }
}
