//! Handshakes: which versions and protocols are agreed on, that sessions are resumed, and what clients get that
//! do not speak TLS, fall silent or leave.

use std::sync::{Arc, Mutex};

use rustls::ProtocolVersion;
use rustls::version::{TLS12, TLS13};

use crate::support::client::{Client, DEADLINE, request};
use crate::support::command::wireserve;
use crate::support::embedded::{fixed, get};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::{Certificate, End, NAME, TlsClient};
use crate::support::wait::eventually;
use wireserve::{Exchange, Limits, Server, TlsInfo, TlsVersion};

/// A server that notes what the handshakes of its requests have agreed on.
fn noting(certificate: &Certificate) -> (Server, Arc<Mutex<Vec<TlsInfo>>>) {
    let noted = Arc::<Mutex<Vec<TlsInfo>>>::default();
    let by_handler = Arc::clone(&noted);
    let server = Server::builder()
        .tls(certificate.tls())
        .route("GET", "*", move |exchange: &mut Exchange<'_>| {
            let tls = exchange.request.arrival().tls.as_deref().cloned();
            by_handler.lock().unwrap().push(tls.expect("a handshake"));
            Ok(())
        })
        .expect("a good pattern")
        .start()
        .expect("a free port");
    (server, noted)
}

#[test]
fn both_versions() {
    let certificate = Certificate::default();
    let (server, noted) = noting(&certificate);
    let address = server.tls_address().expect("HTTPS");
    for (version, of_client, expected) in [
        (&TLS12, ProtocolVersion::TLSv1_2, TlsVersion::V1_2),
        (&TLS13, ProtocolVersion::TLSv1_3, TlsVersion::V1_3),
    ] {
        let mut client = TlsClient::connect(address, certificate.client_of(&[version]));
        assert_eq!(client.connection.protocol_version(), Some(of_client));
        assert_eq!(client.ask("GET", "/").status, 200);
        let suite = client.connection.negotiated_cipher_suite();
        let suite = suite.expect("a suite").suite().as_str().expect("a name");
        let noted = noted.lock().unwrap().pop().expect("a request");
        assert_eq!(noted.version, expected);
        // rustls names suites of TLS 1.3 in its own way.
        assert_eq!(noted.cipher.name, suite.replace("TLS13_", "TLS_"));
        assert_eq!(noted.server_name.as_deref(), Some(NAME));
        assert_eq!((noted.alpn, noted.resumed), (None, false));
        assert!(noted.client_certificates.is_empty());
    }
}

#[test]
fn no_offer_of_protocols_is_refused() {
    let certificate = Certificate::default();
    let (server, noted) = noting(&certificate);
    for (offered, chosen) in [
        (vec![], None),
        (vec!["h2"], None),
        (vec!["h2", "http/1.1"], Some("http/1.1")),
        (vec!["http/1.1"], Some("http/1.1")),
        (vec!["http/1.0", "spdy/3"], None),
    ] {
        let mut config = certificate.client();
        config.alpn_protocols = offered
            .iter()
            .map(|name| name.as_bytes().to_vec())
            .collect();
        let mut client = TlsClient::connect(server.tls_address().unwrap(), config);
        assert_eq!(
            client.connection.alpn_protocol(),
            chosen.map(str::as_bytes),
            "{offered:?}"
        );
        assert_eq!(client.ask("GET", "/").status, 200);
        let noted = noted.lock().unwrap().pop().expect("a request");
        assert_eq!(noted.alpn.as_deref(), chosen.map(str::as_bytes));
    }
}

#[test]
fn sessions_are_resumed() {
    let certificate = Certificate::default();
    let (server, noted) = noting(&certificate);
    for version in [&TLS12, &TLS13] {
        let config = certificate.client_of(&[version]);
        for resumed in [false, true] {
            // The clone shares the client's memory of sessions.
            let mut client = TlsClient::connect(server.tls_address().unwrap(), config.clone());
            assert_eq!(client.ask("GET", "/").status, 200);
            let noted = noted.lock().unwrap().pop().expect("a request");
            assert_eq!(noted.resumed, resumed, "{version:?}");
        }
    }
}

#[test]
fn text_on_a_tls_port_is_told_so() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let mut client = Client::connect(server.tls_address().unwrap());
    client.send(&request("GET", "/"));
    let response = client.read_response("GET");
    assert_eq!(response.status, 400);
    let expected = "This port speaks HTTPS. Use a URL that begins with https://\n";
    assert_eq!(response.text(), expected);
    assert_eq!(response.header("Content-Type"), Some(&b"text/plain"[..]));
    assert_eq!(client.read_until_close(), b"");
}

#[test]
fn tls_on_a_port_in_the_clear_is_a_malformed_request() {
    let certificate = Certificate::default();
    let server = fixed("here").start().unwrap();
    let refused = TlsClient::try_connect(server.address(), certificate.client());
    assert!(refused.is_err());
    assert_eq!(get(&server, "/").text(), "here");
}

