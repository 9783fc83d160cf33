//! Workers have one stash, without Redis: values, the lock, queues.

use std::thread;

use super::{PID, pids, start};
use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;

const ACT: (&str, &str) = (
    "act.py",
    r#"
import os

KEY = "2b3e5a0c-7d1f-4c58-9a63-0f4e8d2c1b7a"


def main(request, response):
    stash = request.server.stash
    action = request.GET.first(b"do").decode()
    if action == "count":
        with stash.lock:
            count, pids = stash.take(KEY, path="/count") or (0, set())
            stash.put(KEY, (count + 1, pids | {os.getpid()}), path="/count")
        return "%d %d" % (count, len(pids))
    if action == "new":
        stash.put(KEY, stash.get_queue(), path="/queue")
        return "new"
    with stash.lock:
        queue = stash.take(KEY, path="/queue")
        stash.put(KEY, queue, path="/queue")
    if action == "put":
        queue.put(os.getpid())
        return "put"
    item = queue.get(timeout=20)
    queue.task_done()
    return str(item)
"#,
);

fn act(server: &Process, action: &str) -> String {
    let mut client = Client::connect(server.addr());
    client
        .ask("GET", &format!("/act.py?do={action}"))
        .text()
        .to_owned()
}

#[test]
fn values_and_the_lock() {
    let folder = folder(&[PID, ACT]);
    let server = start(folder.path(), &[]);
    pids(&server, 2);
    let mut counts: Vec<usize> = thread::scope(|scope| {
        let clients: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    let counts = (0..10).map(|_| act(&server, "count"));
                    counts.collect::<Vec<_>>()
                })
            })
            .collect();
        let counts = clients
            .into_iter()
            .flat_map(|one| one.join().expect("no panic"));
        counts
            .map(|text| {
                text.split(' ')
                    .next()
                    .expect("two")
                    .parse()
                    .expect("a number")
            })
            .collect()
    });
    counts.sort_unstable();
    assert_eq!(counts, (0..80).collect::<Vec<_>>());
    let last = act(&server, "count");
    assert!(last == "80 2" || last == "80 1", "{last}");
}

#[test]
fn queues() {
    let folder = folder(&[PID, ACT]);
    let server = start(folder.path(), &[]);
    pids(&server, 2);
    assert_eq!(act(&server, "new"), "new");
    thread::scope(|scope| {
        let waits: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| act(&server, "get")))
            .collect();
        for _ in 0..6 {
            assert_eq!(act(&server, "put"), "put");
        }
        for wait in waits {
            let pid = wait.join().expect("no panic");
            assert!(pid.parse::<u32>().is_ok(), "{pid}");
        }
    });
}
