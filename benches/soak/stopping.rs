//! How long stopping takes while connections only wait. All waits end at once, so that neither the grace that
//! running exchanges get nor the time between two looks for a client may show.

use std::fs;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use wireserve::{Server, WireScript};

use super::support::client::Client;
use super::support::process::Process;

/// How often a server is stopped in each way.
const STOPS: usize = 20;

/// How long half of the stops may take. Ending a process with its interpreter is part of it.
const LIMIT: Duration = Duration::from_millis(5);

/// By then a process that was stopped has ended.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// Until the threads of all connections wait.
const SETTLING: Duration = Duration::from_millis(20);

/// Stops servers in both ways, and returns what took too long.
pub(crate) fn try_it() -> Vec<String> {
    [
        judged("dropping a `Server`", drop_one),
        judged("SIGTERM", end_one),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn judged(what: &str, stop: fn() -> Duration) -> Option<String> {
    let mut times: Vec<_> = (0..STOPS).map(|_| stop()).collect();
    times.sort_unstable();
    let (least, median) = (times[0], times[STOPS / 2]);
    println!("stopping {STOPS} times, {what}: half of them within {median:?}, one in {least:?}");
    (median > LIMIT).then(|| format!("{what} took {median:?}; {LIMIT:?} are allowed"))
}

/// What the connections wait for. The last one would end if another followed.
fn waits() -> [WireScript; 7] {
    let minute = Duration::from_secs(60);
    let begun = || WireScript::new().send(".");
    [
        begun().pause(minute),
        begun().hold(),
        begun().hold_for(minute),
        begun().wait_for("nothing"),
        begun().wait_for_body(),
        begun().read(5),
        begun().wait_for_connection(),
    ]
}

/// Clients whose exchanges wait.
fn clients(address: SocketAddr) -> Vec<Client> {
    let mut half_a_head = Client::connect(address);
    half_a_head.send(b"GET /0.wire HTTP/1.1\r\nHost");
    let mut clients = vec![Client::connect(address), half_a_head];
    clients.extend((0..waits().len()).map(|number| {
        let mut client = Client::connect(address);
        let head = format!("POST /{number}.wire HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
        client.send(head.as_bytes());
        assert_eq!(client.read_exact(1), b".");
        client
    }));
    thread::sleep(SETTLING);
    clients
}

fn drop_one() -> Duration {
    let mut builder = Server::builder();
    for (number, script) in waits().into_iter().enumerate() {
        let path = format!("/{number}.wire");
        builder = builder
            .route("*", &path, script)
            .expect("the pattern is valid");
    }
    let server = builder.start().expect("a free port");
    let _clients = clients(server.address());
    let began = Instant::now();
    drop(server);
    began.elapsed()
}

fn end_one() -> Duration {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, script) in waits().iter().enumerate() {
        let path = folder.path().join(format!("{number}.wire"));
        fs::write(path, script.to_string()).expect("room");
    }
    let mut server = Process::wireserve(folder.path(), ["--log", "error"]);
    let _clients = clients(server.addr());
    let id = i32::try_from(server.id()).ok().and_then(Pid::from_raw);
    let began = Instant::now();
    kill_process(id.expect("an id of a process"), Signal::TERM).expect("it runs");
    let status = server.wait(ENDS_WITHIN).expect("it ends");
    let took = began.elapsed();
    assert_eq!(status.code(), Some(0), "after SIGTERM");
    took
}
