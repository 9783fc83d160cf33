//! WebSocket handshakes and frames as bytes, valid or not (RFC 6455 §4.2.2, §5.2). It builds them for
//! tests of clients; it neither reads frames nor keeps any state.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1_smol::Sha1;

/// "globally unique identifier … unlikely to be used by network endpoints that do not understand the
/// WebSocket Protocol" (RFC 6455 §1.3).
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The response that opens a WebSocket to a client that sent this key, with more field lines.
pub fn accept(key: &[u8], fields: &[u8]) -> Vec<u8> {
    let hash = Sha1::from([key, GUID].concat()).digest().bytes();
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {}\r\n",
        STANDARD.encode(hash)
    );
    [head.as_bytes(), fields, b"\r\n"].concat()
}

/// A frame. Every part of it may be wrong.
///
/// ```
/// use wireserve::wire_script::{CloseReason, Frame, Opcode, Width};
///
/// assert_eq!(Frame::from("hi").to_bytes(), b"\x81\x02hi");
/// let begun = Frame { fin: false, length: Some(5), ..Frame::new(Opcode::BINARY, "hi") };
/// assert_eq!(begun.to_bytes(), b"\x02\x05hi");
/// let wide = Frame { width: Some(Width::Bits16), ..Frame::new(Opcode::PING, "") };
/// assert_eq!(wide.to_bytes(), b"\x89\x7e\0\0");
/// let reason = CloseReason::from((1000, "bye"));
/// assert_eq!(Frame::close(Some(&reason)).to_bytes(), b"\x88\x05\x03\xe8bye");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Whether it is the last one of its message.
    pub fin: bool,
    /// The reserved bits: 4 is RSV1, which marks a compressed message (RFC 7692 §6), 2 is RSV2, 1 is
    /// RSV3. `rsv <= 7`; other bits are ignored.
    pub rsv: u8,
    /// What the payload is.
    pub opcode: Opcode,
    /// The key that the payload is masked with, which only clients may do.
    pub mask: Option<[u8; 4]>,
    /// The length in the header; without one, that of the payload.
    pub length: Option<u64>,
    /// The bits of the length in the header; without a width, the fewest that are enough.
    pub width: Option<Width>,
    /// The payload, before it is masked.
    pub payload: Vec<u8>,
}

/// The bits of a length. A length that needs more loses its highest ones.
///
/// ```
/// use wireserve::wire_script::Width;
///
/// assert_eq!(Width::Bits16.bits(), 16);
/// assert_eq!(Width::with_bits(64), Some(Width::Bits64));
/// assert_eq!(Width::with_bits(8), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 7 bits, in the second byte of the header.
    Bits7,
    /// 16 bits, in the third and fourth byte.
    Bits16,
    /// 64 bits, in the third to tenth byte.
    Bits64,
}

/// What the payload of a frame is: a number of four bits.
///
/// ```
/// use wireserve::wire_script::{Frame, Opcode};
///
/// let data = [Opcode::CONTINUATION, Opcode::TEXT, Opcode::BINARY];
/// assert_eq!(data.map(|opcode| opcode.to_string()), ["continuation", "text", "binary"]);
/// let control = [Opcode::CLOSE, Opcode::PING, Opcode::PONG];
/// assert_eq!(control, ["close".parse()?, "ping".parse()?, "10".parse()?]);
/// let Some(reserved) = Opcode::new(3) else { panic!("expected four bits") };
/// assert_eq!(Frame::new(reserved, "").to_bytes(), b"\x83\0");
/// assert_eq!(Opcode::new(16), None);
/// # Ok::<(), &'static str>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opcode(u8);

/// Code and reason of a close frame, valid or not (RFC 6455 §7.4).
///
/// See the example of [`Frame`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseReason {
    /// The status code.
    pub code: u16,
    /// The text that follows it, which should be UTF-8.
    pub reason: Vec<u8>,
}

