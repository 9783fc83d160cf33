//! Connections of a crowd that are idle give their threads back, and are served as before when they continue: each
//! by a thread of its own, which may wait for as long as it likes. Those whose handlers have left something on their
//! thread keep it.

#[cfg(feature = "python")]
use std::net::TcpStream;
#[cfg(feature = "tls")]
use std::process::Command;
#[cfg(any(feature = "python", feature = "tls"))]
use std::thread;
use std::time::Duration;

#[cfg(feature = "python")]
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

#[cfg(feature = "python")]
use crate::support::client::Arrival;
use crate::support::client::Client;
#[cfg(feature = "tls")]
use crate::support::command::program;
use crate::support::folder::folder;
use crate::support::process::Process;
#[cfg(feature = "tls")]
use crate::support::tls::{Certificate, TlsClient};
use crate::support::wait::eventually;
use crate::support::watch::{connection_threads, open_sockets};

/// Many more than may wait with a thread each.
const CROWD: usize = 200;

/// Threads that a server may keep for such a crowd: those that wait for one connection, for many, or for new ones.
const FEW_THREADS: usize = CROWD / 2;

#[test]
fn idle_connections_give_their_threads_back() {
    let (server, _folder) = server();
    let sockets = || open_sockets(server.id());
    let without_connections = sockets();
    let mut crowd = crowd(&server, "/file.txt");
    rests(&server);
    for round in 0..3 {
        for client in &mut crowd {
            get(client, "/file.txt", "file");
        }
        // Half of a head first: what arrives later belongs to the same request.
        for client in &mut crowd {
            client.send(b"GET /file.txt HTTP/1.1\r\nHo");
        }
        for client in &mut crowd {
            client.send(b"st: a\r\n\r\nGET /file.txt HTTP/1.1\r\n\r\n");
            for _ in 0..2 {
                assert_eq!(client.read_response("GET").text(), "file", "round {round}");
            }
        }
        rests(&server);
    }
    // Clients that leave are noticed as well.
    drop(crowd);
    eventually("all connections have ended", || {
        sockets() == without_connections
    });
}

#[test]
fn a_server_that_stops_ends_connections_that_rest() {
    let (server, _folder) = server();
    let crowd = crowd(&server, "/file.txt");
    rests(&server);
    server.signal("TERM");
    for mut client in crowd {
        assert_eq!(client.read_until_close(), b"");
    }
    let ended = server.end();
    assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""));
}

#[cfg(feature = "python")]
#[test]
fn handlers_of_connections_that_have_rested_wait_for_no_other() {
    let (server, _folder) = server();
    let mut crowd = crowd(&server, "/file.txt");
    rests(&server);
    // Each waits until all others have come, and could wait forever if one of them had to wait for it.
    for client in &mut crowd {
        client.send(b"GET /meet.py?count=200 HTTP/1.1\r\n\r\n");
    }
    for client in &mut crowd {
        assert_eq!(client.read_response("GET").text(), "met");
    }
}

#[cfg(feature = "python")]
#[test]
fn what_a_handler_leaves_on_its_thread_stays_with_its_connection() {
    let (server, _folder) = server();
    let mut leaving = [
        "local", "variable", "trace", "profile", "falsy", "asyncgen", "origins", "thread",
        "streamed",
    ]
    .map(|what| (what, Client::connect(server.addr())));
    let mut crowd = crowd(&server, "/plain.py");
    for (what, client) in &mut leaving {
        get(client, &format!("/leave.py?what={what}"), "left");
    }
    if is_told_apart() {
        rests(&server);
    } else {
        // All of them keep their threads: from 3.13 on, values of threading.local cannot be seen.
        thread::sleep(Duration::from_secs(3));
        assert!(threads(&server) >= CROWD);
    }
    for client in &mut crowd {
        get(client, "/look.py", "");
    }
    for (what, client) in &mut leaving {
        get(client, "/look.py", what);
    }
}

