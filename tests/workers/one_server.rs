//! From outside, workers are one server: one ready line for each port, the same addresses, events for all.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::thread;

use super::{PID, children, pids, start};
use crate::support::client::Client;
use crate::support::command::{run, wireserve};
use crate::support::folder::folder;
use crate::support::process::Process;

#[test]
fn two_processes_answer_on_each_port() {
    let folder = folder(&[PID]);
    let server = start(folder.path(), &[]);
    let pids = pids(&server, 2);
    let mut processes = children(server.id());
    processes.sort_unstable();
    assert_eq!(processes, pids);
    server.signal("TERM");
    let ended = server.end();
    assert_eq!(
        ended.stdout.len(),
        1,
        "one port, one line: {:?}",
        ended.stdout
    );
}

#[test]
fn every_kind_of_listener_is_shared() {
    let folder = folder(&[PID, ("greeting.wire", "send \"hello\"\nclose\n")]);
    let socket = folder.path().join("socket");
    let socket = socket.to_str().expect("UTF-8");
    let mut command = wireserve();
    command
        .arg(folder.path())
        .args(["--workers", "2", "--port", "0", "--port", "0"]);
    command.args(["--connections", "0", "greeting.wire", "--unix", socket]);
    let server = Process::start_with_listeners(command, 3);
    for address in &server.addresses()[..2] {
        let mut client = Client::connect(*address);
        assert_eq!(client.ask("GET", "/pid.py").status, 200);
    }
    let mut client = Client::connect(server.addresses()[2]);
    assert_eq!(client.read_until_close(), b"hello");
    let unix = UnixStream::connect(socket).expect("a listener");
    (&unix)
        .write_all(b"GET /pid.py HTTP/1.0\r\n\r\n")
        .expect("a server");
    let mut answer = String::new();
    (&unix).read_to_string(&mut answer).expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

/// Connections that come at once are not all for the worker that runs first.
#[test]
fn a_burst_of_connections_is_shared() {
    let folder = folder(&[PID]);
    let server = start(folder.path(), &[]);
    let mut clients: Vec<_> = (0..16).map(|_| Client::connect(server.addr())).collect();
    let pids: BTreeSet<_> = clients
        .iter_mut()
        .map(|client| client.ask("GET", "/pid.py").text().to_owned())
        .collect();
    assert_eq!(pids.len(), 2, "{pids:?}");
}

/// Once a change is answered, all workers have made it, and all in the same order.
#[test]
fn a_change_of_an_event_is_made_in_all_workers() {
    let folder = folder(&[
        PID,
        (
            "event.py",
            "def main(request, response):\n    \
             action, name = request.GET[b'do'].decode(), request.GET[b'name'].decode()\n    \
             if action == 'wait':\n        \
                 return str(response.writer.wait_for(name, 0.001))\n    \
             getattr(response.writer, action)(name)\n    \
             return action\n",
        ),
    ]);
    let server = start(folder.path(), &[]);
    // A client of each worker.
    let mut clients = BTreeMap::new();
    while clients.len() < 2 {
        let mut client = Client::connect(server.addr());
        let pid = client.ask("GET", "/pid.py").text().to_owned();
        clients.entry(pid).or_insert(client);
    }
    let [mut one, mut other] = <[Client; 2]>::try_from(clients.into_values().collect::<Vec<_>>())
        .unwrap_or_else(|_| panic!("expected two clients"));
    let act = |client: &mut Client, action: &str, name: usize| {
        let target = format!("/event.py?do={action}&name=e{name}");
        client.ask("GET", &target).text().to_owned()
    };
    for name in 0..50 {
        assert_eq!(act(&mut one, "set", name), "set");
        assert_eq!(act(&mut other, "wait", name), "True", "{name} is set");
        assert_eq!(act(&mut other, "clear", name), "clear");
        assert_eq!(act(&mut one, "wait", name), "False", "{name} is cleared");
    }
    // At the same time, in whichever order: they agree.
    for name in 100..120 {
        thread::scope(|scope| {
            scope.spawn(|| act(&mut one, "set", name));
            act(&mut other, "clear", name);
        });
        let seen = act(&mut one, "wait", name);
        assert_eq!(act(&mut other, "wait", name), seen, "{name}");
    }
}

/// An event that is set in one worker ends a wait in the other.
#[test]
fn events_reach_all_workers() {
    let folder = folder(&[
        PID,
        (
            "wait.wire",
            "wait_for \"go\"\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\ngone\"\n",
        ),
        (
            "set.wire",
            "set \"go\"\nsend \"HTTP/1.1 200 OK\\r\\nContent-Length: 3\\r\\n\\r\\nset\"\n",
        ),
    ]);
    let server = start(folder.path(), &[]);
    pids(&server, 2);
    thread::scope(|scope| {
        let waits: Vec<_> = (0..8)
            .map(|_| {
                let mut client = Client::connect(server.addr());
                scope.spawn(move || client.ask("GET", "/wait.wire").text().to_owned())
            })
            .collect();
        let mut client = Client::connect(server.addr());
        assert_eq!(client.ask("GET", "/set.wire").text(), "set");
        for wait in waits {
            assert_eq!(wait.join().expect("no panic"), "gone");
        }
    });
}

#[test]
fn what_belongs_to_one_process_is_refused() {
    let folder = folder(&[PID]);
    let site = folder.path().to_str().expect("UTF-8");
    for (options, message) in [
        (
            &["--workers", "0"][..],
            "workers: expected a number from 1 to 256, found 0",
        ),
        (&["--workers", "257"], "found 257"),
        (
            &["--workers", "2", "--control"],
            "expected one worker with the control interface",
        ),
        (
            &["--workers", "2", "--transcript", site],
            "expected one worker with transcripts",
        ),
    ] {
        let arguments = [&[site, "--port", "0"], options].concat();
        run(arguments).is_refusal(&[message]);
    }
}
