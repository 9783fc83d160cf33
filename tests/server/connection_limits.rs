//! What happens when there are more connections than may be: the one that has been idle longest is
//! closed to make room; when all are busy, a new one gets a whole 503; when the process has no
//! descriptor left, that is logged and survived. Other connections are not affected.

use std::process::Command;
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE};
use crate::support::command::program;
use crate::support::process::Process;
use crate::support::site;
use crate::support::wait::eventually;
use wireserve::{Exchange, Limits, Server};

#[test]
fn the_longest_idle_connection_makes_room() {
    let stage = Stage::with_room_for(3);
    let mut oldest = stage.client();
    let mut others = [stage.client(), stage.client()];
    assert!(oldest.is_kept_open());
    // Often: an answer may be here a moment before its connection counts as idle.
    for _ in 0..50 {
        assert!(others.iter_mut().all(Client::is_kept_open));
    }
    let mut newest = stage.client();
    assert!(is_served(&mut newest));
    assert_eq!(oldest.read_until_close(), b"");
    assert!(others.iter_mut().all(Client::is_kept_open));
    assert!(newest.is_kept_open());
    assert_eq!(stage.server.connections(), 3);
}

#[test]
fn a_busy_connection_is_not_closed_for_another() {
    let stage = Stage::with_room_for(2);
    let mut busy = stage.busy_client();
    let mut idle = stage.client();
    assert!(idle.is_kept_open());
    // The answer may be here a moment before its connection counts as idle.
    eventually("there is room", || is_served(&mut stage.client()));
    assert_eq!(idle.read_until_close(), b"");
    stage.release(1);
    assert_eq!(busy.read_response("GET").text(), "released");
    assert!(busy.is_kept_open());
}

#[test]
fn when_all_are_busy_a_new_connection_gets_503() {
    let stage = Stage::with_room_for(2);
    let mut busy = [stage.busy_client(), stage.busy_client()];
    for _ in 0..3 {
        let mut refused = stage.client();
        refused.send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        let answer = refused.read_response("GET");
        assert_eq!(answer.status, 503);
        assert_eq!(answer.header("Connection"), Some(&b"close"[..]));
        assert!(answer.text().contains("too many connections"));
        assert_eq!(refused.read_until_close(), b"");
    }
    stage.release(2);
    for client in &mut busy {
        assert_eq!(client.read_response("GET").text(), "released");
        assert!(client.is_kept_open());
    }
}

#[test]
fn refused_clients_that_stay_do_not_block_others() {
    /// Far less than what is left to a closed connection's client to close as well.
    const SOON: Duration = Duration::from_secs(1);

    /// How often it is tried: a busy machine delays some.
    const ATTEMPTS: usize = 5;

    let in_time = (0..ATTEMPTS).any(|_| time_until_room() < SOON);
    assert!(in_time, "not within {SOON:?}");
}

/// The time until a client is served after another one that left, while refused clients stay.
fn time_until_room() -> Duration {
    let stage = Stage::with_room_for(1);
    let mut busy = stage.busy_client();
    let began = Instant::now();
    let mut refused: Vec<_> = (0..5).map(|_| stage.client()).collect();
    for client in &mut refused {
        assert_eq!(client.read_response("GET").status, 503);
    }
    stage.release(1);
    assert_eq!(busy.read_response("GET").text(), "released");
    eventually("there is room", || is_served(&mut stage.client()));
    let took = began.elapsed();
    drop(refused);
    took
}

#[test]
fn running_out_of_descriptors_is_survived() {
    let server = with_descriptors(40);
    // Busy, each with half a head.
    let mut clients: Vec<_> = (0..60)
        .map(|_| {
            let mut client = Client::connect(server.addr());
            client.send(b"GET /.well-known/none HTTP/1.1\r\n");
            client
        })
        .collect();
    eventually("the log reports it", || {
        server.stderr().contains("cannot accept")
    });
    let mut rest = clients.split_off(30);
    clients[0].send(b"\r\n");
    clients[0].read_response("GET");
    drop(clients);
    for client in &mut rest {
        client.send(b"\r\n");
        // From here on it is idle, and may be closed for one of the others. Without a descriptor nobody
        // can say whether there is such a file.
        assert!(matches!(client.read_response("GET").status, 404 | 503));
    }
    drop(rest);
    eventually("there are descriptors again", || {
        is_served(&mut Client::connect(server.addr()))
    });
}

#[test]
fn idle_connections_give_their_descriptors() {
    let server = with_descriptors(40);
    let mut clients = Vec::new();
    for _ in 0..80 {
        let mut client = Client::connect(server.addr());
        assert!(client.is_kept_open());
        clients.push(client);
    }
    assert!(clients.last_mut().is_some_and(Client::is_kept_open));
    assert!(!clients[0].is_kept_open());
    assert!(
        server
            .stderr()
            .contains("closed the connection that was idle longest")
    );
}

/// A server with a cap on its connections, whose `/busy` waits to be released.
struct Stage {
    server: Server,
    entered: mpsc::Receiver<()>,
    release: mpsc::Sender<()>,
}

impl Stage {
    fn with_room_for(connections: usize) -> Self {
        let (enter, entered) = mpsc::channel();
        let (release, released) = mpsc::channel();
        let released = Arc::new(Mutex::new(released));
        let busy = move |exchange: &mut Exchange<'_>| {
            enter.send(()).expect("the test waits");
            let released = released.lock().expect("nobody panics with it");
            released.recv_timeout(DEADLINE).expect("a release");
            exchange.response.content = "released".into();
            Ok(())
        };
        let builder = Server::builder().route("GET", "/busy", busy);
        let limits = Limits {
            connections,
            ..Limits::default()
        };
        let server = builder.expect("a pattern").limits(limits).start();
        Self {
            server: server.expect("a free port"),
            entered,
            release,
        }
    }

    fn client(&self) -> Client {
        Client::connect(self.server.address())
    }

    /// A client whose request is with its handler.
    fn busy_client(&self) -> Client {
        let mut client = self.client();
        client.send(b"GET /busy HTTP/1.1\r\nHost: a\r\n\r\n");
        self.entered.recv_timeout(DEADLINE).expect("the handler");
        client
    }

    fn release(&self, count: usize) {
        for _ in 0..count {
            self.release.send(()).expect("a handler waits");
        }
    }
}

/// Whether a connection gets the answer to its request, and not a refusal.
fn is_served(client: &mut Client) -> bool {
    client.send(b"GET /.well-known/none HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read_response("GET").status == 404
}

/// The server in a process that may have so many descriptors.
fn with_descriptors(count: usize) -> Process {
    let mut command = Command::new("sh");
    let script = format!("ulimit -n {count}; exec \"$@\"");
    command.args(["-c", &script, "sh", program()]);
    command.arg(site()).args(["--port", "0", "--log", "error"]);
    Process::start(command)
}
