//! Requests that are cheap to send and would be dear to answer: forms, heads that do not end, pipes, templates
//! and clients that leave. Meanwhile the server's memory and the times that others wait have limits.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::support::client::Client;
use super::support::process::Process;
use super::watch::Needs;
use super::work::request;

/// How long both kinds of clients ask.
const LENGTH: Duration = Duration::from_secs(20);

/// Clients of each kind.
const CLIENTS: usize = 2;

/// The most memory, in MiB.
const MEMORY: f64 = 200.0;

/// How long 99 of 100 ordinary requests may take.
const WAIT: Duration = Duration::from_millis(100);

/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(20);

/// Unfinished heads that each hostile client holds.
const HELD: usize = 16;

/// How long a hostile client stays before it leaves.
const STAYS: Duration = Duration::from_millis(200);

/// Bytes of a form.
const FORM: usize = 8_000_000;

/// Asks both ways, and returns what went beyond its limit.
pub(crate) fn try_it(server: &Process) -> Vec<String> {
    let address = server.addr();
    let is_over = AtomicBool::new(false);
    let waits = Mutex::new(Vec::new());
    let mut peak = 0.0_f64;
    let began = Instant::now();
    thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (is_over, waits) = (&is_over, &waits);
            scope.spawn(move || attack(number, address, is_over));
            scope.spawn(move || {
                let own = ask(address, is_over);
                let mut waits = waits.lock().unwrap_or_else(PoisonError::into_inner);
                waits.extend(own);
            });
        }
        while began.elapsed() < LENGTH {
            peak = peak.max(Needs::of(server.id()).mebibytes());
            thread::sleep(LOOK);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let mut waits = waits.into_inner().unwrap_or_else(PoisonError::into_inner);
    waits.sort_unstable();
    let Some(&late) = waits.get(waits.len() * 99 / 100) else {
        return vec!["hostile requests: others were not answered at all".to_owned()];
    };
    let count = waits.len();
    println!(
        "beside hostile requests: at most {peak:.1} MiB; 99 of 100 of {count} others within {late:?}"
    );
    let mut failures = Vec::new();
    if peak > MEMORY {
        failures.push(format!(
            "hostile requests took {peak:.1} MiB; {MEMORY} are allowed"
        ));
    }
    if late > WAIT {
        failures.push(format!(
            "beside hostile requests others waited {late:?}; {WAIT:?} are allowed"
        ));
    }
    failures
}

/// Asks for small things, and returns how long each took.
fn ask(address: SocketAddr, is_over: &AtomicBool) -> Vec<Duration> {
    let mut client = Client::connect(address);
    let mut waits = Vec::new();
    while !is_over.load(Ordering::Relaxed) {
        for target in ["/static.txt", "/value.py?name=x"] {
            let began = Instant::now();
            client.send(&request("GET", target, "", b""));
            let answer = client.read_response("GET");
            assert_eq!(answer.status, 200, "{target}: {}", answer.text());
            waits.push(began.elapsed());
        }
    }
    waits
}

/// Sends everything that is hostile, again and again.
fn attack(number: usize, address: SocketAddr, is_over: &AtomicBool) {
    let media_type = |name: &str| format!("Content-Type: {name}\r\n");
    let urlencoded = media_type("application/x-www-form-urlencoded");
    let multipart = media_type("multipart/form-data; boundary=B");
    let part = b"--B\r\nContent-Disposition: form-data; name=f\r\n\r\n";
    let form = |field: &str, body: &[u8]| {
        let length = format!("{field}Content-Length: {}\r\n", body.len());
        request("POST", "/form.py", &length, body)
    };
    let field = format!("X: {}\r\n", "a".repeat(60_000));
    let pipes = vec!["gzip"; 64].join("|");
    let many = vec!["gzip"; 12_000].join("|");
    let pairs: String = (0..10_000).map(|n| format!("{n}=1;")).collect();
    let ranges: Vec<_> = (0..8_000).map(|n| format!("{}-{}", 3 * n, 3 * n)).collect();
    let attacks = [
        form(&urlencoded, &b"%".repeat(FORM)),
        form(&urlencoded, &b"a&".repeat(FORM / 2)),
        form(&multipart, &[&part[..], &b"\n".repeat(FORM)].concat()),
        form(&multipart, &part.repeat(FORM / part.len())),
        format!("GET / HTTP/1.1\r\n{}", field.repeat(500)).into_bytes(),
        format!("GET / HTTP/1.1\r\n{}", field.repeat(16)).into_bytes(),
        request("GET", &format!("/large.bin?pipe={pipes}"), "", b""),
        request("GET", &format!("/large.bin?pipe={many}"), "", b""),
        request(
            "GET",
            "/value.py?name=x",
            &format!("Cookie: {pairs}\r\n"),
            b"",
        ),
        request(
            "GET",
            &format!("/value.py?{}", "a&".repeat(30_000)),
            "",
            b"",
        ),
        request(
            "GET",
            "/large.bin",
            &format!("Range: bytes={}\r\n", ranges.join(",")),
            b"",
        ),
        request("GET", &format!("/{}", "a/".repeat(30_000)), "", b""),
    ];
    let mut held = Vec::new();
    for turn in number.. {
        if is_over.load(Ordering::Relaxed) {
            return;
        }
        let mut client = Client::connect(address);
        let attack = &attacks[turn % attacks.len()];
        client.send(attack);
        // Heads that do not end stay for a while; other clients leave, by FIN or by RST.
        if !attack.ends_with(b"\r\n\r\n") && attack.starts_with(b"GET") {
            held.push(client);
            if held.len() > HELD {
                held.remove(0);
            }
            continue;
        }
        // Forms are answered, whatever they hold.
        if attack.starts_with(b"POST") {
            client.read_response("POST");
            continue;
        }
        thread::sleep(STAYS);
        match turn / attacks.len() % 2 {
            0 => drop(client),
            _ => client.reset(),
        }
    }
}
