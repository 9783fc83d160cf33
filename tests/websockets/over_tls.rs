//! WebSockets on ports of `wss`: the same bytes through TLS.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use tempfile::TempDir;
use wireserve::Port;
use wireserve::python::WebSocketHandler;

use crate::support::escape;
use crate::support::tls::{Certificate, End, TlsClient};
use crate::websockets::frames::{close, handshake, opened, text};
use crate::websockets::reference_parity::{Case, cases, in_pieces};
use crate::websockets::servers::{checkout, handlers};

/// A server with ports for `ws` and `wss`.
struct SecureServer {
    server: wireserve::Server,
    certificate: Certificate,
    _library: TempDir,
}

impl SecureServer {
    fn start() -> Self {
        let library = checkout("tools/third_party/pywebsocket3", "pywebsocket3");
        let handler = WebSocketHandler::new(handlers(), library.path()).expect("handlers");
        let certificate = Certificate::default();
        let server = wireserve::Server::builder()
            .websockets(Arc::new(handler))
            .scheme("ws", [Port::Free])
            .scheme("wss", [Port::Free])
            .tls(certificate.tls())
            .start()
            .expect("a server");
        // http, https, ws and wss.
        assert_eq!(server.addresses().len(), 4);
        Self {
            server,
            certificate,
            _library: library,
        }
    }

    fn ws(&self) -> SocketAddr {
        self.server.addresses()[2]
    }

    fn client(&self, bytes: &[u8]) -> TlsClient {
        let wss = self.server.addresses()[3];
        let mut client = TlsClient::connect(wss, self.certificate.client());
        client.send(bytes);
        client
    }

    /// What a client receives that waits for the handshake, and how the server ends.
    fn played(&self, case: &Case) -> (Vec<u8>, End) {
        let mut client = self.client(&case.handshake);
        client.send(&case.frames.concat());
        if case.half_closes {
            client.close_notify();
            client.fin();
        }
        client.read_until_end()
    }
}

/// The comparison with the reference holds for those of `ws`.
#[test]
fn the_same_bytes_as_in_the_clear() {
    let server = SecureServer::start();
    let mut wrong = String::new();
    for case in cases()
        .into_iter()
        .filter(|case| !case.name.starts_with("what a handler sees"))
    {
        let clear = in_pieces(server.ws(), &case);
        let (secure, end) = server.played(&case);
        if secure != clear {
            let difference = escape::difference("secure", &secure, "clear", &clear);
            wrong += &format!("{}:\n{difference}\n", case.name);
        }
        assert_eq!(end, End::CloseNotify, "{}", case.name);
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn handlers_see_that_it_is_secure() {
    let server = SecureServer::start();
    let asked = [handshake("/about", &[]), close(1000, "")].concat();
    let (received, _) = server.client(&asked).read_until_end();
    let shown = received.escape_ascii().to_string();
    assert!(shown.contains("\\x81\\x04True"), "{shown}");
}

#[test]
fn a_frame_is_a_record() {
    let server = SecureServer::start();
    let mut client = server.client(&handshake("/echo", &[]));
    client.read_exact(opened().len());
    client.records();
    client.send(&[text("one"), text("three")].concat());
    client.read_exact(5 + 7);
    assert_eq!(client.records(), [5, 7]);
}

/// One thread of the handler reads while another writes.
#[test]
fn threads_receive() {
    let server = SecureServer::start();
    let mut client = server.client(&handshake("/receiver", &[]));
    client.read_exact(opened().len());
    for _ in 0..20 {
        client.send(&text("a"));
        assert_eq!(client.read_exact(12), b"\x81\x0areceived a");
    }
    client.send(&close(1000, ""));
    let (rest, end) = client.read_until_end();
    assert_eq!(
        (rest.as_slice(), end),
        (&b"\x88\x02\x03\xe8"[..], End::CloseNotify)
    );
}

#[test]
fn stopping_ends_handlers_that_wait() {
    let server = SecureServer::start();
    let mut client = server.client(&handshake("/echo", &[]));
    client.read_exact(opened().len());
    client.send(&text("a"));
    client.read_exact(3);
    let stopping = thread::spawn(move || drop(server));
    let (rest, _) = client.read_until_end();
    assert_eq!(rest, b"");
    stopping.join().expect("it stops");
}
