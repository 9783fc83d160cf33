//! Records: a write is one record, or as many full ones as it needs, and the client has it when the call
//! returns. Bodies of any size arrive in both directions, in any partition.

use std::sync::mpsc;

use proptest::prelude::{Strategy, any, prop};
use proptest::test_runner::{Config, TestRunner};

use crate::levers::{Answer, builder};
use crate::support::client::DEADLINE;
use crate::support::tls::{Certificate, End, TlsClient};
use wireserve::{Exchange, Server};

/// A record's limit (RFC 8446 §5.1).
const FULL: usize = 16 * 1024;

fn serve(certificate: &Certificate, handler: fn(&mut Exchange<'_>) -> Answer) -> Server {
    let server = builder([("*", "*", handler)]).tls(certificate.tls());
    server.start().expect("a free port")
}

#[test]
fn a_write_is_one_record() {
    fn writes(exchange: &mut Exchange<'_>) -> Answer {
        let turn = exchange.turn();
        turn.mark_written();
        for length in [1, 5, 1000, FULL, FULL + 1, 1, 3 * FULL] {
            turn.send(&vec![b'.'; length]).expect("a client");
        }
        exchange.close_connection();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = serve(&certificate, writes);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    let (bytes, end) = client.read_until_end();
    assert_eq!(bytes.len(), 5 * FULL + 1008);
    assert_eq!(end, End::CloseNotify);
    let records = [1, 5, 1000, FULL, FULL, 1, 1, FULL, FULL, FULL];
    assert_eq!(client.records(), records);
}

#[test]
fn head_and_content_are_one_record() {
    fn answers(exchange: &mut Exchange<'_>) -> Answer {
        exchange.response.content = "hello".into();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = serve(&certificate, answers);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    for _ in 0..2 {
        assert_eq!(client.ask("GET", "/").text(), "hello");
        assert_eq!(client.records().len(), 1);
    }
}

#[test]
fn a_write_has_left_when_it_returns() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let certificate = Certificate::default();
    let server = Server::builder()
        .tls(certificate.tls())
        .route("GET", "*", move |exchange: &mut Exchange<'_>| {
            exchange.turn().mark_written();
            exchange.turn().send(b"first").expect("a client");
            wait.lock().unwrap().recv_timeout(DEADLINE).expect("a sign");
            exchange.turn().send(b"second").expect("a client");
            exchange.close_connection();
            Ok(())
        })
        .unwrap()
        .start()
        .unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(client.read_exact(5), b"first");
    go.send(()).expect("the handler waits");
    assert_eq!(client.read_until_end().0, b"second");
}

/// Answers with the body of the request.
fn echo(exchange: &mut Exchange<'_>) -> Answer {
    exchange.response.content = exchange.body.read_all()?.into();
    Ok(())
}

#[test]
fn large_bodies_in_both_directions() {
    let certificate = Certificate::default();
    let server = serve(&certificate, echo);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    // Beyond what rustls buffers, in either direction, and beyond what the kernel does.
    let body: Vec<u8> = (0..20_000_000_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
    client.send(head.as_bytes());
    for piece in body.chunks(1 << 20) {
        client.send(piece);
    }
    assert!(client.read_response("POST").body == body);
}

#[test]
fn requests_in_any_partition_of_records_and_segments() {
    let certificate = Certificate::default();
    let server = serve(&certificate, echo);
    let config = certificate.client();
    let sizes = prop::collection::vec(1..40_usize, 1..40);
    let cases = (
        prop::collection::vec(any::<u8>(), 0..600),
        sizes.clone(),
        sizes,
    );
    let mut runner = TestRunner::new(Config::with_cases(48));
    let result = runner.run(&cases.prop_map(Box::new), |case| {
        let (body, records, segments) = *case;
        let mut client = TlsClient::connect(server.tls_address().unwrap(), config.clone());
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", body.len());
        let request = [head.as_bytes(), &body].concat();
        let mut ciphertext = Vec::new();
        for record in partition(&request, &records) {
            ciphertext.extend(client.encrypt(record));
        }
        for segment in partition(&ciphertext, &segments) {
            client.send_below(segment);
        }
        assert!(client.read_response("POST").body == body);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn responses_in_any_partition_of_writes() {
    fn writes(exchange: &mut Exchange<'_>) -> Answer {
        let sizes = exchange.body.read_all()?;
        let turn = exchange.turn();
        turn.mark_written();
        for (index, &size) in sizes.iter().enumerate() {
            let bytes = vec![index as u8; usize::from(size) * 100];
            turn.send(&bytes).expect("a client");
        }
        exchange.close_connection();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = serve(&certificate, writes);
    let config = certificate.client();
    let mut runner = TestRunner::new(Config::with_cases(32));
    let result = runner.run(&prop::collection::vec(any::<u8>(), 0..200), |sizes| {
        let mut client = TlsClient::connect(server.tls_address().unwrap(), config.clone());
        let head = format!("POST / HTTP/1.1\r\nContent-Length: {}\r\n\r\n", sizes.len());
        client.send(&[head.as_bytes(), &sizes].concat());
        let expected = sizes.iter().enumerate();
        let expected =
            expected.flat_map(|(index, &size)| vec![index as u8; usize::from(size) * 100]);
        let (bytes, end) = client.read_until_end();
        assert!(bytes == expected.collect::<Vec<_>>());
        assert_eq!(end, End::CloseNotify);
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The bytes in pieces of these sizes, again and again.
fn partition<'b>(mut bytes: &'b [u8], sizes: &[usize]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    for &size in sizes.iter().cycle() {
        if bytes.is_empty() {
            break;
        }
        let (piece, rest) = bytes.split_at(size.min(bytes.len()));
        pieces.push(piece);
        bytes = rest;
    }
    pieces
}
