//! Both directions at once: threads of the server that read and write in any order against a client that does the
//! same, clients that take little at a time, and records that arrive in halves.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use proptest::prelude::{Just, Strategy, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};
use rustls::version::TLS13;
use socket2::SockRef;

use crate::levers::{Answer, builder};
use crate::support::client::DEADLINE;
use crate::support::tls::{Certificate, End, TlsClient};
use wireserve::handlers::FixedHandler;
use wireserve::{Exchange, Sent, Server};

/// A record's limit (RFC 8446 §5.1).
const FULL: usize = 16 * 1024;

/// What a client does next.
#[derive(Clone, Debug)]
enum Turn {
    /// Sends so many bytes, as one write.
    Send(usize),
    /// Reads what is there.
    Read,
    /// Changes its keys, and asks the server to change its own (RFC 8446 §4.6.3).
    ChangeKeys,
}

/// Writes blocks of the lengths in the query, while it reads the body, which it sends at the end.
fn writes_while_reading(exchange: &mut Exchange<'_>) -> Answer {
    let target = String::from_utf8_lossy(exchange.request.head().target()).into_owned();
    let lengths = target.trim_start_matches("/?").split(',');
    let lengths: Vec<usize> = lengths.filter_map(|length| length.parse().ok()).collect();
    let turn = Arc::clone(exchange.turn());
    turn.mark_written();
    let body = thread::scope(|scope| {
        scope.spawn(|| {
            for (index, length) in lengths.into_iter().enumerate() {
                turn.send(&vec![index as u8; length]).expect("a client");
            }
        });
        exchange.body.read_all()
    })?;
    turn.send(&body).expect("a client");
    exchange.close_connection();
    Ok(())
}

