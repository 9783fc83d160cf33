//! A peer may vanish at any byte of its request or of the answer, by FIN or by RST, whatever handler it
//! has asked: others are served as before, and no connection, descriptor or thread is left.
//!
//! What handlers are told of it is in `python/generators_and_gone_clients.rs` and `python/writes_to_gone_and_slow_clients.rs`; the same for handlers
//! in Rust, with bodies that they read, is in `wire/bad_input.rs`.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;
use socket2::SockRef;
use tempfile::TempDir;

/// Clients that vanish at the same time.
const AT_ONCE: usize = 8;

/// A thread waits this long for another connection; then, and some time later on a busy machine, the
/// server has as many as before.
const THREADS_LEAVE_WITHIN: Duration = Duration::from_secs(40);

/// One of each kind of handler; each answers `whole`.
const TARGETS: [&str; 5] = [
    "/route",
    "/file.txt",
    "/value.py",
    "/writer.py",
    "/generator.py",
];

#[test]
fn disconnects_leave_no_connection_descriptor_or_thread() {
    let stage = Stage::start();
    stage.survives("within a request", &within_requests());
    stage.survives("within an answer", &within_answers(&stage));
    stage.survives(
        "within a body larger than the kernel takes",
        &within_large_bodies(),
    );
    stage.survives(
        "within an answer larger than the kernel takes",
        &within_large_answers(),
    );
    stage.has_no_connection_threads();
}

/// What a client sends, how much it reads of the answer, and then it vanishes.
type Vanishing = (Vec<u8>, usize);

fn within_requests() -> Vec<Vanishing> {
    let chunks = "6;x\r\nhello \r\n5\r\nworld\r\n0\r\nX: y\r\n\r\n";
    let mut vanishings = Vec::new();
    for target in TARGETS {
        for rest in [
            "Host: a\r\n\r\n".to_owned(),
            "Content-Length: 11\r\n\r\nhello world".to_owned(),
            format!("Transfer-Encoding: chunked\r\n\r\n{chunks}"),
        ] {
            let request = format!("GET {target} HTTP/1.1\r\n{rest}").into_bytes();
            vanishings.extend((0..=request.len()).map(|sent| (request[..sent].to_vec(), 0)));
        }
    }
    vanishings
}

fn within_answers(stage: &Stage) -> Vec<Vanishing> {
    let mut vanishings = Vec::new();
    for target in TARGETS {
        let request = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n").into_bytes();
        let mut client = Client::connect(stage.server.addr());
        client.send(&request);
        let whole = client.read_until_close();
        assert!(whole.ends_with(b"whole"), "{target}");
        vanishings.extend((0..=whole.len()).map(|read| (request.clone(), read)));
    }
    vanishings
}

fn within_large_bodies() -> Vec<Vanishing> {
    let mut vanishings = Vec::new();
    for target in TARGETS {
        for sent in [70_000, 1_100_000, 5_000_000] {
            let head = format!("GET {target} HTTP/1.1\r\nContent-Length: 6000000\r\n\r\n");
            let mut request = head.into_bytes();
            request.resize(request.len() + sent, b'x');
            vanishings.push((request, 0));
        }
    }
    vanishings
}

fn within_large_answers() -> Vec<Vanishing> {
    let mut vanishings = Vec::new();
    for target in [
        "/large.bin",
        "/endless.py?by=writer",
        "/endless.py?by=generator",
    ] {
        for read in [0, 1, 1000, 60_000] {
            vanishings.push((request("GET", target), read));
        }
    }
    vanishings
}

/// A server of all kinds of handlers.
struct Stage {
    server: Process,
    /// What it has without connections.
    before: Belongings,
    _folder: TempDir,
}

/// What a process has, but for threads of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Belongings {
    sockets: usize,
    other_descriptors: usize,
    other_threads: usize,
}

impl Stage {
    fn start() -> Self {
        let folder = folder(&[
            ("file.txt", "whole"),
            ("large.bin", ""),
            ("value.py", VALUE),
            ("writer.py", WRITER),
            ("generator.py", GENERATOR),
            ("endless.py", ENDLESS),
        ]);
        let large = File::options()
            .write(true)
            .open(folder.path().join("large.bin"));
        large.and_then(|file| file.set_len(64 << 20)).expect("room");
        let options = ["--log", "off", "--route", "GET", "/route", "200:whole"];
        let mut stage = Self {
            server: Process::wireserve(folder.path(), options),
            before: Belongings::default(),
            _folder: folder,
        };
        let sockets = stage.belongings().sockets;
        // What the first scripts begin stays: a thread that watches them, and what Python keeps open. So does the
        // file, once its last change is old enough to be trusted.
        eventually("the file is kept open", || {
            stage.assert_serves();
            stage.has_open("file.txt")
        });
        eventually("no client is connected", || {
            stage.belongings().sockets == sockets
        });
        stage.before = stage.belongings();
        stage
    }

