//! The kinds of limits: for each a response of any size, and the largest size that is tried.

use crate::case::{Accepted, Ask, Case, Expect, Level, Next, Played, Waiting};
use wireserve_core::wire_script::{Data, WireScript};

/// The most bytes of a line or section that is tried: more than any client known to have a limit takes, and little
/// enough to be sent in less than a second.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024;

/// The most fields that are tried.
pub const MAX_FIELDS: u64 = 100_000;

/// The most interim responses that are tried.
pub const MAX_INTERIM: u64 = 10_000;

/// The most redirects that are tried: each is a request.
pub const MAX_REDIRECTS: u64 = 500;

/// Bytes of a field line in sections that consist of many: below the limits of lines, and few enough fields to
/// stay below the limits of numbers for as long as possible.
const LINE: u64 = 4000;

/// The content of each response.
pub const CONTENT: &[u8] = b"ok";

/// The field with the long value.
pub const FIELD: &str = "X-T";

/// A kind of limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    FieldLine,
    Head,
    Fields,
    StatusLine,
    ChunkExtension,
    TrailerSection,
    InterimResponses,
    Redirects,
    /// Of requests, for proxies alone.
    RequestLine,
    RequestFieldLine,
    RequestHead,
    RequestFields,
    RequestChunkExtension,
    RequestTrailerSection,
}

impl Kind {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 8] = [
        Self::FieldLine,
        Self::Head,
        Self::Fields,
        Self::StatusLine,
        Self::ChunkExtension,
        Self::TrailerSection,
        Self::InterimResponses,
        Self::Redirects,
    ];

    /// Those of a proxy, in both directions.
    pub const THROUGH_PROXY: [Self; 13] = [
        Self::RequestLine,
        Self::RequestFieldLine,
        Self::RequestHead,
        Self::RequestFields,
        Self::RequestChunkExtension,
        Self::RequestTrailerSection,
        Self::StatusLine,
        Self::FieldLine,
        Self::Head,
        Self::Fields,
        Self::ChunkExtension,
        Self::TrailerSection,
        Self::InterimResponses,
    ];

    /// The name in JSON, and in the target of the request.
    pub fn name(self) -> &'static str {
        match self {
            Self::FieldLine => "field-line",
            Self::Head => "head",
            Self::Fields => "fields",
            Self::StatusLine => "status-line",
            Self::ChunkExtension => "chunk-extension",
            Self::TrailerSection => "trailer-section",
            Self::InterimResponses => "interim-responses",
            Self::Redirects => "redirects",
            Self::RequestLine => "request-line",
            Self::RequestFieldLine => "request-field-line",
            Self::RequestHead => "request-head",
            Self::RequestFields => "request-fields",
            Self::RequestChunkExtension => "request-chunk-extension",
            Self::RequestTrailerSection => "request-trailer-section",
        }
    }

    /// The title in tables.
    pub fn title(self) -> &'static str {
        match self {
            Self::FieldLine => "field line",
            Self::Head => "head",
            Self::Fields => "fields",
            Self::StatusLine => "status line",
            Self::ChunkExtension => "chunk extension",
            Self::TrailerSection => "trailer section",
            Self::InterimResponses => "interim responses",
            Self::Redirects => "redirects",
            Self::RequestLine => "request line",
            Self::RequestFieldLine => "request: field line",
            Self::RequestHead => "request: head",
            Self::RequestFields => "request: fields",
            Self::RequestChunkExtension => "request: chunk extension",
            Self::RequestTrailerSection => "request: trailer section",
        }
    }

    /// Whether its sizes are bytes; the others are numbers.
    pub fn is_in_bytes(self) -> bool {
        !matches!(
            self,
            Self::Fields | Self::InterimResponses | Self::Redirects | Self::RequestFields
        )
    }

    /// The smallest size that is tried: that of a small response.
    pub fn least(self) -> u64 {
        match self {
            Self::FieldLine | Self::RequestFieldLine => 16,
            Self::Head => 64,
            Self::RequestLine | Self::RequestHead => 256,
            Self::RequestChunkExtension | Self::RequestTrailerSection => 16,
            Self::StatusLine => 32,
            Self::ChunkExtension | Self::TrailerSection => 16,
            Self::Fields | Self::InterimResponses | Self::Redirects => 1,
            Self::RequestFields => 2,
        }
    }

    /// The largest size that is tried.
    pub fn bound(self) -> u64 {
        match self {
            Self::Fields => MAX_FIELDS,
            Self::InterimResponses => MAX_INTERIM,
            Self::Redirects => MAX_REDIRECTS,
            _ => MAX_BYTES,
        }
    }

    /// A response of this size, as a case; of at least [`Kind::least`].
    pub fn case(self, size: u64) -> Case {
        let played = match self {
            Self::Redirects => Played::Redirects(size),
            _ => Played::Script(self.script(size)),
        };
        Case {
            id: self.name().to_owned(),
            title: self.title().to_owned(),
            clause: "RFC 9110 §2.3, 5.4".to_owned(),
            rule: "the RFCs set no limit".to_owned(),
            level: Level::Must,
            expect: Expect::AcceptOrLimit,
            request: Ask::default(),
            accepted: Accepted {
                status: Some(200),
                contents: Some(vec![CONTENT.to_vec()]),
                ..Accepted::default()
            },
            waiting: Waiting::MustNot,
            next: Next::None,
            then: Ask::default(),
            redirect: None,
            is_unasked: false,
            played,
        }
    }

    pub(super) fn script(self, size: u64) -> WireScript {
        let plain = "HTTP/1.1 200 OK\r\n";
        let length = "Content-Length: 2\r\n\r\n";
        let chunked = "Transfer-Encoding: chunked\r\n\r\n2";
        let data = match self {
            Self::FieldLine => Data::from(plain)
                .bytes(format!("{FIELD}: "))
                .times(size - 5, "a")
                .bytes("\r\n")
                .bytes(length)
                .bytes(CONTENT),
            Self::Head => section(
                Data::from(plain),
                size - plain.len() as u64 - length.len() as u64,
            )
            .bytes(length)
            .bytes(CONTENT),
            Self::Fields => Data::from(plain)
                .times(size - 1, Data::from("X-").number().bytes(": v\r\n"))
                .bytes(length)
                .bytes(CONTENT),
            Self::StatusLine => Data::from("HTTP/1.1 200 ")
                .times(size - 13, "a")
                .bytes("\r\n")
                .bytes(length)
                .bytes(CONTENT),
            Self::ChunkExtension => Data::from(plain)
                .bytes(chunked)
                .bytes(";")
                .times(size - 1, "a")
                .bytes("\r\n")
                .bytes(CONTENT)
                .bytes("\r\n0\r\n\r\n"),
            Self::TrailerSection => section(
                Data::from(plain)
                    .bytes(chunked)
                    .bytes("\r\n")
                    .bytes(CONTENT)
                    .bytes("\r\n0\r\n"),
                size - 2,
            )
            .bytes("\r\n"),
            Self::InterimResponses => Data::new()
                .times(size, "HTTP/1.1 103 Early Hints\r\n\r\n")
                .bytes(plain)
                .bytes(length)
                .bytes(CONTENT),
            // Played without a script, and sent by the suite.
            Self::Redirects
            | Self::RequestLine
            | Self::RequestFieldLine
            | Self::RequestHead
            | Self::RequestFields
            | Self::RequestChunkExtension
            | Self::RequestTrailerSection => Data::new(),
        };
        WireScript::new().send_data(data)
    }
}