/// With the level of the access log, only requests are logged.
#[test]
fn failed_handshakes_are_not_logged() {
    let certificate = Certificate::default();
    let folder = folder(&[
        ("host.pem", &certificate.chain),
        ("host.key", &certificate.key),
    ]);
    let mut command = wireserve();
    command.current_dir(folder.path());
    command.args(["--port=0", "--tls-port=0", "--log=info"]);
    command.args(["--cert=host.pem", "--key=host.key"]);
    let server = Process::start_with_listeners(command, 2);
    let address = server.addresses()[1];
    for bytes in [
        &b""[..],
        b"\x16\x03\x01\x00\xff",
        b"\x16\x03\x01\x00\x02\x00\x00",
    ] {
        let mut client = Client::connect(address);
        client.send(bytes);
        client.half_close();
        client.read_until_close();
    }
    let mut client = TlsClient::connect(address, certificate.client());
    assert_eq!(client.ask("GET", "/none").status, 404);
    client.close_notify();
    server.signal("TERM");
    let logged = server.end().stderr;
    let lines: Vec<_> = logged
        .lines()
        .filter(|line| !line.contains("host.key"))
        .collect();
    let [line] = lines[..] else {
        panic!("one request: {logged}");
    };
    assert!(line.contains("GET /none 404"), "{line}");
}

#[test]
fn what_is_no_handshake_gets_an_alert() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    for (bytes, alert) in [
        // A record of an unknown type: decode_error; a handshake that is no ClientHello: unexpected_message.
        (
            &b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"[..],
            &b"\x15\x03\x03\x00\x02\x02\x32"[..],
        ),
        (
            b"\x16\x03\x01\x00\x04\x02\x00\x00\x00",
            b"\x15\x03\x03\x00\x02\x02",
        ),
        // A record of application data: unexpected_message (RFC 8446 §5).
        (
            b"\x17\x03\x03\x00\x05abcde",
            b"\x15\x03\x03\x00\x02\x02\x0a",
        ),
    ] {
        let mut client = Client::connect(server.tls_address().unwrap());
        client.send(bytes);
        let answer = client.read_until_close();
        assert!(answer.starts_with(alert), "{}", answer.escape_ascii());
    }
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    assert_eq!(client.ask("GET", "/").text(), "here");
}

#[test]
fn any_prefix_of_a_handshake_ends_the_connection() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let address = server.tls_address().unwrap();
    let whole = TlsClient::unconnected(address, certificate.client()).output();
    for length in (0..whole.len()).step_by(7) {
        let mut client = Client::connect(address);
        client.send(&whole[..length]);
        client.half_close();
        assert_eq!(client.read_until_close(), b"", "{length} bytes");
    }
    eventually("no connection is left", || server.connections() == 0);
}

#[test]
fn a_hello_may_arrive_byte_by_byte() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let address = server.tls_address().unwrap();
    let mut client = TlsClient::unconnected(address, certificate.client());
    for byte in client.output() {
        client.send_below(&[byte]);
    }
    assert_eq!(client.ask("GET", "/").text(), "here");
}

#[test]
fn silent_clients_make_room_for_others() {
    let certificate = Certificate::default();
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let server = fixed("here").tls(certificate.tls()).limits(limits);
    let server = server.start().unwrap();
    let address = server.tls_address().unwrap();
    let mut silent = [Client::connect(address), Client::connect(address)];
    eventually("both wait", || server.connections() == 2);
    // They can be closed once their threads await the handshake. Until then, others are refused.
    eventually("there is room", || {
        let client = TlsClient::try_connect(address, certificate.client());
        client.is_ok_and(|mut client| client.ask("GET", "/").text() == "here")
    });
    // Which of the two was accepted first, and is closed, is up to the system.
    eventually("one is closed", || {
        silent.iter_mut().any(|client| {
            client.arrival(std::time::Duration::ZERO) == crate::support::client::Arrival::End
        })
    });
}

#[test]
fn a_stopping_server_does_not_wait_for_handshakes() {
    let certificate = Certificate::default();
    let server = fixed("here").tls(certificate.tls()).start().unwrap();
    let mut silent = Client::connect(server.tls_address().unwrap());
    eventually("it waits", || server.connections() == 1);
    let began = std::time::Instant::now();
    server.stop();
    assert!(began.elapsed() < DEADLINE);
    assert_eq!(silent.read_until_close(), b"");
}

#[test]
fn a_client_that_trusts_nobody_is_not_served() {
    let certificate = Certificate::default();
    let builder = fixed("here").tls(certificate.tls()).transcripts();
    let server = builder.start().unwrap();
    let other = Certificate::default().client();
    let refused = TlsClient::try_connect(server.tls_address().unwrap(), other);
    let error = refused.err().expect("a refusal");
    assert!(error.contains("certificate"), "{error}");
    eventually("it is gone", || server.connections() == 0);
    // The server knows why: from the client's alert.
    let transcript = server.transcripts()[0].to_string();
    let note = "note: the TLS handshake failed: received fatal alert: ";
    assert!(transcript.contains(note), "{transcript}");
    let mut client = TlsClient::connect(server.tls_address().unwrap(), certificate.client());
    assert_eq!(client.ask("GET", "/").text(), "here");
    // An idle connection is cut without a word.
    drop(server);
    assert_eq!(client.read_until_end(), (Vec::new(), End::Fin));
}
