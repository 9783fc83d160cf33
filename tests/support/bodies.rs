//! Request bodies for tests: with a length or chunked, in parts, and large.

use std::net::SocketAddr;

use super::client::Client;
use super::escape;

/// A body of 8 bytes in three parts, with 3, 2 and 3 bytes of its data.
pub const PARTS: [(&str, [&str; 3]); 2] = [
    ("Content-Length: 8", ["hel", "lo", "you"]),
    (
        "Transfer-Encoding: chunked",
        ["3\r\nhel", "\r\n5;x\r\nlo", "you\r\n0\r\n\r\n"],
    ),
];

/// The framing of a body.
#[derive(Clone, Copy, Debug)]
pub enum Framing {
    Length,
    /// Chunks of 10,000 bytes.
    Chunks,
}

impl Framing {
    /// A request. The path may be followed by a version and by field lines.
    pub fn request(self, path: &str, body: &[u8]) -> Vec<u8> {
        let version = if path.contains(' ') { "" } else { " HTTP/1.1" };
        let mut request = format!("POST {path}{version}\r\n").into_bytes();
        match self {
            Self::Length => {
                request.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
                request.extend(body);
            }
            Self::Chunks => {
                request.extend(b"Transfer-Encoding: chunked\r\n\r\n");
                for chunk in body.chunks(10_000) {
                    request.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                    request.extend(chunk);
                    request.extend(b"\r\n");
                }
                request.extend(b"0\r\n\r\n");
            }
        }
        request
    }
}

/// Byte `at` of a body of lines whose length is not a power of two.
pub fn line_byte(at: usize) -> u8 {
    match at % 997 {
        996 => b'\n',
        column => b'a' + (column % 26) as u8,
    }
}

/// The server closes without reading the body; all of its response arrives nevertheless.
pub fn assert_upload_is_answered(address: SocketAddr, path: &str, end: &[u8]) {
    let body = vec![b'x'; 8_000_000];
    for framing in [Framing::Length, Framing::Chunks] {
        let mut client = Client::connect(address);
        client.send(&framing.request(path, &body));
        let answer = client.read_until_close();
        let is_whole = answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(end);
        assert!(is_whole, "{}", escape::lines(&answer, "  "));
    }
}
