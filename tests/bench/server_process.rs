//! The server of a bench is another process: it gets the options after `--`, scripts cannot disturb the report, and it
//! never outlives the command.

use std::fs;
use std::path::Path;

use super::{SHORT, bench, command, results};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;

#[test]
fn it_gets_the_options_after_two_dashes() {
    let root = folder(&[("site/a.txt", "a")]);
    let route = [
        "--",
        "site",
        "--route",
        "GET",
        "/there",
        "200:here",
        "--latency",
        "5",
    ];
    let found = results(
        root.path(),
        &[&["/there", "/a.txt"][..], &route].concat(),
        0,
    );
    for path in found["paths"].as_array().expect("paths") {
        let p50 = path["latency_us"]["p50"]["min"]
            .as_f64()
            .expect("a latency");
        assert!(p50 >= 5000.0 * 0.999, "{path:#}");
        let waiting = path["phases_us"]["waiting"].as_f64().expect("a time");
        assert!(waiting >= 5000.0, "{path:#}");
    }
}

#[test]
fn its_ports_are_free_ones_of_the_loopback_interface() {
    let root = folder(&[(
        "where.py",
        "def main(request, response):\n    \
             host, port = request.server.config['server_host'], request.url_parts.port\n    \
             assert request.url_parts.hostname == '127.0.0.1' and port != 8000, request.url\n    \
             return 'there'\n",
    )]);
    let options = ["where.py", "--", "--host", "0.0.0.0", "--port", "8000"];
    let found = results(root.path(), &options, 0);
    assert!(found["paths"][0]["problem"].is_null(), "{found:#}");
}

#[test]
fn what_scripts_print_and_read_is_kept_apart() {
    let root = folder(&[(
        "loud.py",
        "import sys\n\
         def main(request, response):\n    \
             print('loud')\n    \
             assert sys.stdin.read() == ''\n    \
             return 'said'\n",
    )]);
    let ended = bench(root.path(), &[SHORT, &["loud.py"]].concat());
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(!ended.stdout.concat().contains("loud\n"));
    assert!(ended.stderr.contains("loud\n"));
}

#[test]
fn it_ends_with_the_command() {
    let root = folder(&[(
        "pid.py",
        "import os\n\
         def main(request, response):\n    \
             with open('pid.tmp', 'w') as file:\n        \
                 file.write(str(os.getpid()))\n    \
             os.rename('pid.tmp', 'pid')\n    \
             return 'running'\n",
    )]);
    let process = Process::spawn(&mut command(
        root.path(),
        &["-c", "1", "-d", "600", "pid.py"],
    ));
    let file = root.path().join("pid");
    eventually("a request", || file.exists());
    let pid = fs::read_to_string(&file).expect("its number");
    process.signal("KILL");
    let proc = Path::new("/proc").join(&pid);
    eventually("the end of the server", || {
        let stat = fs::read_to_string(proc.join("stat")).unwrap_or_default();
        let state = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .trim_start()
            .to_owned();
        stat.is_empty() || state.starts_with('Z')
    });
}