/// Adds field lines that take so many bytes: long ones, and one or two for the rest.
fn section(data: Data, size: u64) -> Data {
    /// The shortest field line.
    const LEAST: u64 = "A:\r\n".len() as u64;
    let (mut lines, mut rest) = (size / LINE, size % LINE);
    if rest > 0 && rest < LEAST && lines > 0 {
        (lines, rest) = (lines - 1, rest + LINE);
    }
    let line = |length: u64| {
        Data::from("X: ")
            .times(length.saturating_sub(5), "a")
            .bytes("\r\n")
    };
    let data = data.times(lines, line(LINE));
    match rest {
        0 => data,
        LEAST => data.bytes("A:\r\n"),
        rest if rest < LEAST => data,
        rest => data.times(1, line(rest)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    /// The bytes of a response.
    fn played(kind: Kind, size: u64) -> Vec<u8> {
        let case = kind.case(size);
        let server = stage::serving(&case, 0).unwrap();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        let target = case.target();
        let request = format!("GET {target} HTTP/1.1\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_response_has_the_size_that_is_asked_for() {
        for size in [64, 65, 4040, 4041, 4042, 4043, 4044, 8123, 20_000] {
            let head = played(Kind::Head, size);
            assert_eq!(head.len() as u64, size + 2, "head of {size}");
            assert!(head.ends_with(b"\r\n\r\nok"));
            let line = played(Kind::FieldLine, size);
            let text = String::from_utf8(line).unwrap();
            let line = text.lines().find(|line| line.starts_with(FIELD));
            assert_eq!(line.map(str::len), Some(size as usize));
            let status = String::from_utf8(played(Kind::StatusLine, size)).unwrap();
            assert_eq!(status.lines().next().map(str::len), Some(size as usize));
            let chunks = played(Kind::ChunkExtension, size);
            let text = String::from_utf8(chunks).unwrap();
            let line = text.lines().find(|line| line.starts_with("2;"));
            assert_eq!(line.map(str::len), Some(size as usize + 1));
            let trailers = played(Kind::TrailerSection, size);
            let (_, section) = std::str::from_utf8(&trailers)
                .unwrap()
                .split_once("\r\n0\r\n")
                .unwrap();
            assert_eq!(section.len() as u64, size, "trailer section of {size}");
        }
        let fields = String::from_utf8(played(Kind::Fields, 12)).unwrap();
        assert_eq!(
            fields.lines().filter(|line| line.contains(": ")).count(),
            12
        );
        let interim = String::from_utf8(played(Kind::InterimResponses, 3)).unwrap();
        assert_eq!(interim.matches(" 103 ").count(), 3);
    }
}
