//! When the machine has no more to give, a client gets an answer that is true or a close, the operator a
//! line in the log, and as soon as there is some again everything is as before. A file that cannot be
//! opened is not said to be missing, a body that cannot be kept is not said to be shorter, and no limit
//! of the system's ends the server.
//!
//! What becomes of connections that there is no descriptor for is in `server/connection_limits.rs`. Where an
//! allocation fails, which takes a limit on address space, the process ends: Rust cannot do without it.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::client::{Client, request};
use crate::support::command::{get, program};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::support::watch::connection_threads;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};

#[test]
fn without_a_descriptor_a_file_is_not_reported_missing() {
    let mut files = vec![
        ("plain.txt", "plain"),
        ("fields.txt", "fields"),
        ("fields.txt.headers", "X: y"),
        ("folder/plain.txt", "plain"),
        (
            "scripts.py/default.py",
            "def main(request, response): return 'default'\n",
        ),
    ];
    let mut targets = vec!["/plain.txt", "/fields.txt", "/folder/", "/none.txt"];
    if cfg!(feature = "python") {
        files.push((
            "script.py",
            "def main(request, response): return 'script'\n",
        ));
        targets.extend(["/script.py", "/scripts.py"]);
    }
    let folder = folder(&files);
    let server = limited("ulimit -n 40", folder.path(), &[]);
    // All are busy, each with half a head, so that none is closed for another.
    let mut clients: Vec<_> = targets.iter().map(|target| half(&server, target)).collect();
    let crowd: Vec<_> = (0..60).map(|_| half(&server, "/plain.txt")).collect();
    eventually("no descriptor is left", || {
        server.stderr().contains("cannot accept")
    });
    // Those that are answered keep their descriptors for a while, since their clients stay.
    for client in &mut clients {
        client.send(b"\r\n");
    }
    for (client, target) in clients.iter_mut().zip(&targets) {
        let answer = client.read_response("GET");
        assert_eq!(answer.status, 503, "{target}: {}", answer.text());
        assert!(answer.text().contains("Too many open files"), "{target}");
    }
    let errors = || server.stderr().matches("cannot open").count();
    eventually("the log reports it", || errors() == targets.len());

    drop((clients, crowd));
    let ask = |target| get(server.addr(), target);
    eventually("there are descriptors", || ask("/plain.txt").status == 200);
    let fields = ask("/fields.txt");
    assert_eq!(
        (fields.header("X"), fields.text()),
        (Some(&b"y"[..]), "fields".to_owned())
    );
    assert!(ask("/folder/").text().contains("plain.txt"));
    assert_eq!(ask("/none.txt").status, 404);
    if cfg!(feature = "python") {
        assert_eq!(ask("/script.py").text(), "script");
        assert_eq!(ask("/scripts.py").text(), "default");
    }
}

#[cfg(feature = "python")]
#[test]
fn a_body_that_cannot_be_stored_is_an_error_and_no_shorter_body() {
    const READS: &str = "\
def main(request, response):
    return str(len(request.body))
";
    const FORM: &str = "\
def main(request, response):
    return str(len(request.POST[b'field']))
";
    // Sends requests repeatedly, and prints what it receives.
    const AGAIN: &str = "\
def main(request, response):
    seen = []
    for read in [lambda: request.raw_input.read(), lambda: request.body] * 3:
        try:
            seen.append(str(len(read())))
        except OSError as error:
            seen.append(str(error).split(':')[0])
    return ' '.join(sorted(set(seen)))
";
    let folder = folder(&[("reads.py", READS), ("form.py", FORM), ("again.py", AGAIN)]);
    // A full disk is one more reason why a write fails; these two need no disk to fill.
    for (limit, cause) in [
        ("export TMPDIR=/nonexistent", "No such file or directory"),
        ("ulimit -f 4096", "File too large"),
    ] {
        let server = limited(limit, folder.path(), &[]);
        for _ in 0..3 {
            let fits = upload(&server, "/reads.py", 100_000).read_response("POST");
            assert_eq!(
                (fits.status, fits.text()),
                (200, "100000".to_owned()),
                "{limit}"
            );
            for target in ["/reads.py", "/form.py"] {
                let mut client = upload(&server, target, 8_000_000);
                let answer = client.read_response("POST");
                let error = format!("cannot store the request body: {cause}");
                assert_eq!(answer.status, 500, "{limit}, {target}");
                assert!(answer.text().contains(&error), "{limit}: {}", answer.text());
                // The rest of the body cannot be distinguished from another request.
                assert_eq!(client.read_until_close(), b"", "{limit}, {target}");
                eventually("the log reports it", || server.stderr().contains(&error));
            }
            let answer = upload(&server, "/again.py", 8_000_000).read_response("POST");
            assert_eq!(answer.text(), "cannot store the request body", "{limit}");
        }
    }
}

#[test]
fn a_transcript_that_cannot_be_written_costs_no_answer() {
    let folder = folder(&[("plain.txt", "plain")]);
    let seen = tempfile::tempdir().expect("a folder");
    let path = seen.path().to_str().expect("a plain name");
    // 16 blocks of 512 bytes or of 1,024, depending on the shell.
    let server = limited("ulimit -f 16", folder.path(), &["--transcript", path]);
    let mut client = Client::connect(server.addr());
    for _ in 0..200 {
        client.send(&request("GET", "/plain.txt"));
        assert_eq!(client.read_response("GET").text(), "plain");
    }
    assert_eq!(get(server.addr(), "/plain.txt").text(), "plain");
    eventually("the log reports it", || {
        server.stderr().contains("File too large")
    });
    let sizes = fs::read_dir(path).expect("it is there").flatten();
    let sizes = sizes.filter_map(|file| file.metadata().ok());
    assert!(sizes.into_iter().all(|file| file.len() <= 16 * 1024));
}

