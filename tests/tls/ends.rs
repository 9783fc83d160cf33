//! The ends of connections: the server's, with close_notify, by a reset or by a cut, and the client's, by
//! close_notify, FIN, a truncated or a malformed record, or a reset.

use std::sync::mpsc;
use std::time::Duration;

use crate::control::asking::Asker;
use crate::levers::{Answer, builder};
use crate::support::client::DEADLINE;
use crate::support::embedded::fixed;
use crate::support::tls::{Certificate, End, TlsClient};
use crate::support::wait::eventually;
use wireserve::{Exchange, Fate, RecordLimits, Server, script};

/// The answer to a GET in these tests.
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";

fn server(certificate: &Certificate, handler: fn(&mut Exchange<'_>) -> Answer) -> Server {
    let server = builder([("*", "*", handler)]).tls(certificate.tls());
    server.start().expect("a free port")
}

#[test]
fn close_notify_precedes_fin() {
    fn closes(exchange: &mut Exchange<'_>) -> Answer {
        exchange.close_connection();
        Ok(())
    }
    fn breaks_off(exchange: &mut Exchange<'_>) -> Answer {
        exchange.turn().mark_written();
        exchange.turn().send(HEAD).expect("a client");
        exchange.turn().wire().announce_end(false);
        exchange.close_connection();
        Ok(())
    }
    fn resets(exchange: &mut Exchange<'_>) -> Answer {
        exchange.turn().mark_written();
        exchange.turn().send(HEAD).expect("a client");
        exchange.turn().grow_fate(Fate::Reset);
        Ok(())
    }
    let certificate = Certificate::default();
    for (handler, expected) in [
        (closes as fn(&mut Exchange<'_>) -> Answer, End::CloseNotify),
        (breaks_off, End::Fin),
        (resets, End::Reset),
    ] {
        let server = server(&certificate, handler);
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.send(b"GET / HTTP/1.1\r\n\r\n");
        assert_eq!(client.read_until_end().1, expected);
    }
}

/// A transcript tells them apart, which the segments do not, and the script of an exchange ends in the same way.
#[test]
fn transcripts_have_the_kind_of_the_end() {
    let certificate = Certificate::default();
    for step in ["close", "close without_notify"] {
        let builder = Server::builder()
            .transcripts()
            .record(RecordLimits::default());
        let server = builder.tls(certificate.tls()).start().expect("a free port");
        let control = server.control().expect("a free port");
        let steps = format!("send \"HTTP/1.1 200 OK\\r\\n\\r\\n\"\n{step}\n");
        server.get("/", move |_| script(&steps));
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.send(b"GET / HTTP/1.1\r\n\r\n");
        client.read_until_end();
        let shown = || server.transcripts()[0].to_string();
        eventually("the end", || shown().contains("server fin"));
        let is_noted = shown().contains("the session ends without close_notify");
        assert_eq!(is_noted, step != "close", "{}", shown());
        let script = Asker::of(&control)
            .ask("GET", "/v1/requests/1/script", None)
            .text();
        assert!(script.ends_with(&format!("\n{step}\n")), "{script}");
    }
}

#[test]
fn a_clients_end_does_not_prevent_the_answer() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    for end in ["close_notify", "close_notify and FIN", "FIN"] {
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.send(b"GET / HTTP/1.1\r\n\r\n");
        if end.starts_with("close_notify") {
            client.close_notify();
        }
        if end.ends_with("FIN") {
            client.fin();
        }
        let (bytes, seen) = client.read_until_end();
        assert!(
            bytes.ends_with(b"\r\n\r\nhere"),
            "{end}: {}",
            bytes.escape_ascii()
        );
        assert_eq!(seen, End::CloseNotify, "{end}");
        drop(client);
        eventually("the connection is over", || server.connections() == 0);
    }
}

#[test]
fn wire_scripts_play_on_plaintext() {
    use wireserve::WireScript;
    let certificate = Certificate::default();
    for (text, expected, end) in [
        (
            "send \"a\"\nread 2\nsend \"b\"\nclose\n",
            "ab",
            End::CloseNotify,
        ),
        ("send \"a\"\nclose without_notify\n", "a", End::Fin),
        (
            "send \"a\"\nhalf_close\nread until \"i\"\n",
            "a",
            End::CloseNotify,
        ),
        (
            "read until \"hi\"\nsend \"a\"\npause 10ms\nsend \"b\"\nclose",
            "ab",
            End::CloseNotify,
        ),
        ("wait_for body 2\nreset", "", End::Reset),
    ] {
        let script = WireScript::parse(text.as_bytes()).expect("a script");
        let server = Server::builder()
            .tls(certificate.tls())
            .route("POST", "*", move |exchange: &mut Exchange<'_>| {
                exchange.play(&script);
                Ok(())
            })
            .unwrap()
            .start()
            .unwrap();
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.send(b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n");
        client.send(b"hi");
        let (bytes, seen) = client.read_until_end();
        assert_eq!(
            (bytes.escape_ascii().to_string().as_str(), seen),
            (expected, end),
            "{text}"
        );
    }
}

#[test]
fn transcripts_have_plaintext() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).transcripts();
    let server = server.start().unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    let request = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n";
    client.send(request);
    let (answer, end) = client.read_until_end();
    assert_eq!(end, End::CloseNotify);
    client.close_notify();
    drop(client);
    eventually("the connection is over", || server.connections() == 0);
    let transcript = server.transcripts().pop().expect("a connection");
    assert_eq!(
        transcript.bytes(wireserve::transcript::Side::Client),
        request
    );
    assert_eq!(
        transcript.bytes(wireserve::transcript::Side::Server),
        answer
    );
}

