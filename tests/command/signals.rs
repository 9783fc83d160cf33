//! SIGINT and SIGTERM end the command with exit code 0, whatever its handlers and clients are
//! doing. A running exchange is finished first, if it can be; a second signal ends it at once.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, request};
use crate::support::command::site;
use crate::support::process::{Process, send_signal};
#[cfg(feature = "python")]
use crate::support::response::Response;
use crate::support::wait::eventually;
use tempfile::TempDir;
use wireserve::WireScript;

/// How long ending may take, with handlers that never do.
const END_WITHIN: Duration = Duration::from_secs(8);

/// How long a running exchange has to finish.
#[cfg(feature = "python")]
const GRACE: Duration = Duration::from_millis(500);

/// What the log says of a handler that does not end.
const GIVEN_UP: &str = "stopped although some handlers are still running";

#[test]
fn sigint_and_sigterm_end_it_cleanly() {
    let _alone = alone();
    let root = stage();
    // Each ending may wait for a while, so they do it together.
    thread::scope(|scope| {
        for scene in scenes() {
            for signal in ["INT", "TERM"] {
                let root = root.path();
                scope.spawn(move || {
                    let mut server = Process::wireserve(root, ["--log", "error"]);
                    let client = play(scene, &server);
                    send_signal(server.id(), signal);
                    let status = server.wait(END_WITHIN);
                    let status = status.unwrap_or_else(|| panic!("{scene:?} outlives SIG{signal}"));
                    assert_eq!(status.code(), Some(0), "{scene:?}, SIG{signal}: {status}");
                    if let Some(mut client) = client {
                        client.read_until_close();
                    }
                });
            }
        }
    });
}