#[cfg(feature = "python")]
#[test]
fn clients_that_read_slowly_give_their_threads_back() {
    if !is_told_apart() {
        return;
    }
    let (server, _folder) = server();
    let little = || {
        let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
        socket.set_recv_buffer_size(4096).expect("an option");
        socket.connect(&server.addr().into()).expect("it listens");
        Client::over(TcpStream::from(socket))
    };
    let mut crowd: Vec<_> = (0..CROWD / 2).map(|_| little()).collect();
    // Few connections wait for a request while the responses are sent.
    for client in &mut crowd {
        client.send(b"GET /large.py HTTP/1.1\r\n\r\n");
    }
    for client in &mut crowd {
        assert_eq!(client.read_response("GET").body.len(), LARGE_BYTES);
    }
    eventually("idle connections have given their threads back", || {
        threads(&server) <= CROWD * 2 / 5
    });
}

#[cfg(feature = "python")]
#[test]
fn idle_connections_rest_while_a_handler_waits_unseen() {
    if !is_told_apart() {
        return;
    }
    // On a busy machine, a crowd may rest before the handler waits.
    let mut attempts = (0..5).map(|_| {
        let (server, folder) = server();
        let crowd = crowd(&server, "/plain.py");
        let mut waiting = Client::connect(server.addr());
        waiting.send(b"GET /unseen.py HTTP/1.1\r\n\r\n");
        assert_eq!(waiting.read_exact(4), b"HTTP");
        (server, folder, crowd, waiting)
    });
    let in_time = attempts.find(|(server, ..)| threads(server) > FEW_THREADS);
    let (server, _folder, _crowd, mut waiting) = in_time.expect("a quick machine");
    rests(&server);
    let arrived = waiting.arrival(Duration::ZERO);
    assert_eq!(arrived, Arrival::Nothing, "it still waits");
}

#[cfg(feature = "python")]
#[test]
fn connections_that_cannot_be_awaited_are_closed() {
    let (server, _folder) = server();
    let mut crowd = crowd(&server, "/file.txt");
    rests(&server);
    get(&mut Client::connect(server.addr()), "/close.py", "1");
    for client in &mut crowd {
        client.send(b"GET /file.txt HTTP/1.1\r\n\r\n");
    }
    eventually("it is reported", || {
        server.stderr().contains("cannot wait for them")
    });
    // Those that had been handed to a thread before are answered.
    let answers = crowd.iter_mut().map(|one| one.try_read_response("GET"));
    assert!(answers.filter(Result::is_err).count() > CROWD / 2);
    assert_eq!(
        ask(&mut Client::connect(server.addr()), "/file.txt"),
        "file"
    );
}

#[cfg(feature = "python")]
#[test]
fn files_do_not_wait_for_the_interpreter() {
    let (server, _folder) = server();
    let mut crowd = crowd(&server, "/plain.py");
    let mut computing = Client::connect(server.addr());
    computing.send(b"GET /compute.py HTTP/1.1\r\n\r\n");
    // Connections become idle meanwhile.
    thread::sleep(Duration::from_millis(1500));
    for client in &mut crowd {
        get(client, "/file.txt", "file");
    }
    let arrived = computing.arrival(Duration::ZERO);
    let seen = computing.pending().escape_ascii();
    assert_eq!(
        arrived,
        Arrival::Nothing,
        "it has computed all the time: {seen}"
    );
}

/// Whether the interpreter shows what a handler has left on its thread.
#[cfg(feature = "python")]
fn is_told_apart() -> bool {
    let (server, _folder) = server();
    let mut client = Client::connect(server.addr());
    let seen = ask(&mut client, "/version.py");
    seen.parse::<u32>().expect("a minor version") < 13
}