    /// Clients vanish in both ways, many at once; then the server has what it had before.
    fn survives(&self, scene: &str, vanishings: &[Vanishing]) {
        thread::scope(|scope| {
            for share in 0..AT_ONCE {
                scope.spawn(move || {
                    for (sent, read) in vanishings.iter().skip(share).step_by(AT_ONCE) {
                        vanish(self.server.addr(), sent, *read, Leaving::Fin);
                        vanish(self.server.addr(), sent, *read, Leaving::Reset);
                    }
                });
            }
            // Others meanwhile.
            for _ in 0..20 {
                self.assert_serves();
            }
        });
        self.assert_serves();
        let mut now = Belongings::default();
        let is_as_before = || {
            now = self.belongings();
            now == self.before
        };
        let what = format!("{scene}: expected at most {:?}", self.before);
        eventually(&what, is_as_before);
    }

    /// Every kind of handler answers.
    fn assert_serves(&self) {
        for target in TARGETS {
            let mut client = Client::connect(self.server.addr());
            client.send(format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n").as_bytes());
            let answer = client.read_until_close();
            assert!(answer.ends_with(b"\r\n\r\nwhole"), "{target}");
        }
    }

    fn has_no_connection_threads(&self) {
        let deadline = Instant::now() + THREADS_LEAVE_WITHIN;
        loop {
            let threads = self.threads();
            let left = threads.iter().filter(|name| is_of_connection(name)).count();
            if left == 0 {
                return;
            }
            assert!(
                Instant::now() < deadline,
                "{left} threads of connections stay"
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn belongings(&self) -> Belongings {
        let descriptors = self.proc("fd");
        let is_socket = |descriptor: &&PathBuf| {
            let link = fs::read_link(descriptor).unwrap_or_default();
            link.to_string_lossy().starts_with("socket:")
        };
        let sockets = descriptors.iter().filter(is_socket).count();
        let threads = self.threads();
        Belongings {
            sockets,
            other_descriptors: descriptors.len() - sockets,
            other_threads: threads
                .iter()
                .filter(|name| !is_of_connection(name))
                .count(),
        }
    }

    fn has_open(&self, name: &str) -> bool {
        let mut files = self.proc("fd").into_iter();
        files.any(|file| fs::read_link(file).is_ok_and(|path| path.ends_with(name)))
    }

    /// The names of its threads, as far as the kernel keeps them.
    fn threads(&self) -> Vec<String> {
        let threads = self.proc("task");
        // One may end meanwhile.
        let names = threads
            .iter()
            .filter_map(|thread| fs::read_to_string(thread.join("comm")).ok());
        names.collect()
    }

    fn proc(&self, folder: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(format!("/proc/{}/{folder}", self.server.id()));
        let entries = entries.expect("it runs").flatten();
        entries.map(|entry| entry.path()).collect()
    }
}

fn is_of_connection(name: &str) -> bool {
    name.starts_with("wireserve-conne")
}

const VALUE: &str = "\
def main(request, response):
    request.body
    return 'whole'
";

const WRITER: &str = "\
def main(request, response):
    response.close_connection = True
    writer = response.writer
    writer.write_status(200)
    writer.write_header('X', 'y')
    writer.end_headers()
    request.raw_input.read()
    writer.write('wh')
    writer.write('ole')
";

const GENERATOR: &str = "\
def main(request, response):
    def pieces():
        yield 'wh'
        request.raw_input.read()
        yield 'ole'
    return pieces()
";

const ENDLESS: &str = "\
def main(request, response):
    def pieces():
        while True: yield 'x' * 65536
    if request.GET[b'by'] == b'generator': return pieces()
    response.writer.write('HTTP/1.1 200 OK\\r\\n\\r\\n')
    while response.writer.write('x' * 65536): pass
";

#[derive(Clone, Copy, Debug)]
enum Leaving {
    Fin,
    Reset,
}

fn vanish(address: SocketAddr, sent: &[u8], read: usize, leaving: Leaving) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    stream.set_write_timeout(Some(DEADLINE)).expect("a timeout");
    // A server that has answered already may have closed.
    let _ = stream.write_all(sent);
    let mut left = read;
    let mut buffer = [0; 64 * 1024];
    while left > 0 {
        let wanted = left.min(buffer.len());
        match stream.read(&mut buffer[..wanted]).expect("bytes") {
            0 => panic!("{read} bytes were to be read, and {left} are missing"),
            count => left -= count,
        }
    }
    match leaving {
        // Where bytes are unread, a RST follows; the FIN comes first.
        Leaving::Fin => drop(stream.shutdown(Shutdown::Write)),
        Leaving::Reset => {
            let socket = SockRef::from(&stream);
            socket.set_linger(Some(Duration::ZERO)).expect("an option");
        }
    }
}
