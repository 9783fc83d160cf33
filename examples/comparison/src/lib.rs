//! The client of all tasks: it sends a request on a new connection and reads the response to the end.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// Sends a request and returns everything that came, and whether the connection ended with an error.
pub fn ask(address: SocketAddr, method: &str, path: &str, body: &str) -> (String, bool) {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream
        .write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())
        .expect("the request is sent");
    let mut bytes = Vec::new();
    let failed = stream.read_to_end(&mut bytes).is_err();
    (String::from_utf8_lossy(&bytes).into_owned(), failed)
}

/// The status of the response to a GET.
pub fn status(address: SocketAddr, path: &str) -> u16 {
    let (response, _) = ask(address, "GET", path, "");
    response[9..12].parse().expect("a status")
}
