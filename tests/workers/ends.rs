//! The ends of workers and of their supervisor.

use std::net::TcpStream;
use std::time::Duration;

use super::{PID, children, pids, start};
use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::{send_signal, state};
use crate::support::wait::eventually;

/// Also while a child lives on that one of its handlers has forked.
#[test]
fn a_worker_with_a_forked_child_is_replaced() {
    let fork = "import os, time\n\ndef main(request, response):\n    child = os.fork()\n    \
                if child == 0:\n        time.sleep(60)\n        os._exit(0)\n    \
                return '%d %d' % (os.getpid(), child)\n";
    let folder = folder(&[PID, ("fork.py", fork)]);
    let server = start(folder.path(), &[]);
    let mut client = Client::connect(server.addr());
    let answer = client.ask("GET", "/fork.py").text().to_owned();
    let (worker, child) = answer.split_once(' ').expect("two numbers");
    let [worker, child] = [worker, child].map(|pid| pid.parse::<u32>().expect("a number"));
    send_signal(worker, "KILL");
    eventually("another one takes its place", || {
        server.stderr().contains("another one takes its place")
    });
    send_signal(child, "KILL");
}

/// Only the requests of the worker that dies are harmed, and another one takes its place.
#[test]
fn a_worker_that_dies_is_replaced() {
    let folder = folder(&[
        PID,
        (
            "wait.py",
            "import os, time\n\ndef main(request, response):\n    \
             while not os.path.exists('go'):\n        time.sleep(0.02)\n    return 'done'\n",
        ),
        (
            "die.py",
            "import os, signal\n\ndef main(request, response):\n    os.kill(os.getpid(), signal.SIGKILL)\n",
        ),
    ]);
    let server = start(folder.path(), &[]);
    let before = pids(&server, 2);
    // Requests on connections of both.
    let mut clients: Vec<_> = (0..8).map(|_| Client::connect(server.addr())).collect();
    let pids_of: Vec<u32> = clients
        .iter_mut()
        .map(|client| client.ask("GET", "/pid.py").text().parse().expect("a PID"))
        .collect();
    for client in &mut clients {
        client.send(b"GET /wait.py HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    let dies = pids_of[0];
    send_signal(dies, "KILL");
    std::fs::write(folder.path().join("go"), "").expect("a file");
    for (client, pid) in clients.iter_mut().zip(&pids_of) {
        let answer = client.try_read_response("GET");
        assert_eq!(answer.is_ok(), *pid != dies, "{answer:?}");
    }
    eventually("the log says so", || {
        server.stderr().contains(&format!(
            "has ended (process {dies}: signal: 9 (SIGKILL)); another one takes its place"
        ))
    });
    eventually("another one serves", || {
        let now = children(server.id());
        now.len() == 2 && now != before
    });
    let after = pids(&server, 2);
    assert!(
        after.contains(before.iter().find(|pid| **pid != dies).expect("two")),
        "{after:?}"
    );
    assert!(!after.contains(&dies));
    // A handler that ends its own process is no different.
    let mut client = Client::connect(server.addr());
    client.send(b"GET /die.py HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(client.try_read_response("GET").is_err());
    eventually("both serve again", || children(server.id()).len() == 2);
    let mut client = Client::connect(server.addr());
    assert_eq!(client.ask("GET", "/pid.py").status, 200);
}

/// A signal ends the supervisor, and no worker is left.
#[test]
fn a_signal_ends_all() {
    let folder = folder(&[PID]);
    for signal in ["TERM", "INT"] {
        let mut server = start(folder.path(), &[]);
        let workers = pids(&server, 2);
        server.signal(signal);
        let status = server.wait(Duration::from_secs(20)).expect("it ends");
        assert_eq!(status.code(), Some(0), "{}", server.stderr());
        for worker in workers {
            assert!(!std::path::Path::new(&format!("/proc/{worker}")).exists());
        }
        assert!(
            !server.stderr().contains("has ended"),
            "{}",
            server.stderr()
        );
    }
}

/// New clients are refused at once, even while workers wait for their handlers.
#[test]
fn a_server_that_stops_refuses_connections() {
    let folder = folder(&[(
        "stay.py",
        "import time\n\ndef main(request, response):\n    open('inside', 'w').close()\n    time.sleep(60)\n",
    )]);
    let server = start(folder.path(), &[]);
    let mut client = Client::connect(server.addr());
    client.send(b"GET /stay.py HTTP/1.1\r\nHost: a\r\n\r\n");
    eventually("the handler runs", || folder.path().join("inside").exists());
    server.signal("TERM");
    eventually("it refuses connections", || {
        TcpStream::connect(server.addr()).is_err()
    });
    assert!(!children(server.id()).is_empty(), "the handler still runs");
}

/// A supervisor that is killed leaves no worker.
#[test]
fn no_worker_outlives_the_supervisor() {
    let folder = folder(&[PID]);
    let server = start(folder.path(), &[]);
    let workers = pids(&server, 2);
    drop(server);
    eventually("the workers end", || {
        workers
            .iter()
            .all(|worker| matches!(state(*worker), None | Some('Z')))
    });
}
