//! Dropping a `wireserve::Server` stops it, whatever is going on: its threads end, its port is free
//! for the next, its clients see the end. A running exchange is finished if it is quick; one that
//! is not is cut, and a handler that does not return is abandoned without being waited for.
//!
//! The threads are counted by name, as the system knows them, and all of this process's tests see
//! the same ones: every test here runs alone, in [`dropped`]. The threads that all servers of a
//! process share are no server's to end.

#![cfg(target_os = "linux")]

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::wait::eventually;
use wireserve::handlers::FixedHandler;
use wireserve::{Exchange, Fault, Server, WireScript};

/// How long a drop may take when a handler does not return: the server's grace and some more.
const GIVEN_UP_WITHIN: Duration = Duration::from_secs(5);

/// How long it may take when there is nothing to wait for: less than the grace that running exchanges get.
const AT_ONCE: Duration = Duration::from_millis(400);

/// How often a drop that must be fast is tried: a busy machine delays some of them.
const ATTEMPTS: usize = 10;

#[test]
fn without_clients() {
    dropped_at_once(|_| (), |()| ());
}

#[test]
fn with_idle_clients() {
    dropped_at_once(
        |server| {
            let fresh = Client::connect(server.address());
            let mut kept_alive = Client::connect(server.address());
            kept_alive.send(&request("GET", "/quick"));
            assert_eq!(kept_alive.read_response("GET").text(), "quick");
            [fresh, kept_alive]
        },
        |clients| {
            for mut client in clients {
                assert_eq!(client.read_until_close(), b"");
            }
        },
    );
}

#[test]
fn with_threads_that_wait_for_the_next_connection() {
    dropped_at_once(
        |server| {
            let mut clients: Vec<_> = (0..8).map(|_| Client::connect(server.address())).collect();
            for client in &mut clients {
                client.send(b"GET /quick HTTP/1.1\r\nConnection: close\r\n\r\n");
                client.read_until_close();
            }
            drop(clients);
            eventually("they have left", || server.connections() == 0);
        },
        |()| (),
    );
}

#[test]
fn with_clients_that_have_not_finished_their_request() {
    dropped(
        |server| {
            [
                &b"GET /quick HTT"[..],
                b"GET /quick HTTP/1.1\r\nHost",
                b"POST /reads HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf",
                b"POST /reads HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nha",
                b"POST /quick HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf",
            ]
            .map(|half| {
                let mut client = Client::connect(server.address());
                client.send(half);
                client
            })
        },
        |clients, took| {
            assert!(took < GIVEN_UP_WITHIN, "{took:?}");
            for mut client in clients {
                client.read_until_close();
            }
        },
    );
}

#[test]
fn with_an_exchange_that_ends_soon() {
    dropped(
        |server| {
            let (mut client, go) = enter(server, "/waits", wait);
            let address = server.address();
            thread::spawn(move || {
                // The drop has begun; now the handler may go on.
                eventually("it refuses", || TcpStream::connect(address).is_err());
                go.send(()).expect("the handler waits");
                client.read_until_close()
            })
        },
        |helper, took| {
            assert!(took < GIVEN_UP_WITHIN, "{took:?}");
            let answer = helper.join().expect("no panic");
            assert!(answer.ends_with(b"\r\n\r\nwaited"), "it was finished");
        },
    );
}

#[test]
fn with_an_unread_response() {
    dropped(
        |server| {
            enter(server, "/floods", |exchange, _| {
                exchange.turn().mark_written();
                while exchange.turn().send(&[b'.'; 100_000]).is_ok() {}
            })
        },
        |_, took| assert!(took < GIVEN_UP_WITHIN, "{took:?}"),
    );
}

