//! `encrypt_after_connect`: a port of `https` speaks HTTP in the clear until a request with CONNECT, and TLS after the
//! answer to it.

use std::io::Read as _;
use std::net::SocketAddr;
use std::process::Command;

use crate::levers::{Answer, builder};
use crate::support::client::{Client, request};
use crate::support::folder::folder;
use crate::support::process::Process;
use crate::support::tls::{Certificate, End, TlsClient};
use wireserve::{Exchange, Server};

const CONNECT: &[u8] = b"CONNECT tls.test:443 HTTP/1.1\r\nHost: tls.test:443\r\n\r\n";

/// Whether the request came through TLS, and what its scheme is.
fn how(exchange: &mut Exchange<'_>) -> Answer {
    let arrival = exchange.request.arrival();
    let how = arrival.tls.as_ref().map_or("clear", |_| "TLS");
    exchange.response.content = format!("{how} {}", arrival.scheme).into();
    Ok(())
}

fn server(certificate: &Certificate) -> (Server, SocketAddr) {
    let server = builder([("GET", "*", how as _)])
        .tls(certificate.tls().encrypt_after_connect())
        .start()
        .expect("a free port");
    let address = server.tls_address().expect("HTTPS");
    (server, address)
}

/// A client that has sent these bytes in the clear, and what it receives up to the end of a head.
fn connected(client: &mut TlsClient, bytes: &[u8]) -> String {
    client.send_below(bytes);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        client.stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("a head is text")
}

#[test]
fn tls_follows_the_answer_to_connect() {
    let certificate = Certificate::default();
    let (_server, address) = server(&certificate);
    for connect in [
        CONNECT,
        // No field ends the connection, and neither does the version, which is that of Python's http.client.
        b"CONNECT elsewhere.test:1 HTTP/1.0\r\nConnection: close\r\n\r\n",
        b"CONNECT tls.test:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody",
    ] {
        let mut client = TlsClient::unconnected(address, certificate.client());
        let head = connected(&mut client, connect);
        assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
        for field in ["Content-Length", "Transfer-Encoding", "Connection"] {
            assert!(!head.contains(field), "RFC 9110 §9.3.6: {head}");
        }
        client.handshake();
        for _ in 0..2 {
            assert_eq!(client.ask("GET", "/").text(), "TLS https");
        }
        client.send(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        let (_, end) = client.read_until_end();
        assert_eq!(end, End::CloseNotify);
    }
}

/// A client that knows the answer does not have to wait for it.
#[test]
fn the_handshake_may_begin_in_the_same_segment() {
    let certificate = Certificate::default();
    let (_server, address) = server(&certificate);
    let mut client = TlsClient::unconnected(address, certificate.client());
    let both = [CONNECT, &client.output()].concat();
    connected(&mut client, &both);
    client.handshake();
    assert_eq!(client.ask("GET", "/").text(), "TLS https");
}

/// As in the reference, their scheme is that of the port.
#[test]
fn requests_before_connect_are_answered_in_the_clear() {
    let certificate = Certificate::default();
    let (_server, address) = server(&certificate);
    let mut client = Client::connect(address);
    for _ in 0..2 {
        assert_eq!(client.ask("GET", "/").text(), "clear https");
    }
    let mut client = TlsClient::unconnected(address, certificate.client());
    let both = [&request("GET", "/"), CONNECT].concat();
    let head = connected(&mut client, &both);
    assert!(head.contains("Content-Length: 11\r\n"), "{head}");
    let mut content = [0; 11];
    client.stream.read_exact(&mut content).expect("content");
    assert_eq!(&content, b"clear https");
    let head = connected(&mut client, b"");
    assert!(!head.contains("Content-Length"), "{head}");
    client.handshake();
    assert_eq!(client.ask("GET", "/").text(), "TLS https");
}

#[test]
fn what_else_follows_connect() {
    let certificate = Certificate::default();
    let (_server, address) = server(&certificate);
    // Text is no handshake.
    let mut client = Client::connect(address);
    client.send(&[CONNECT, &request("GET", "/")].concat());
    let all = String::from_utf8(client.read_until_close()).expect("text");
    let (first, second) = all.split_once("\r\n\r\n").expect("two heads");
    assert!(first.starts_with("HTTP/1.1 200 "), "{all}");
    assert!(second.starts_with("HTTP/1.1 400 "), "{all}");
    assert!(second.contains("This port speaks HTTPS"), "{all}");
    // Nor is the end.
    let mut client = Client::connect(address);
    client.send(CONNECT);
    client.half_close();
    let all = String::from_utf8(client.read_until_close()).expect("text");
    assert!(all.starts_with("HTTP/1.1 200 ") && all.ends_with("\r\n\r\n"));
    // Within TLS, CONNECT is a request like others, which no route takes.
    let mut client = TlsClient::unconnected(address, certificate.client());
    connected(&mut client, CONNECT);
    client.handshake();
    client.send(CONNECT);
    assert_ne!(client.read_response("CONNECT").status, 200);
}

/// curl uses the port as its proxy, as WPT intended it.
#[test]
fn a_proxy_for_itself() {
    let certificate = Certificate::default();
    let (_server, address) = server(&certificate);
    let folder = folder(&[("ca.pem", &certificate.chain)]);
    let mut command = Command::new("curl");
    command.args(["-sS", "--noproxy", "", "--proxy"]);
    command.arg(format!("http://{address}")).arg("--cacert");
    command.arg(folder.path().join("ca.pem"));
    command.args(["https://tls.test/", "http://any.test/"]);
    let ended = Process::spawn(&mut command).end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert_eq!(ended.stdout.concat(), "TLS httpsclear https");
}