#[cfg(feature = "tls")]
#[test]
fn idle_connections_through_tls_give_their_threads_back() {
    let (server, certificate, _folder) = secured("{}");
    let address = server.addresses()[1];
    let mut crowd: Vec<_> = (0..CROWD)
        .map(|_| TlsClient::connect(address, certificate.client()))
        .collect();
    for _ in 0..2 {
        for client in &mut crowd {
            assert_eq!(client.ask("GET", "/file.txt").text(), "file");
        }
        rests(&server);
    }
    // The record of a request arrives in two parts.
    for client in &mut crowd {
        let record = client.encrypt(b"GET /file.txt HTTP/1.1\r\nHost: tls.test\r\n\r\n");
        let (first, second) = record.split_at(7);
        client.send_below(first);
        client.send_below(second);
        assert_eq!(client.read_response("GET").text(), "file");
    }
}

#[cfg(feature = "tls")]
#[test]
fn connections_that_come_at_the_limit_end_none_whose_request_has_arrived() {
    let limits = format!(r#"{{"limits": {{"connections": {}}}}}"#, CROWD + 1);
    let (server, certificate, _folder) = secured(&limits);
    let address = server.addresses()[1];
    let mut crowd: Vec<_> = (0..CROWD)
        .map(|_| TlsClient::connect(address, certificate.client()))
        .collect();
    for client in &mut crowd {
        assert_eq!(client.ask("GET", "/file.txt").text(), "file");
    }
    rests(&server);
    for client in &mut crowd {
        client.send(b"GET /file.txt HTTP/1.1\r\nHost: tls.test\r\n\r\n");
    }
    // One more than there may be, so that one that has been answered already is ended.
    let _fresh = [(); 2].map(|()| Client::connect(server.addr()));
    for client in &mut crowd {
        assert_eq!(client.read_response("GET").text(), "file");
    }
}

#[cfg(feature = "tls")]
#[test]
fn a_handshake_after_connect_may_pause_in_a_crowd() {
    let (server, certificate, _folder) = secured(r#"{"ssl": {"encrypt_after_connect": true}}"#);
    let _crowd = crowd(&server, "/file.txt");
    let mut client = TlsClient::unconnected(server.addresses()[1], certificate.client());
    client.send_below(b"CONNECT tls.test:443 HTTP/1.1\r\nHost: tls.test\r\n\r\n");
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        std::io::Read::read_exact(&mut client.stream, &mut byte).expect("a head");
        head.push(byte[0]);
    }
    assert!(
        head.starts_with(b"HTTP/1.1 200 "),
        "{}",
        head.escape_ascii()
    );
    // Longer than connections of a crowd are idle before they rest.
    thread::sleep(Duration::from_millis(1500));
    client.handshake();
    assert_eq!(client.ask("GET", "/file.txt").text(), "file");
}

/// A server with this configuration, which listens for HTTP and then for HTTPS.
#[cfg(feature = "tls")]
fn secured(configuration: &str) -> (Process, Certificate, TempDir) {
    let certificate = Certificate::default();
    let folder = folder(&[
        ("file.txt", "file"),
        ("cert.pem", &certificate.chain),
        ("key.pem", &certificate.key),
        ("server.json", configuration),
    ]);
    let path = |name: &str| folder.path().join(name).into_os_string();
    let mut command = Command::new(program());
    command.arg(folder.path());
    command.args(["--port", "0", "--tls-port", "0", "--log", "error"]);
    command.arg("--config").arg(path("server.json"));
    command.arg("--cert").arg(path("cert.pem"));
    command.arg("--key").arg(path("key.pem"));
    let server = Process::start_with_listeners(command, 2);
    (server, certificate, folder)
}

fn crowd(server: &Process, target: &str) -> Vec<Client> {
    let mut crowd: Vec<_> = (0..CROWD).map(|_| Client::connect(server.addr())).collect();
    for client in &mut crowd {
        assert_eq!(client.ask("GET", target).status, 200);
    }
    crowd
}

fn rests(server: &Process) {
    eventually("idle connections have given their threads back", || {
        threads(server) <= FEW_THREADS
    });
}

fn threads(server: &Process) -> usize {
    connection_threads(server.id())
}

fn get(client: &mut Client, target: &str, expected: &str) {
    assert_eq!(ask(client, target), expected, "{target}");
}

fn ask(client: &mut Client, target: &str) -> String {
    let response = client.ask("GET", target);
    assert_eq!(response.status, 200, "{target}");
    response.text()
}

fn server() -> (Process, TempDir) {
    let folder = folder(&[
        ("file.txt", "file"),
        ("meet.py", MEET),
        ("meeting.py", MEETING),
        ("kept.py", KEPT),
        ("leave.py", LEAVE),
        ("large.py", LARGE),
        ("close.py", CLOSE),
        ("unseen.py", UNSEEN),
        ("look.py", LOOK),
        (
            "compute.py",
            "def main(request, response):\n    return str(sum(range(10**9)))\n",
        ),
        (
            "plain.py",
            "def main(request, response):\n    return str(['plain'])\n",
        ),
        (
            "version.py",
            "import sys\ndef main(request, response):\n    return str(sys.version_info[1])\n",
        ),
    ]);
    let server = Process::wireserve(folder.path(), ["--log", "error"]);
    (server, folder)
}

const MEET: &str = r#"
import meeting

def main(request, response):
    meeting.come(int(request.GET.first(b"count")))
    return "met"
"#;

const MEETING: &str = r#"
import threading

here = 0
changed = threading.Condition()

def come(count):
    global here
    with changed:
        here += 1
        changed.notify_all()
        changed.wait_for(lambda: here >= count)
"#;

const KEPT: &str = r#"
import contextvars
import threading

large = b"x" * (4 << 20)
local = threading.local()
variable = contextvars.ContextVar("variable", default=None)

def watch(*arguments):
    return None

class Falsy:
    def __call__(self, *arguments):
        return None

    def __bool__(self):
        return False
"#;

/// More than the kernel takes for a client that reads little.
const LARGE_BYTES: usize = 4 << 20;

const LARGE: &str = r#"
import kept

def main(request, response):
    return kept.large
"#;

/// Closes what the server waits with for connections that rest.
const CLOSE: &str = r#"
import os

def main(request, response):
    count = 0
    for number in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink("/proc/self/fd/" + number)
        except OSError:
            continue
        if "eventpoll" in target:
            nothing = os.open(os.devnull, os.O_RDWR)
            os.dup2(nothing, int(number))
            os.close(nothing)
            count += 1
    return str(count)
"#;

/// Waits where the server does not see it.
const UNSEEN: &str = r#"
import select

def main(request, response):
    response.writer.write(b"HTTP")
    select.select([], [], [], 600)
"#;

const LEAVE: &str = r#"
import sys
import threading
import kept

def main(request, response):
    what = request.GET.first(b"what").decode()
    if what == "local":
        kept.local.value = what
    elif what == "variable":
        kept.variable.set(what)
    elif what == "trace":
        sys.settrace(kept.watch)
    elif what == "profile":
        sys.setprofile(kept.watch)
    elif what == "falsy":
        sys.setprofile(kept.Falsy())
    elif what == "asyncgen":
        sys.set_asyncgen_hooks(firstiter=kept.watch)
    elif what == "origins":
        sys.set_coroutine_origin_tracking_depth(1)
    elif what == "thread":
        threading.current_thread().left = True
    elif what == "streamed":
        return [("Content-Length", "4")], stream()
    return "left"

def stream():
    kept.local.streamed = True
    yield "left"
"#;

const LOOK: &str = r#"
import sys
import threading
import kept

def main(request, response):
    seen = {
        "local": getattr(kept.local, "value", None),
        "variable": kept.variable.get(),
        "trace": sys.gettrace(),
        "profile": sys.getprofile() is kept.watch,
        "falsy": isinstance(sys.getprofile(), kept.Falsy),
        "asyncgen": sys.get_asyncgen_hooks().firstiter,
        "origins": sys.get_coroutine_origin_tracking_depth(),
        "thread": hasattr(threading.current_thread(), "left"),
        "streamed": getattr(kept.local, "streamed", None),
    }
    return " ".join(name for name, value in seen.items() if value)
"#;
