//! Work for a client that has left ends soon, whatever the work is.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::wait::eventually;
use crate::support::watch::{open_sockets, processor_time};

/// Processor time that may still be used when the client is gone: 50 ms after a FIN, those until the server
/// looks for the client, which a slow machine multiplies, and what the clock of `/proc` adds. Each piece of
/// work here takes several times as much.
const SOON: Duration = Duration::from_millis(50 + 130 + 20);

/// Processor time after which the work has certainly begun.
const BEGUN: Duration = Duration::from_millis(60);

/// Entries of a folder whose listing takes a second.
const NAMES: usize = 120_000;

/// Names of one file, fewer than file systems allow.
const LINKS: usize = 30_000;

#[test]
fn work_for_them_ends() {
    let folder = folder(&[(
        "large.py",
        "def main(request, response):\n    return bytes(32 << 20)\n",
    )]);
    let noise: Vec<u8> = (0..10_u32 << 20)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 22) as u8)
        .collect();
    fs::write(folder.path().join("noise.bin"), noise).expect("room");
    let template = "{{uuid()}}".repeat(1_500_000);
    fs::write(folder.path().join("many.sub.txt"), template).expect("room");
    let hole = fs::File::create(folder.path().join("hole.bin")).expect("a file");
    hole.set_len(4 << 30).expect("room");
    fs::write(
        folder.path().join("hash.sub.txt"),
        "{{file_hash(sha512,hole.bin)}}",
    )
    .expect("room");

    let many = folder.path().join("many");
    fs::create_dir(&many).expect("room");
    for number in 0..NAMES {
        let named = |number: usize| many.join(format!("{number:06}"));
        let made = match number % LINKS {
            0 => fs::write(named(number), ""),
            // Cheaper than another file.
            beyond => fs::hard_link(named(number - beyond), named(number)),
        };
        made.expect("room");
    }

    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let gzip = ["gzip"; 60].join("|");
    let targets = [
        format!("/noise.bin?pipe={gzip}"),
        "/many.sub.txt".to_owned(),
        "/hash.sub.txt".to_owned(),
        "/many/".to_owned(),
        "/many/?sort=changed".to_owned(),
        format!("/large.py?pipe={gzip}"),
    ];
    let targets = targets
        .iter()
        .filter(|target| cfg!(feature = "python") || !target.contains(".py"));
    for target in targets {
        for leave in [Client::reset, drop] {
            let open = open_sockets(server.id());
            let before = processor_time(server.id());
            let mut client = Client::connect(server.addr());
            client.send(&request("GET", target));
            let began = Instant::now();
            while processor_time(server.id()) - before < BEGUN {
                assert!(began.elapsed() < DEADLINE, "{target}: no work is done");
                thread::sleep(Duration::from_millis(5));
            }
            leave(client);
            let left = processor_time(server.id());
            // The work ends with its connection, whose socket the server then closes.
            let mut used = Duration::ZERO;
            eventually("the work ends", || {
                used = processor_time(server.id()) - left;
                used > SOON || open_sockets(server.id()) == open
            });
            assert!(used <= SOON, "{target}: {used:?} after the client had left");
        }
    }
}

#[test]
fn a_client_that_only_half_closes_gets_its_response() {
    let folder = folder(&[("hello.sub.txt", "{{method}}{{GET[x]}}")]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    for target in ["/hello.sub.txt?pipe=gzip|slice(0,2)", "/"] {
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", target));
        client.half_close();
        assert!(matches!(client.read_response("GET").status, 200 | 500));
    }
}

#[test]
fn the_number_of_pipes_is_limited() {
    let folder = folder(&[("a.txt", "abc"), ("a.sub.txt", "abc")]);
    let config = r#"{"doc_root": ".", "limits": {"pipes": 3}}"#;
    fs::write(folder.path().join("config.json"), config).expect("room");
    let config = folder.path().join("config.json");
    let defaults = Process::wireserve(folder.path(), ["--log", "off"]);
    let config = config.to_str().expect("UTF-8");
    let limited = Process::wireserve(folder.path(), ["--log", "off", "--config", config]);
    for (server, target, pipes, status) in [
        (&defaults, "/a.txt", 64, 200),
        (&defaults, "/a.txt", 65, 400),
        (&limited, "/a.txt", 3, 200),
        (&limited, "/a.txt", 4, 400),
        (&limited, "/a.sub.txt", 2, 200),
        (&limited, "/a.sub.txt", 3, 400),
    ] {
        let expression = vec!["slice(0,2)"; pipes].join("|");
        let mut client = Client::connect(server.addr());
        client.send(&request("GET", &format!("{target}?pipe={expression}")));
        let answer = client.read_response("GET");
        assert_eq!(answer.status, status, "{target}, {pipes} pipes");
        assert_eq!(answer.text().contains("limits.pipes"), status == 400);
    }
}
