//! Crowds that are slow on purpose do not delay others: a thousand clients that read a byte now and then, or send
//! one; and thousands that come at once are all answered.
//!
//! Crowds of handlers that wait are in `waiting_handlers.rs`.

use std::fs::File;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::response;
use socket2::{Domain, Socket, Type};
use tempfile::TempDir;

/// Slow clients.
const SLOW: usize = 1000;

/// Clients that come at once.
const AT_ONCE: usize = 5000;

/// How long the slow go on.
const FOR: Duration = Duration::from_secs(2);

/// When somebody else must have an answer, on a busy machine, too. One that waited for a slow client would not
/// get any.
const PROMPT: Duration = Duration::from_secs(10);

#[test]
fn slow_readers() {
    let stage = Stage::start();
    let targets = stage.endless_targets();
    let mut crowd: Vec<_> = (0..SLOW)
        .map(|index| {
            let mut client = connect(stage.address(), Reading::Little);
            let target = targets[index % targets.len()];
            client.write_all(&request("GET", target)).expect("it reads");
            (client, Vec::new())
        })
        .collect();
    let read = |(client, seen): &mut (TcpStream, Vec<u8>), count| {
        let before = seen.len();
        seen.resize(before + count, 0);
        client.read_exact(&mut seen[before..]).expect("it sends");
    };
    stage.others_are_served_while(|| crowd.iter_mut().for_each(|slow| read(slow, 1)));
    // What they have been sent is in order.
    for slow in &mut crowd {
        read(slow, 1000);
        let (_, seen) = slow;
        let head = response::head_length(seen).expect("a head");
        let content = &seen[head..];
        assert!(content.iter().all(|byte| b"\0x".contains(byte)));
    }
    drop(crowd);
    stage.others_are_served();
}

#[test]
fn slow_senders_of_heads() {
    let stage = Stage::start();
    let mut crowd: Vec<_> = (0..SLOW)
        .map(|_| connect(stage.address(), Reading::Much))
        .collect();
    let mut bytes = b"GET /plain.txt HTTP/1.1\r\nConnection: close\r\nX: "
        .iter()
        .chain([b'y'; 10_000].iter());
    stage.others_are_served_while(|| {
        let byte = *bytes.next().expect("a head long enough");
        for client in &mut crowd {
            client.write_all(&[byte]).expect("it reads");
        }
    });
    let rest: Vec<_> = bytes.copied().take(100).chain(*b"\r\n\r\n").collect();
    for client in &mut crowd {
        client.write_all(&rest).expect("it reads");
    }
    for client in &mut crowd {
        assert_plain(client);
    }
}

#[test]
fn thousands_at_once() {
    let stage = Stage::start();
    let targets = stage.plain_targets();
    let mut crowd: Vec<_> = (0..AT_ONCE)
        .map(|_| connect(stage.address(), Reading::Much))
        .collect();
    // All are there before the first of them asks.
    for (index, client) in crowd.iter_mut().enumerate() {
        let target = targets[index % targets.len()];
        let request = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n");
        client.write_all(request.as_bytes()).expect("it reads");
    }
    stage.others_are_served();
    for client in &mut crowd {
        assert_plain(client);
    }
}

/// A server, the only one here while it is measured.
struct Stage {
    server: Process,
    _folder: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl Stage {
    fn start() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // With what there is beside the crowd.
        let wanted = AT_ONCE as u64 + 500;
        let allowed = rlimit::increase_nofile_limit(wanted).expect("descriptors");
        assert!(allowed >= wanted, "only {allowed} descriptors: ulimit -Hn");
        let folder = folder(&[
            ("plain.txt", "plain"),
            ("endless.bin", ""),
            ("plain.py", "def main(request, response): return 'plain'\n"),
            (
                "endless.py",
                "def main(request, response):\n    def pieces():\n        while True: yield 'x' * 65536\n    \
                if b'generator' in request.GET: return pieces()\n    \
                response.writer.write('HTTP/1.1 200 OK\\r\\n\\r\\n')\n    \
                while response.writer.write('x' * 65536): pass\n",
            ),
        ]);
        let endless = File::options()
            .write(true)
            .open(folder.path().join("endless.bin"));
        endless
            .and_then(|file| file.set_len(1 << 30))
            .expect("room");
        let options = ["--log", "off", "--route", "GET", "/fixed", "200:plain"];
        Self {
            server: Process::wireserve(folder.path(), options),
            _folder: folder,
            _alone: alone,
        }
    }

    fn address(&self) -> SocketAddr {
        self.server.addr()
    }

    fn plain_targets(&self) -> &[&str] {
        match cfg!(feature = "python") {
            true => &["/plain.txt", "/fixed", "/plain.py"],
            false => &["/plain.txt", "/fixed"],
        }
    }

    fn endless_targets(&self) -> &[&str] {
        match cfg!(feature = "python") {
            true => &[
                "/endless.bin",
                "/endless.py?writer",
                "/endless.py?generator",
            ],
            false => &["/endless.bin"],
        }
    }

    /// A client that is there already, and one that comes, get their answers in good time.
    fn others_are_served(&self) {
        let mut known = Client::connect(self.address());
        for target in self.plain_targets() {
            let asked = Instant::now();
            let mut new = Client::connect(self.address());
            for client in [&mut known, &mut new] {
                client.send(&request("GET", target));
                assert_eq!(client.read_response("GET").text(), "plain");
            }
            let took = asked.elapsed();
            assert!(took < PROMPT, "{target} after {took:?}");
        }
    }

    /// The same between any two steps of a crowd.
    fn others_are_served_while(&self, mut step: impl FnMut()) {
        let began = Instant::now();
        while began.elapsed() < FOR {
            step();
            self.others_are_served();
        }
    }
}

/// How much a client lets the kernel keep for it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reading {
    Little,
    Much,
}

fn connect(address: SocketAddr, reading: Reading) -> TcpStream {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, None).expect("a socket");
    if reading == Reading::Little {
        socket.set_recv_buffer_size(4096).expect("an option");
    }
    socket.set_tcp_nodelay(true).expect("an option");
    socket.set_read_timeout(Some(DEADLINE)).expect("a timeout");
    socket.set_write_timeout(Some(DEADLINE)).expect("a timeout");
    socket
        .connect_timeout(&address.into(), DEADLINE)
        .expect("it listens");
    socket.into()
}

/// The rest of a connection is one answer.
fn assert_plain(client: &mut TcpStream) {
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).expect("an answer");
    let text = String::from_utf8_lossy(&answer);
    assert!(
        text.starts_with("HTTP/1.1 200 OK\r\n") && text.ends_with("\r\n\r\nplain"),
        "{text}"
    );
}
