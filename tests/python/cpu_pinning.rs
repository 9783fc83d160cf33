//! With `--python-cpu` every script runs on that processor, whatever connection it came on; without it,
//! on any that the process may use.

use rustix::thread::{CpuSet, sched_getaffinity};

use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;

const WHERE: &str = "import os\n\n\ndef main(request, response):\n    \
                     return ','.join(map(str, sorted(os.sched_getaffinity(0))))\n";

#[test]
fn where_scripts_run() {
    let root = folder(&[("where.py", WHERE)]);
    let ours = sched_getaffinity(None).expect("the kernel tells");
    let ours: Vec<String> = (0..CpuSet::MAX_CPU)
        .filter(|&number| ours.is_set(number))
        .map(|number| number.to_string())
        .collect();
    let last = ours.last().expect("we run on one");
    for (arguments, expected) in [
        (vec![], ours.join(",")),
        (vec!["--python-cpu", last], last.clone()),
    ] {
        let server = Process::wireserve(root.path(), arguments);
        // All at once, so that each has a thread of its own.
        let clients: Vec<Client> = (0..3).map(|_| Client::connect(server.addr())).collect();
        for mut client in clients {
            for _ in 0..2 {
                client.send(b"GET /where.py HTTP/1.1\r\nHost: a\r\n\r\n");
                assert_eq!(client.read_response("GET").text(), expected);
            }
        }
    }
}