/// Each wait of a wire script ends with the signal, long before the half second that running exchanges get.
#[test]
fn connections_that_only_wait_end_at_once() {
    const AT_ONCE: Duration = Duration::from_millis(400);
    let _alone = alone();
    let minute = Duration::from_secs(60);
    let begun = || WireScript::new().send(".");
    let scripts = [
        begun().pause(minute),
        begun().hold(),
        begun().hold_for(minute),
        begun().wait_for("nothing"),
        begun().wait_for_body(),
        begun().wait_for_head(),
        begun().read(5),
        begun().wait_for_connection(),
    ];
    let root = site(&[]);
    for (number, script) in scripts.iter().enumerate() {
        let path = root.path().join(format!("{number}.wire"));
        fs::write(path, script.to_string()).expect("room");
    }
    let mut fastest = Duration::MAX;
    for _ in 0..3 {
        let mut server = Process::wireserve(root.path(), ["--log", "error"]);
        let mut half_a_head = Client::connect(server.addr());
        half_a_head.send(b"GET /0.wire HTTP/1.1\r\nHost");
        let mut clients = vec![Client::connect(server.addr()), half_a_head];
        for number in 0..scripts.len() {
            let mut client = Client::connect(server.addr());
            let head =
                format!("POST /{number}.wire HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
            client.send(head.as_bytes());
            assert_eq!(client.read_exact(1), b".", "{number}");
            clients.push(client);
        }
        let sent = Instant::now();
        send_signal(server.id(), "TERM");
        let status = server.wait(END_WITHIN).expect("it ends");
        fastest = fastest.min(sent.elapsed());
        assert_eq!(status.code(), Some(0), "{status}");
        for client in &mut clients {
            assert_eq!(client.read_until_close(), b"");
        }
    }
    assert!(fastest < AT_ONCE, "{fastest:?}");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    /// Well before a handler that does not end would be given up.
    const AT_ONCE: Duration = Duration::from_millis(700);
    let _alone = alone();
    let root = stage();
    #[cfg(feature = "python")]
    let scene = Scene::Handler("loops.py");
    #[cfg(not(feature = "python"))]
    let scene = Scene::HalfABody;
    /// How often it is tried: a busy machine delays some.
    const ATTEMPTS: usize = 5;
    let ends = |first, second| {
        let mut server = Process::wireserve(root.path(), ["--log", "error"]);
        let _client = play(scene, &server);
        send_signal(server.id(), first);
        refuses_connections(server.addr());
        let sent = Instant::now();
        send_signal(server.id(), second);
        let status = server.wait(END_WITHIN).expect("it ends");
        assert_eq!(status.code(), Some(0), "{first}, {second}: {status}");
        sent.elapsed() < AT_ONCE
    };
    for (first, second) in [("TERM", "TERM"), ("INT", "INT"), ("TERM", "INT")] {
        let at_once = (0..ATTEMPTS).any(|_| ends(first, second));
        assert!(at_once, "{first}, {second}: not within {AT_ONCE:?}");
    }
}

/// Waiting for it once is enough, and so is one line.
#[cfg(feature = "python")]
#[test]
fn a_handler_that_does_not_end_is_given_up_once() {
    let _alone = alone();
    let root = stage();
    let mut server = Process::wireserve(root.path(), ["--log", "warn"]);
    let _client = play(Scene::Handler("sleeps.py"), &server);
    send_signal(server.id(), "TERM");
    server.wait(END_WITHIN).expect("it ends");
    eventually("it is said", || server.stderr().contains(GIVEN_UP));
    let log = server.stderr();
    assert_eq!(log.matches(GIVEN_UP).count(), 1, "{log}");
}

/// No handler runs, and that a client has not gone yet that was told that there is no room is no reason
/// to stay.
#[test]
fn a_client_that_was_refused_is_not_waited_for() {
    let _alone = alone();
    let root = site(&[]);
    let config = root.path().join("config.json");
    fs::write(&config, r#"{"limits": {"connections": 1}}"#).expect("a file");
    let arguments = ["--config".as_ref(), config.as_os_str()];
    let mut server = Process::wireserve(root.path(), arguments);
    let _half = play(Scene::HalfAHead, &server);
    let mut refused = Client::connect(server.addr());
    assert_eq!(refused.read_response("GET").status, 503);
    send_signal(server.id(), "TERM");
    server.wait(END_WITHIN).expect("it ends");
    eventually("the refusal is said", || {
        server.stderr().contains("refused: 503")
    });
    let log = server.stderr();
    assert!(!log.contains(GIVEN_UP), "{log}");
}

#[cfg(feature = "python")]
#[test]
fn a_running_exchange_is_finished() {
    let _alone = alone();
    let root = site(&[
        (
            "half.py",
            "import time\n\n\ndef main(request, response):\n    \
             response.writer.write('HTTP/1.1 200 OK\\r\\nContent-Length: 9\\r\\n\\r\\nhalf ')\n    \
             request.raw_input.read(1)\n    time.sleep(0.05)\n    response.writer.write('done')\n",
        ),
        (
            "whole.py",
            "import time\n\n\ndef main(request, response):\n    \
             response.writer.write('HTTP/1.1 103 Early\\r\\n\\r\\n')\n    response.writer.content_written = False\n    \
             request.raw_input.read(1)\n    time.sleep(0.05)\n    return [], 'whole'\n",
        ),
    ]);
    /// How often it is tried: a busy machine delays some beyond what an exchange gets.
    const ATTEMPTS: usize = 10;
    // None if the exchange took longer than it gets. The server counts from a later moment.
    let finished = |path: &str, begun: &str, signal| {
        let mut server = Process::wireserve(root.path(), ["--log", "error"]);
        let mut client = Client::connect(server.addr());
        client.send(format!("GET {path} HTTP/1.1\r\nContent-Length: 1\r\n\r\n").as_bytes());
        let mut answer = client.read_until(begun.as_bytes());
        let sent = Instant::now();
        send_signal(server.id(), signal);
        refuses_connections(server.addr());
        // Only now may the handler go on.
        client.send(b".");
        answer.extend(client.read_until_close());
        let in_time = sent.elapsed() < GRACE;
        let status = server.wait(END_WITHIN).expect("it ends");
        assert_eq!(status.code(), Some(0), "{path}, SIG{signal}: {status}");
        in_time.then_some(answer)
    };
    for (path, begun, body) in [
        ("/half.py", "half ", "half done"),
        ("/whole.py", "Early\r\n\r\n", "whole"),
    ] {
        for signal in ["INT", "TERM"] {
            let answer = (0..ATTEMPTS).find_map(|_| finished(path, begun, signal));
            let answer =
                answer.unwrap_or_else(|| panic!("{path}, SIG{signal}: never in {GRACE:?}"));
            let response = Response::parse(&answer, "GET");
            assert_eq!((response.status, response.text()), (200, body.to_owned()));
        }
    }
}

/// What is going on when the signal comes.
#[derive(Clone, Copy, Debug)]
enum Scene {
    NobodyThere,
    /// Connected, and silent.
    Fresh,
    /// Waiting after an answer.
    KeptAlive,
    HalfAHead,
    /// A whole head, and half of the body that it promises, which is not read.
    HalfABody,
    /// A client that asks for more than it takes.
    #[cfg(feature = "python")]
    SlowReader,
    #[cfg(feature = "python")]
    Handler(&'static str),
}

/// Each says with a byte that it has begun.
#[cfg(feature = "python")]
const HANDLERS: &[(&str, &str)] = &[
    ("loops.py", "while True:\n        pass"),
    // Not between two instructions of Python, where another thread could come in.
    ("holds.py", "any(iter(int, 1))"),
    ("sleeps.py", "import time; time.sleep(1000)"),
    ("waits.py", "import threading; threading.Event().wait()"),
    ("reads.py", "response.writer.socket.recv(1)"),
    (
        "refuses.py",
        "\n    while True:\n        try:\n            while True:\n                pass\n        except BaseException:\n            pass",
    ),
    (
        "thread.py",
        "import threading; threading.Thread(target=threading.Event().wait).start()",
    ),
];

#[cfg(feature = "python")]
fn scenes() -> impl Iterator<Item = Scene> {
    let scenes = [
        Scene::NobodyThere,
        Scene::Fresh,
        Scene::KeptAlive,
        Scene::HalfAHead,
        Scene::HalfABody,
        Scene::SlowReader,
    ];
    let handlers = HANDLERS.iter().map(|(name, _)| Scene::Handler(name));
    scenes.into_iter().chain(handlers)
}

#[cfg(not(feature = "python"))]
fn scenes() -> impl Iterator<Item = Scene> {
    let scenes = [
        Scene::NobodyThere,
        Scene::Fresh,
        Scene::KeptAlive,
        Scene::HalfAHead,
        Scene::HalfABody,
    ];
    scenes.into_iter()
}

/// A server that ends gives its exchanges half a second, and some handlers here leave the others
/// little of the machine: the tests of ending take turns.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The files of all scenes.
fn stage() -> TempDir {
    #[cfg(feature = "python")]
    {
        let source = |(name, body): &(&'static str, &str)| {
            let text = format!(
                "def main(request, response):\n    response.writer.write('.')\n    {body}\n"
            );
            (*name, text)
        };
        let mut files: Vec<_> = HANDLERS.iter().map(source).collect();
        files.push((
            "floods.py",
            "def main(request, response):\n    while response.writer.write('.' * 100000):\n        pass\n"
                .to_owned(),
        ));
        let files: Vec<_> = files.iter().map(|(name, text)| (*name, &**text)).collect();
        site(&files)
    }
    #[cfg(not(feature = "python"))]
    site(&[])
}

fn play(scene: Scene, server: &Process) -> Option<Client> {
    let mut client = match scene {
        Scene::NobodyThere => return None,
        _ => Client::connect(server.addr()),
    };
    match scene {
        Scene::NobodyThere | Scene::Fresh => {}
        Scene::KeptAlive => {
            client.send(&request("GET", "/hello.txt"));
            client.read_response("GET");
        }
        Scene::HalfAHead => client.send(b"GET /hello.txt HTTP/1.1\r\nHost"),
        Scene::HalfABody => {
            client.send(b"GET /hello.txt HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf");
            client.read_response("GET");
        }
        #[cfg(feature = "python")]
        Scene::SlowReader => {
            client.send(&request("GET", "/floods.py"));
            client.read_exact(1);
        }
        #[cfg(feature = "python")]
        Scene::Handler(name) => {
            client.send(&request("GET", &format!("/{name}")));
            assert_eq!(client.read_exact(1), b".");
        }
    }
    Some(client)
}

/// Waits until a server has stopped listening.
fn refuses_connections(address: SocketAddr) {
    eventually("connections are refused", || {
        TcpStream::connect(address).is_err()
    });
}
