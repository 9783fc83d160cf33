//! What a WebSocket client sends: handshakes and masked frames (RFC 6455 §4.1, §5.2).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The key of every handshake.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

/// The answer to it.
pub const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// The field with which Chromium offers compression.
pub const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits";

/// Opcodes (RFC 6455 §11.8).
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;
pub const PONG: u8 = 10;

/// The bit that ends a message, and the first reserved bit, which marks compressed messages.
pub const FIN: u8 = 0x80;
pub const RSV1: u8 = 0x40;

const MASK: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A handshake with more field lines.
pub fn handshake(target: &str, fields: &[&str]) -> Vec<u8> {
    let more: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
    format!(
        "GET {target} HTTP/1.1\r\nHost: a.test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    )
    .into_bytes()
}

/// The head that opens a WebSocket without subprotocol and extensions.
pub fn opened() -> String {
    format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n"
    )
}

/// A masked frame. `first` is the first byte: flags and opcode.
pub fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match payload.len() {
        length @ ..=125 => frame.push(0x80 | length as u8),
        length @ ..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    let key = MASK.iter().cycle();
    frame.extend(payload.iter().zip(key).map(|(byte, key)| byte ^ key));
    frame
}

pub fn text(text: &str) -> Vec<u8> {
    masked(FIN | TEXT, text.as_bytes())
}

pub fn binary(bytes: &[u8]) -> Vec<u8> {
    masked(FIN | BINARY, bytes)
}

/// A close frame.
pub fn close(code: u16, reason: &str) -> Vec<u8> {
    let payload = [&code.to_be_bytes(), reason.as_bytes()].concat();
    masked(FIN | CLOSE, &payload)
}

/// A message as permessage-deflate sends it: without the four bytes that end every flush (RFC 7692 §7.2.1).
pub fn deflated(text: &str) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(text.as_bytes()).expect("in memory");
    encoder.flush().expect("in memory");
    let mut payload = encoder.get_ref().clone();
    assert!(payload.ends_with(b"\0\0\xff\xff"));
    payload.truncate(payload.len() - 4);
    masked(FIN | RSV1 | TEXT, &payload)
}