impl Frame {
    /// A final frame without a mask.
    ///
    /// See the example of [`Frame`].
    pub fn new(opcode: Opcode, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            fin: true,
            rsv: 0,
            opcode,
            mask: None,
            length: None,
            width: None,
            payload: payload.into(),
        }
    }

    /// A close frame; without a reason, it has no payload.
    ///
    /// See the example of [`Frame`].
    pub fn close(reason: Option<&CloseReason>) -> Self {
        let payload = reason.map(|CloseReason { code, reason }| {
            [code.to_be_bytes().as_slice(), reason.as_slice()].concat()
        });
        Self::new(Opcode::CLOSE, payload.unwrap_or_default())
    }

    /// The frame as it is sent.
    ///
    /// See the example of [`Frame`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = self.length.unwrap_or(self.payload.len() as u64);
        let width = self.width.unwrap_or_else(|| Width::of(length));
        let mut bytes = Vec::with_capacity(MAX_HEADER + self.payload.len());
        bytes.push(u8::from(self.fin) << 7 | (self.rsv & 7) << 4 | self.opcode.0);
        let is_masked = u8::from(self.mask.is_some()) << 7;
        match width {
            Width::Bits7 => bytes.push(is_masked | (length & 0x7f) as u8),
            Width::Bits16 => {
                bytes.push(is_masked | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            Width::Bits64 => {
                bytes.push(is_masked | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        match self.mask {
            None => bytes.extend_from_slice(&self.payload),
            Some(key) => {
                bytes.extend(key);
                let key = key.iter().cycle();
                bytes.extend(self.payload.iter().zip(key).map(|(byte, key)| byte ^ key));
            }
        }
        bytes
    }
}

/// Bytes of the longest header: two, a length of 64 bits, a key.
const MAX_HEADER: usize = 14;

impl From<&str> for Frame {
    /// A text message.
    fn from(text: &str) -> Self {
        Self::new(Opcode::TEXT, text)
    }
}

impl Width {
    /// The fewest bits that are enough (RFC 6455 §5.2).
    fn of(length: u64) -> Self {
        match length {
            0..=125 => Self::Bits7,
            126..=0xffff => Self::Bits16,
            _ => Self::Bits64,
        }
    }

    /// The number of bits.
    ///
    /// See the example of [`Width`].
    pub fn bits(self) -> u64 {
        match self {
            Self::Bits7 => 7,
            Self::Bits16 => 16,
            Self::Bits64 => 64,
        }
    }

    /// The width with this number of bits.
    ///
    /// See the example of [`Width`].
    pub fn with_bits(bits: u64) -> Option<Self> {
        [Self::Bits7, Self::Bits16, Self::Bits64]
            .into_iter()
            .find(|width| width.bits() == bits)
    }
}

impl Opcode {
    /// The next part of a message.
    ///
    /// See the example of [`Opcode`].
    pub const CONTINUATION: Self = Self(0);
    /// A text message, in UTF-8.
    ///
    /// See the example of [`Opcode`].
    pub const TEXT: Self = Self(1);
    /// A binary message.
    ///
    /// See the example of [`Opcode`].
    pub const BINARY: Self = Self(2);
    /// The end of the WebSocket.
    ///
    /// See the example of [`Opcode`].
    pub const CLOSE: Self = Self(8);
    /// A question that a pong answers.
    ///
    /// See the example of [`Opcode`].
    pub const PING: Self = Self(9);
    /// The answer to a ping.
    ///
    /// See the example of [`Opcode`].
    pub const PONG: Self = Self(10);

    const NAMES: [(&'static str, Self); 6] = [
        ("continuation", Self::CONTINUATION),
        ("text", Self::TEXT),
        ("binary", Self::BINARY),
        ("close", Self::CLOSE),
        ("ping", Self::PING),
        ("pong", Self::PONG),
    ];

    /// The opcode with this number, up to 15. Those without a constant are reserved.
    ///
    /// See the example of [`Opcode`].
    pub fn new(number: u8) -> Option<Self> {
        (number <= 15).then_some(Self(number))
    }
}

impl fmt::Display for Opcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMES.iter().find(|(_, opcode)| opcode == self) {
            Some((name, _)) => f.write_str(name),
            None => write!(f, "{}", self.0),
        }
    }
}

impl FromStr for Opcode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = Self::NAMES.iter().find(|(name, _)| *name == text);
        let named = named.map(|&(_, opcode)| opcode);
        let numbered = || Self::new(text.parse().ok()?);
        named.or_else(numbered).ok_or(
            "`continuation`, `text`, `binary`, `close`, `ping`, `pong` or a number from 0 to 15",
        )
    }
}