#[test]
fn any_prefix_of_a_session_ends_the_connection() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let request = b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";
    let length = {
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        client.encrypt(request).len()
    };
    for length in 0..length {
        let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
        let ciphertext = client.encrypt(request);
        client.send_below(&ciphertext[..length]);
        client.fin();
        let (bytes, _) = client.read_until_end();
        assert_eq!(bytes, b"", "the record was not complete");
    }
    eventually("no connection is left", || server.connections() == 0);
}

#[test]
fn a_malformed_record_ends_the_connection_with_an_alert() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    assert_eq!(client.ask("GET", "/").text(), "here");
    let mut ciphertext = client.encrypt(b"GET / HTTP/1.1\r\n\r\n");
    *ciphertext.last_mut().expect("a record") ^= 1;
    client.send_below(&ciphertext);
    let error = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| client.read_until_end()));
    let error = *error
        .expect_err("an alert")
        .downcast::<String>()
        .expect("text");
    assert!(error.contains("BadRecordMac"), "{error}");
    eventually("the connection is over", || server.connections() == 0);
}

#[test]
fn records_before_a_malformed_one_are_answered() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    let mut ciphertext = client.encrypt(b"GET / HTTP/1.1\r\n\r\n");
    ciphertext.extend_from_slice(b"\x17\x03\x03\x00\x20 this is not what we agreed on..");
    client.send_below(&ciphertext);
    // The session is over for the server, so that the answer cannot be encrypted any more.
    eventually("the connection is over", || server.connections() == 0);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    assert_eq!(client.ask("GET", "/").text(), "here");
}

#[test]
fn a_client_that_is_gone_is_noticed() {
    let certificate = Certificate::default();
    let (seen, sees) = mpsc::channel();
    let server = Server::builder()
        .tls(certificate.tls())
        .route("GET", "*", move |exchange: &mut Exchange<'_>| {
            let wire = exchange.turn().wire();
            seen.send(false).expect("the test waits");
            seen.send(wire.is_gone_within(DEADLINE))
                .expect("the test waits");
            Ok(())
        })
        .unwrap()
        .start()
        .unwrap();
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(sees.recv_timeout(DEADLINE), Ok(false));
    client.reset();
    assert_eq!(sees.recv_timeout(DEADLINE), Ok(true));
}

#[test]
fn a_client_that_reads_nothing_is_closed_all_the_same() {
    fn floods(exchange: &mut Exchange<'_>) -> Answer {
        let turn = exchange.turn();
        turn.mark_written();
        let bytes = [b'.'; 64 * 1024];
        while turn.send_now(&bytes).expect("a client") == wireserve::Sent::All {}
        exchange.close_connection();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = server(&certificate, floods);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"GET / HTTP/1.1\r\n\r\n");
    eventually("the connection is over", || server.connections() == 0);
    // There was no room for the rest of the last record.
    let (bytes, end) = client.read_until_end();
    assert!(!bytes.is_empty());
    assert!(
        matches!(end, End::FinWithinRecord | End::Fin | End::CloseNotify),
        "{end:?}"
    );
}

#[test]
fn a_pipelined_client_is_read_while_a_write_waits() {
    // A write that waits for a client must not keep its session from being read.
    fn floods(exchange: &mut Exchange<'_>) -> Answer {
        let turn = exchange.turn();
        turn.mark_written();
        turn.send(&vec![b'.'; 8 << 20]).expect("a client");
        let body = exchange.body.read_all()?;
        turn.send(&body).expect("a client");
        exchange.close_connection();
        Ok(())
    }
    let certificate = Certificate::default();
    let server = server(&certificate, floods);
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    client.send(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n");
    std::thread::sleep(Duration::from_millis(20));
    client.send(b"hello");
    let (bytes, end) = client.read_until_end();
    assert_eq!(bytes.len(), (8 << 20) + 5);
    assert!(bytes.ends_with(b"hello"));
    assert_eq!(end, End::CloseNotify);
}