/// Address space that is left. A thread needs more for its stack.
const LEFT: u64 = 4 << 20;

#[test]
fn without_a_thread_a_client_sees_a_close_and_others_go_on() {
    let folder = folder(&[("plain.txt", "plain")]);
    let server = limited("true", folder.path(), &["--log", "debug"]);
    let mut known = Client::connect(server.addr());
    let mut ask_known = || {
        known.send(&request("GET", "/plain.txt"));
        assert_eq!(known.read_response("GET").text(), "plain");
    };
    ask_known();

    let without = limit_address_space(&server, Some(size(&server) + LEFT));
    for count in 1..=20 {
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", "/plain.txt"));
        assert_eq!(client.read_until_close(), b"");
        let errors = || {
            server
                .stderr()
                .matches("cannot start a thread for it")
                .count()
        };
        eventually("the log reports it", || errors() == count);
        ask_known();
    }
    // It would rest if a thread could wait for it, or if there were many.
    eventually("it has been idle for a while", || {
        server.stderr().contains("keeps its thread")
    });
    ask_known();
    limit_address_space(&server, without.current);
    assert_eq!(get(server.addr(), "/plain.txt").text(), "plain");
    ask_known();
}

#[test]
fn idle_connections_rest_without_a_new_thread() {
    let folder = folder(&[("plain.txt", "plain")]);
    let server = limited("true", folder.path(), &["--log", "debug"]);
    // None is idle yet.
    let mut crowd: Vec<_> = (0..200).map(|_| Client::connect(server.addr())).collect();
    for client in &mut crowd {
        client.send(b"GET /plain.txt HTTP/1.1\r\n");
    }
    eventually("each has a thread", || threads(&server) == crowd.len());
    let ask = |client: &mut Client| {
        client.send(&request("GET", "/plain.txt"));
        assert_eq!(client.read_response("GET").text(), "plain");
    };
    let without = limit_address_space(&server, Some(size(&server) + LEFT));
    for client in &mut crowd {
        client.send(b"\r\n");
        assert_eq!(client.read_response("GET").text(), "plain");
    }
    eventually("they rest", || threads(&server) <= 100);
    let log = server.stderr();
    assert!(log.contains("waits for all that rest"), "{log}");
    // Fewer than there are parked threads.
    crowd.iter_mut().take(30).for_each(ask);
    assert_eq!(get(server.addr(), "/plain.txt").text(), "plain");
    limit_address_space(&server, without.current);
    crowd.iter_mut().for_each(ask);
}

#[cfg(feature = "python")]
#[test]
fn without_a_thread_a_request_gets_that_of_an_idle_connection() {
    // What the handler leaves on its thread keeps the connection there.
    const BOUND: &str = "\
import threading
def main(request, response):
    threading.current_thread().left = True
    return 'bound'
";
    const STACK: u64 = 8 << 20;
    let folder = folder(&[("plain.txt", "plain"), ("bound.py", BOUND)]);
    let server = limited("true", folder.path(), &[]);
    let ask = |client: &mut Client, target| {
        client.send(&request("GET", target));
        client.read_response("GET").text()
    };
    let mut crowd: Vec<_> = (0..200).map(|_| Client::connect(server.addr())).collect();
    for client in &mut crowd {
        assert_eq!(ask(client, "/plain.txt"), "plain");
    }
    eventually("idle connections rest", || threads(&server) <= 100);
    limit_address_space(&server, Some(size(&server) + 10 * STACK));
    for client in &mut crowd {
        assert_eq!(ask(client, "/bound.py"), "bound");
    }
    let log = server.stderr();
    let reports = log.matches("cannot start threads for requests on idle connections");
    assert!((1..100).contains(&reports.count()), "{log}");
}

fn threads(server: &Process) -> usize {
    connection_threads(server.id())
}

/// A process's address space in bytes.
fn size(server: &Process) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.expect("a number") << 10
}

/// Sets the limit, and returns the previous one.
fn limit_address_space(server: &Process, limit: Option<u64>) -> Rlimit {
    let process = Pid::from_raw(server.id().cast_signed());
    let before = getrlimit(Resource::As);
    let limit = Rlimit {
        current: limit,
        maximum: before.maximum,
    };
    prlimit(process, Resource::As, limit).expect("a limit")
}

/// The server in a process that has been limited by a line of shell.
fn limited(limit: &str, doc_root: &Path, arguments: &[&str]) -> Process {
    let mut command = Command::new("sh");
    let script = format!("{limit} && exec \"$@\"");
    command.args(["-c", &script, "sh", program()]);
    command.arg(doc_root).args(["--port", "0"]).args(arguments);
    if !arguments.contains(&"--log") {
        command.args(["--log", "error"]);
    }
    Process::start(command)
}

/// A client that has sent half a head.
fn half(server: &Process, target: &str) -> Client {
    let mut client = Client::connect(server.addr());
    client.send(format!("GET {target} HTTP/1.1\r\nConnection: close\r\n").as_bytes());
    client
}

/// A client that has sent a form of so many bytes.
#[cfg(feature = "python")]
fn upload(server: &Process, target: &str, length: usize) -> Client {
    let mut client = Client::connect(server.addr());
    let head = format!(
        "POST {target} HTTP/1.1\r\nContent-Length: {length}\r\n\
        Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    );
    client.send(head.as_bytes());
    let mut body = b"field=".to_vec();
    body.resize(length, b'x');
    client.send(&body);
    client
}