#[test]
fn any_order_of_reads_and_writes() {
    let certificate = Certificate::default();
    let server = builder([("POST", "*", writes_while_reading as _)]).tls(certificate.tls());
    let server = server.start().expect("a free port");
    let config = certificate.client_of(&[&TLS13]);
    let turn = prop_oneof![
        4 => (1..30_000_usize).prop_map(Turn::Send),
        3 => Just(Turn::Read),
        1 => Just(Turn::ChangeKeys),
    ];
    let cases = (
        prop::collection::vec(1..60_000_usize, 0..12),
        prop::collection::vec(turn, 0..24),
    );
    let mut runner = TestRunner::new(Config::with_cases(24));
    let result = runner.run(&cases.prop_map(Box::new), |case| {
        let (writes, turns) = *case;
        let sends = turns.iter().map(|turn| match turn {
            Turn::Send(length) => *length,
            Turn::Read | Turn::ChangeKeys => 0,
        });
        let length = sends.sum::<usize>();
        let mut client = TlsClient::connect(server.tls_address().unwrap(), config.clone());
        take_little(&client);
        let lengths: Vec<_> = writes.iter().map(usize::to_string).collect();
        let lengths = lengths.join(",");
        client.send(
            format!("POST /?{lengths} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n").as_bytes(),
        );
        for (index, turn) in turns.iter().enumerate() {
            match turn {
                Turn::Send(length) => client.send(&vec![index as u8; *length]),
                Turn::Read => {
                    client.arrival(Duration::ZERO);
                }
                Turn::ChangeKeys => client.connection.refresh_traffic_keys().expect("TLS 1.3"),
            }
        }
        let (bytes, end) = client.read_until_end();
        let mut expected = Vec::new();
        for (index, length) in writes.iter().enumerate() {
            expected.resize(expected.len() + length, index as u8);
        }
        for (index, turn) in turns.iter().enumerate() {
            if let Turn::Send(length) = turn {
                expected.resize(expected.len() + length, index as u8);
            }
        }
        assert!(bytes == expected, "{} bytes", bytes.len());
        assert_eq!(end, End::CloseNotify);
        // Each write began a record, and filled records where it did not fit into one.
        let written = writes.iter().copied().chain([length]).flat_map(records_of);
        assert_eq!(client.records(), written.collect::<Vec<_>>());
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The plaintext in each record of a write.
fn records_of(length: usize) -> impl Iterator<Item = usize> {
    let rest = length % FULL;
    std::iter::repeat_n(FULL, length / FULL).chain((rest > 0).then_some(rest))
}

/// Makes the client's system buffer little, so that writes of the server have to wait.
fn take_little(client: &TlsClient) {
    let socket = SockRef::from(&client.stream);
    socket.set_recv_buffer_size(32 * 1024).expect("an option");
}

#[test]
fn what_the_kernel_does_not_take_follows() {
    // More than the buffers of two sockets can grow to.
    const LENGTH: usize = 16_000_000;
    fn byte(index: usize) -> u8 {
        (index % 251) as u8
    }
    let (fills, filled) = mpsc::channel();
    let sends_in_parts = move |exchange: &mut Exchange<'_>| -> Answer {
        let bytes: Vec<u8> = (0..LENGTH).map(byte).collect();
        let turn = exchange.turn();
        turn.mark_written();
        let mut sent = 0;
        while sent < LENGTH {
            let next = &bytes[sent..LENGTH.min(sent + 100_000)];
            match turn.send_now(next).expect("a client") {
                Sent::All => sent += next.len(),
                Sent::Part(count) => {
                    sent += count;
                    fills.send(()).ok();
                    assert!(turn.wire().is_writable_within(DEADLINE), "{sent} bytes");
                }
            }
        }
        exchange.close_connection();
        Ok(())
    };
    let certificate = Certificate::default();
    let server = Server::builder().tls(certificate.tls());
    let server = server.route("GET", "*", sends_in_parts).unwrap();
    let server = server.start().expect("a free port");
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    take_little(&client);
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    filled.recv_timeout(DEADLINE).expect("a write in part");
    let (content, end) = client.read_until_end();
    assert!(content.into_iter().eq((0..LENGTH).map(byte)));
    assert_eq!(end, End::CloseNotify);
}

#[test]
fn a_part_of_a_record_is_nothing_to_read() {
    let (seen, sees) = mpsc::channel();
    let certificate = Certificate::default();
    let server = Server::builder()
        .tls(certificate.tls())
        .route("GET", "/next", FixedHandler::text(200, "next"))
        .unwrap()
        .route("GET", "/", move |exchange: &mut Exchange<'_>| {
            let wire = exchange.turn().wire();
            for within in [Duration::from_millis(30), DEADLINE] {
                let answers = (wire.is_readable_within(within), wire.has_arrivals());
                seen.send(answers).expect("the test waits");
            }
            exchange.response.content = "both are there".into();
            Ok(())
        })
        .unwrap()
        .start()
        .unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    let first = client.encrypt(b"GET / HTTP/1.1\r\n\r\n");
    let next = client.encrypt(b"GET /next HTTP/1.1\r\n\r\n");
    let (half, rest) = next.split_at(next.len() / 2);
    client.send_below(&[&first, half].concat());
    assert_eq!(sees.recv_timeout(DEADLINE), Ok((false, false)));
    client.send_below(rest);
    assert_eq!(sees.recv_timeout(DEADLINE), Ok((true, true)));
    assert_eq!(client.read_response("GET").text(), "both are there");
    assert_eq!(client.read_response("GET").text(), "next");
}

#[test]
fn a_write_leaves_while_a_read_waits() {
    fn writes(exchange: &mut Exchange<'_>) -> Answer {
        let turn = Arc::clone(exchange.turn());
        turn.mark_written();
        let body = thread::scope(|scope| {
            let reads = scope.spawn(|| exchange.body.read_all());
            turn.send(b"first").expect("a client");
            reads.join().expect("no panic")
        })?;
        turn.send(&body).expect("a client");
        exchange.close_connection();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = builder([("POST", "*", writes as _)]).tls(certificate.tls());
    let server = server.start().expect("a free port");
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n");
    // The body is sent only when the write has arrived.
    assert_eq!(client.read_exact(5), b"first");
    client.send(b"body");
    assert_eq!(client.read_until_end().0, b"body");
}