impl From<u16> for CloseReason {
    /// The code alone.
    fn from(code: u16) -> Self {
        Self {
            code,
            reason: Vec::new(),
        }
    }
}

impl From<(u16, &str)> for CloseReason {
    fn from((code, reason): (u16, &str)) -> Self {
        Self {
            code,
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6455 §1.3.
    #[test]
    fn an_accepted_key() {
        let head = accept(b"dGhlIHNhbXBsZSBub25jZQ==", b"A: b\r\n");
        let expected = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
            A: b\r\n\r\n";
        assert_eq!(head, expected.as_bytes());
    }

    /// The examples of RFC 6455 §5.7.
    #[test]
    fn frames_of_the_rfc() {
        let hello = Frame::from("Hello");
        assert_eq!(hello.to_bytes(), b"\x81\x05Hello");
        let masked = Frame {
            mask: Some([0x37, 0xfa, 0x21, 0x3d]),
            ..hello
        };
        let expected = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
        assert_eq!(masked.to_bytes(), expected);
        let first = Frame {
            fin: false,
            ..Frame::from("Hel")
        };
        assert_eq!(first.to_bytes(), b"\x01\x03Hel");
        let last = Frame::new(Opcode::CONTINUATION, "lo");
        assert_eq!(last.to_bytes(), b"\x80\x02lo");
        assert_eq!(
            Frame::new(Opcode::PING, "Hello").to_bytes(),
            b"\x89\x05Hello"
        );
        for (length, header) in [
            (125, &b"\x82\x7d"[..]),
            (126, b"\x82\x7e\0\x7e"),
            (256, b"\x82\x7e\x01\0"),
            (65535, b"\x82\x7e\xff\xff"),
            (65536, b"\x82\x7f\0\0\0\0\0\x01\0\0"),
        ] {
            let payload = vec![b'a'; length];
            let frame = Frame::new(Opcode::BINARY, payload.as_slice()).to_bytes();
            assert_eq!(frame, [header, &payload].concat(), "{length}");
        }
    }

    #[test]
    fn every_part_may_be_wrong() {
        let frame = Frame {
            fin: false,
            rsv: 5,
            length: Some(300),
            ..Frame::new(Opcode::new(15).unwrap(), "a")
        };
        assert_eq!(frame.to_bytes(), b"\x5f\x7e\x01\x2ca");
        for (width, bytes) in [
            (Width::Bits7, &b"\x81\x2ca"[..]),
            (Width::Bits16, b"\x81\x7e\x01\x2ca"),
            (Width::Bits64, b"\x81\x7f\0\0\0\0\0\0\x01\x2ca"),
        ] {
            let frame = Frame {
                length: Some(300),
                width: Some(width),
                ..Frame::from("a")
            };
            assert_eq!(frame.to_bytes(), bytes);
            assert_eq!(Width::with_bits(width.bits()), Some(width));
        }
        assert_eq!(Opcode::new(16), None);
    }

    #[test]
    fn close_frames() {
        assert_eq!(Frame::close(None).to_bytes(), b"\x88\0");
        let code = Frame::close(Some(&1000.into()));
        assert_eq!(code.to_bytes(), b"\x88\x02\x03\xe8");
        let reason = Frame::close(Some(&(4999, "bye").into()));
        assert_eq!(reason.to_bytes(), b"\x88\x05\x13\x87bye");
    }

    #[test]
    fn opcodes_as_text() {
        for number in 0..16 {
            let opcode = Opcode::new(number).unwrap();
            assert_eq!(opcode.to_string().parse(), Ok(opcode));
            assert_eq!(number.to_string().parse(), Ok(opcode));
        }
        for text in ["16", "-1", "texts", ""] {
            assert!(text.parse::<Opcode>().is_err(), "{text}");
        }
    }
}