#[test]
fn with_connections_that_only_wait() {
    /// What ending takes in all, and what a debug build adds.
    const IN_ALL: Duration = Duration::from_millis(5 + 20);
    let minute = Duration::from_secs(60);
    let scripts = [
        WireScript::new().send(".").pause(minute).send("late"),
        WireScript::new().send(".").hold(),
        WireScript::new().send(".").hold_for(minute),
        WireScript::new().send(".").wait_for("nothing"),
        WireScript::new().send(".").wait_for_body(),
        WireScript::new().send(".").wait_for_head(),
        WireScript::new().send(".").read(5),
        // The last one, since each connection would end it.
        WireScript::new().send(".").wait_for_connection(),
    ];
    let alone = alone();
    let mut fastest = Duration::MAX;
    for _ in 0..ATTEMPTS {
        let server = server();
        let mut half_a_head = Client::connect(server.address());
        half_a_head.send(b"GET /quick HTTP/1.1\r\nHost");
        let mut clients: Vec<_> = (scripts.iter().enumerate())
            .map(|(number, script)| {
                let path = format!("/{number}");
                server
                    .route("POST", &path, script.clone())
                    .expect("a good pattern");
                let mut client = Client::connect(server.address());
                let head = format!("POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
                client.send(head.as_bytes());
                assert_eq!(client.read_exact(1), b".");
                client
            })
            .collect();
        clients.push(half_a_head);
        let connections = clients.len();
        eventually("all are served", || server.connections() == connections);
        thread::sleep(Duration::from_millis(50));
        let began = Instant::now();
        drop(server);
        fastest = fastest.min(began.elapsed());
        for client in &mut clients {
            assert_eq!(client.read_until_close(), b"");
        }
        if fastest < IN_ALL {
            break;
        }
    }
    drop(alone);
    assert!(fastest < IN_ALL, "{fastest:?}");
}

#[test]
fn with_a_handler_that_does_not_return() {
    dropped(
        |server| enter(server, "/waits", wait),
        |(mut client, go), took| {
            assert!(took < GIVEN_UP_WITHIN, "{took:?}");
            assert_eq!(client.read_until_close(), b"");
            // Its thread is there until it does return.
            assert_eq!(threads(), 1);
            go.send(()).expect("the handler waits");
        },
    );
}

#[test]
fn by_stop_as_by_drop() {
    let _alone = alone();
    let server = server();
    let address = server.address();
    let mut client = Client::connect(address);
    client.send(&request("GET", "/quick"));
    client.read_response("GET");
    server.stop();
    assert_eq!(client.read_until_close(), b"");
    leaves_nothing(&[address]);
}

#[test]
fn again_and_again_on_the_same_port() {
    let _alone = alone();
    let mut port = 0;
    for _ in 0..10 {
        let server = Server::builder()
            .route("GET", "/quick", FixedHandler::text(200, "quick"))
            .expect("a good pattern")
            .ports([port])
            .start()
            .expect("the port is free");
        port = server.address().port();
        let mut client = Client::connect(server.address());
        client.send(&request("GET", "/quick"));
        assert_eq!(client.read_response("GET").text(), "quick");
        drop(server);
        assert_eq!(client.read_until_close(), b"");
    }
    eventually("the threads have ended", || threads() == 0);
}

#[test]
fn one_of_two_leaves_the_other_s_threads() {
    let _alone = alone();
    let [one, two] = [server(), server()];
    let mut clients = [&one, &two].map(|server| {
        let mut client = Client::connect(server.address());
        client.send(&request("GET", "/quick"));
        client.read_response("GET");
        client
    });
    let addresses = [one.address(), two.address()];
    drop(one);
    // Those that accept, and its connection's.
    let left = two.addresses().len() + 1;
    eventually("the other's threads are left", || threads() == left);
    clients[1].send(&request("GET", "/quick"));
    assert_eq!(clients[1].read_response("GET").text(), "quick");
    drop(two);
    leaves_nothing(&addresses);
}

/// Starts a server, sets a scene, drops the server, and looks at what is left: nothing may be. What
/// was set up is looked at in between, with how long the drop took.
fn dropped<T>(scene: impl FnOnce(&Server) -> T, after: impl FnOnce(T, Duration)) {
    let _alone = alone();
    let server = server();
    let addresses = server.addresses().to_vec();
    // A thread takes its name when it first runs.
    eventually("its threads accept", || threads() == addresses.len());
    let set = scene(&server);
    let began = Instant::now();
    drop(server);
    after(set, began.elapsed());
    leaves_nothing(&addresses);
}

/// The same for a scene that leaves nothing to wait for, with a look at what was set up.
fn dropped_at_once<T>(scene: impl Fn(&Server) -> T, after: impl Fn(T)) {
    let mut fastest = Duration::MAX;
    for _ in 0..ATTEMPTS {
        dropped(&scene, |set, took| {
            fastest = fastest.min(took);
            after(set);
        });
        if fastest < AT_ONCE {
            return;
        }
    }
    panic!("never within {AT_ONCE:?}, but after {fastest:?}");
}

/// Adds a route whose handler says when it has begun, asks for it, and waits until it has. What comes
/// back lets the handler's own wait end.
fn enter(
    server: &Server,
    path: &str,
    act: impl Fn(&mut Exchange<'_>, &Receiver<()>) + Send + Sync + 'static,
) -> (Client, Sender<()>) {
    let (go, wait) = mpsc::channel();
    let wait = Mutex::new(wait);
    let (begun, begins) = mpsc::channel();
    let handler = move |exchange: &mut Exchange<'_>| {
        begun.send(()).expect("the test waits");
        act(exchange, &wait.lock().expect("no panic"));
        Ok(())
    };
    server.route("GET", path, handler).expect("a good pattern");
    let mut client = Client::connect(server.address());
    client.send(&request("GET", path));
    begins.recv_timeout(DEADLINE).expect("the handler begins");
    (client, go)
}

fn wait(exchange: &mut Exchange<'_>, go: &Receiver<()>) {
    let _ = go.recv();
    exchange.response.content = "waited".into();
}

fn server() -> Server {
    let reads = |exchange: &mut Exchange<'_>| {
        let body = exchange.body.read_all();
        exchange.response.content = format!("{body:?}").into_bytes().into();
        Ok::<(), Fault>(())
    };
    Server::builder()
        .route("*", "/quick", FixedHandler::text(200, "quick"))
        .and_then(|builder| builder.route("POST", "/reads", reads))
        .expect("good patterns")
        .ports([0, 0])
        .start()
        .expect("free ports")
}

fn leaves_nothing(addresses: &[SocketAddr]) {
    for &address in addresses {
        drop(TcpListener::bind(address).expect("the port is free"));
    }
    // A thread is counted until the system has buried it, a moment after its last deed.
    eventually("the threads have ended", || threads() == 0);
}

/// The threads of servers in this process.
fn threads() -> usize {
    let tasks = fs::read_dir("/proc/self/task").expect("the threads of this process");
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| {
            // The system cuts names off.
            let name = name.trim_end();
            let whole = ["wireserve-connection", "wireserve-accept"];
            name.len() > "wireserve-".len() && whole.iter().any(|whole| whole.starts_with(name))
        })
        .count()
}

fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}
