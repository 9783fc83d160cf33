//! Every handler may block, compute or misbehave for as long as it likes: a thousand that sleep at
//! once do not delay the next one, nor do hundreds that wait in ways that the server cannot see; one
//! that computes forever shares the interpreter; one that keeps its response and writes to it later
//! writes nowhere.

use std::process::{self, Command};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support;
use crate::support::client::Client;
use crate::support::process::Process;
use crate::support::wait::eventually;

/// How long the waiting handlers wait; if a busy machine did not start all of them in this time, longer.
const WAITS: [Duration; 3] = [
    Duration::from_millis(1500),
    Duration::from_secs(5),
    Duration::from_secs(15),
];

#[test]
fn a_thousand_sleeping_handlers_do_not_delay_others() {
    waiting_handlers_delay_no_other("sleep", 1000);
}

#[test]
fn handlers_that_wait_unseen_do_not_delay_others() {
    for by in ["event", "queue", "select", "socket"] {
        waiting_handlers_delay_no_other(by, 300);
    }
}

fn waiting_handlers_delay_no_other(by: &str, count: usize) {
    let _turn = alone();
    allow_descriptors();
    let outcomes = WAITS.iter().map(|&wait| delay(by, count, wait));
    let delayed: Vec<_> = outcomes.map_while(Result::err).collect();
    assert!(delayed.len() < WAITS.len(), "{count} by {by}: {delayed:?}");
}

/// What was delayed while `count` handlers waited for this long.
fn delay(by: &str, count: usize, wait: Duration) -> Result<(), String> {
    let server = server();
    let mut other = Client::connect(server.addr());
    // Everything is imported and compiled before it counts.
    get(
        &mut other,
        &format!("/wait.py?by={by}&seconds=0.001"),
        "waited",
    );
    get(&mut other, "/trivial.py", "trivial");

    let mut clients: Vec<_> = (0..count).map(|_| Client::connect(server.addr())).collect();
    let request = format!(
        "GET /wait.py?by={by}&seconds={} HTTP/1.1\r\n\r\n",
        wait.as_secs_f64()
    );
    let began = Instant::now();
    for client in &mut clients {
        client.send(request.as_bytes());
    }
    let mut slowest = Duration::ZERO;
    while began.elapsed() < wait {
        let asked = Instant::now();
        get(&mut other, "/trivial.py", "trivial");
        slowest = slowest.max(asked.elapsed());
    }
    for client in &mut clients {
        assert_eq!(client.read_response("GET").text(), "waited");
    }
    let counts = ask(&mut other, "/counts.py");
    if counts != format!("0 {count}") {
        return Err(format!(
            "waiting now, and at the same time at most: {counts}"
        ));
    }
    // One that had to wait for them would take nearly as long as they do.
    if slowest > wait / 2 {
        return Err(format!("another was answered after {slowest:?}"));
    }
    Ok(())
}

#[test]
fn a_handler_that_waits_unseen_is_noticed_however_quiet_it_was_before() {
    /// Longer than the server goes on looking for blocked handlers when there is no queue.
    const QUIET: Duration = Duration::from_millis(100);
    /// How long one handler waits, and when another must be answered meanwhile.
    const WAIT: Duration = Duration::from_millis(1500);
    const PROMPT: Duration = Duration::from_secs(1);
    let _turn = alone();
    let server = server();
    let mut crowd: Vec<_> = (0..8).map(|_| Client::connect(server.addr())).collect();
    let mut waiting = Client::connect(server.addr());
    let mut other = Client::connect(server.addr());
    for _ in 0..30 {
        thread::sleep(QUIET);
        // A queue forms, and is gone at once.
        for client in &mut crowd {
            client.send(b"GET /wait.py?by=sleep&seconds=0 HTTP/1.1\r\n\r\n");
        }
        for client in &mut crowd {
            assert_eq!(client.read_response("GET").text(), "waited");
        }
    }
    waiting.send(b"GET /wait.py?by=event&seconds=1.5 HTTP/1.1\r\n\r\n");
    let began = Instant::now();
    while began.elapsed() < WAIT / 2 {
        let asked = Instant::now();
        get(&mut other, "/trivial.py", "trivial");
        let took = asked.elapsed();
        assert!(took < PROMPT, "{took:?}");
    }
    assert_eq!(waiting.read_response("GET").text(), "waited");
}

#[test]
fn handlers_that_compute_forever_do_not_stop_others() {
    let _turn = alone();
    let server = server();
    let mut spinning = [(); 2].map(|()| Client::connect(server.addr()));
    for client in &mut spinning {
        client.send(b"GET /spin.py HTTP/1.1\r\n\r\n");
    }
    for _ in 0..5 {
        let asked = Instant::now();
        let mut client = Client::connect(server.addr());
        get(&mut client, "/trivial.py", "trivial");
        get(&mut client, "/trivial.py", "trivial");
        let took = asked.elapsed();
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    for client in &spinning {
        assert!(!client.ended() && client.pending().is_empty());
    }
}

#[test]
fn a_kept_response_cannot_be_written_to_in_the_next_exchange() {
    let server = server();
    let refused = "[False, False, False, False, False, False]";
    for how in ["", "-in-thread"] {
        let mut client = Client::connect(server.addr());
        for _ in 0..3 {
            get(
                &mut client,
                &format!("/keep_response.py?do=keep{how}"),
                "kept",
            );
            get(
                &mut client,
                &format!("/keep_response.py?do=write{how}"),
                refused,
            );
        }
        assert!(client.is_kept_open());
        assert_eq!(client.pending(), b"");
    }
}

#[test]
fn a_kept_response_cannot_be_written_to_after_its_connection_has_ended() {
    let server = server();
    let mut other = Client::connect(server.addr());
    let mut client = Client::connect(server.addr());
    get(&mut client, "/keep_response.py?do=keep", "kept");
    drop(client);
    // Until the server has noticed, a write may still succeed.
    eventually("writes are refused", || {
        other.send(b"GET /keep_response.py?do=write HTTP/1.1\r\n\r\n");
        let answer = other.read_response("GET");
        assert_eq!(answer.status, 200);
        answer.text() == "[False, False, False, False, False, False]"
    });
    assert!(other.is_kept_open());
}

fn server() -> Process {
    let doc_root = support::repository().join("tests/wire_site");
    Process::wireserve(&doc_root, ["--log", "error"])
}

fn get(client: &mut Client, target: &str, expected: &str) {
    assert_eq!(ask(client, target), expected, "{target}");
}

fn ask(client: &mut Client, target: &str) -> String {
    client.send(format!("GET {target} HTTP/1.1\r\n\r\n").as_bytes());
    client.read_response("GET").text()
}

/// Tests that measure times take turns: one that computes forever would slow the others down.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Lets this process, and those that it starts, have as many descriptors as the system allows.
fn allow_descriptors() {
    let mut command = Command::new("sh");
    command.args(["-c", "prlimit --pid $1 --nofile=$(ulimit -Hn):", "sh"]);
    match command.arg(process::id().to_string()).output() {
        Ok(output) if output.status.success() => {}
        // Then what there is must do; a connection that fails tells.
        result => eprintln!("cannot raise the limit on descriptors: {result:?}"),
    }
}
