//! Each method reports to a script that its client is gone, without an exception; and its
//! writes wait for a client that is slow, while others are served.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::client::{Client, DEADLINE};
use crate::support::raw_site::{ask, get, heard, serve};
use crate::support::wait::eventually;
use socket2::SockRef;

#[test]
fn every_method_reports_a_disconnected_client_without_an_exception() {
    let server = serve();
    for (index, (reset, coalesce)) in [
        (true, ""),
        (true, "&coalesce"),
        (false, ""),
        (false, "&coalesce"),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("00000000-0000-0000-0003-{index:012}");
        let mut stream = TcpStream::connect(server.addr()).expect("it listens");
        let target = format!("/gone.py?key={key}{coalesce}");
        stream.write_all(&get(&target)).expect("it reads");
        stream.read_exact(&mut [0; 1000]).expect("it writes");
        if reset {
            let socket = SockRef::from(&stream);
            socket.set_linger(Some(Duration::ZERO)).expect("an option");
        }
        drop(stream);
        let found = heard(&server, &key);
        assert_eq!(found.lines().count(), 11, "{found}");
        for line in found.lines() {
            let expected = match line {
                line if line.starts_with("write_status:") => "None",
                _ => "False",
            };
            assert!(line.ends_with(&format!(": {expected}")), "{line}");
        }
    }
}

#[test]
fn a_write_waits_for_a_slow_client() {
    const PIECES: usize = 64;
    const PIECE: usize = 1024 * 1024;
    /// Askings without progress after which the script is taken to wait.
    const STILL: usize = 200;
    let server = serve();
    let mut slow = ask(&server, &format!("/flood.py?pieces={PIECES}"));
    let mut other = Client::connect(server.addr());
    let mut progress = || {
        other.send(&get("/flood.py?ask"));
        let text = other.read_response("GET").text();
        text.parse::<usize>().expect("a number")
    };
    let deadline = Instant::now() + DEADLINE;
    let (mut written, mut still) = (0, 0);
    while still < STILL {
        let now = progress();
        still = if now == written { still + 1 } else { 0 };
        written = now;
        assert!(Instant::now() < deadline, "{written} pieces written");
    }
    assert!(
        written < PIECES / 2,
        "{written} pieces that the client does not read"
    );

    // It goes on as the client does; meanwhile others are answered, as they were above.
    slow.read_exact(PIECE * PIECES / 2);
    eventually("it goes on", || progress() > written);
    assert_eq!(slow.read_until_close().len(), PIECE * PIECES / 2);
    assert_eq!(progress(), PIECES);
}
