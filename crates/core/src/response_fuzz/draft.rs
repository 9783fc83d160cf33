//! A response in parts, so that a mutation can replace one of them and leave the rest. The parts are bytes
//! that need not fit together: joined, they may be anything. `to_script.rs` makes steps of them.

use super::MAX_BYTES;
use super::delivery::{ConnectionEnd, Delivery};

/// Bytes left free for the mutations that do not ask for [room](Draft::room_for). All of them together add
/// fewer.
const RESERVE: usize = 16 << 10;

/// A response under construction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Whole interim responses before the final one.
    pub(super) interim: Vec<u8>,
    pub(super) status_line: StatusLine,
    pub(super) fields: Vec<FieldLine>,
    /// The empty line after the last field line.
    pub(super) head_end: Vec<u8>,
    pub(super) framing: Framing,
    pub(super) body: Body,
    /// Bytes after the response.
    pub(super) after: Vec<u8>,
    pub(super) delivery: Delivery,
    /// The content that a recipient reads from it, not decoded.
    pub(super) content: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StatusLine {
    /// Before the version.
    pub(super) before: Vec<u8>,
    pub(super) version: Vec<u8>,
    /// Between version and code.
    pub(super) space: Vec<u8>,
    pub(super) code: Vec<u8>,
    /// Between code and reason.
    pub(super) gap: Vec<u8>,
    pub(super) reason: Vec<u8>,
    pub(super) end: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldLine {
    pub(super) name: Vec<u8>,
    /// The colon, and the whitespace around it.
    pub(super) colon: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) end: Vec<u8>,
}

/// How the valid response that the draft began as delimits its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By its status: it has no content.
    NoContent,
    /// By `Content-Length`.
    Length,
    /// By the last chunk.
    Chunked,
    /// By the end of the connection.
    UntilClose,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    Plain(Vec<u8>),
    Chunked(Chunks),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunks {
    pub(super) chunks: Vec<Chunk>,
    /// The last chunk: its size line with the line end.
    pub(super) last: Vec<u8>,
    pub(super) trailers: Vec<FieldLine>,
    pub(super) end: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) size: Vec<u8>,
    /// Extensions, and anything else between size and line end.
    pub(super) extension: Vec<u8>,
    pub(super) line_end: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) data_end: Vec<u8>,
}

/// A draft as bytes, and the offsets of its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) bytes: Vec<u8>,
    /// Start of the status line.
    pub(super) status_line: usize,
    /// Start of the first field line.
    pub(super) fields: usize,
    /// End of the field lines, before the empty line.
    pub(super) empty_line: usize,
    /// Start of the body.
    pub(super) body: usize,
    /// The last offset at which a cut surely leaves the body incomplete.
    pub(super) cuttable: usize,
    /// End of the response.
    pub(super) end: usize,
}

impl FieldLine {
    pub(super) fn new(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            colon: b": ".to_vec(),
            value: value.as_ref().to_vec(),
            end: b"\r\n".to_vec(),
        }
    }

    /// A line that need not be a field line.
    pub(super) fn line(line: impl AsRef<[u8]>) -> Self {
        Self {
            name: line.as_ref().to_vec(),
            colon: Vec::new(),
            value: Vec::new(),
            end: b"\r\n".to_vec(),
        }
    }

    /// Whether it delimits the content. The other field lines can change without changing that.
    pub(super) fn is_framing(&self) -> bool {
        self.is("Content-Length") || self.is("Transfer-Encoding")
    }

    pub(super) fn is(&self, name: &str) -> bool {
        self.name == name.as_bytes()
    }

    fn parts(&self) -> [&[u8]; 4] {
        [&self.name, &self.colon, &self.value, &self.end]
    }
}

impl Chunk {
    pub(super) fn of(data: &[u8]) -> Self {
        Self {
            size: format!("{:x}", data.len()).into_bytes(),
            extension: Vec::new(),
            line_end: b"\r\n".to_vec(),
            data: data.to_vec(),
            data_end: b"\r\n".to_vec(),
        }
    }

    fn parts(&self) -> [&[u8]; 5] {
        let Self {
            size,
            extension,
            line_end,
            data,
            data_end,
        } = self;
        [size, extension, line_end, data, data_end]
    }
}

impl Chunks {
    /// The content in chunks of at most `size` bytes.
    pub(super) fn of(content: &[u8], size: usize) -> Self {
        Self {
            chunks: content.chunks(size.max(1)).map(Chunk::of).collect(),
            last: b"0\r\n".to_vec(),
            trailers: Vec::new(),
            end: b"\r\n".to_vec(),
        }
    }
}

impl Draft {
    /// The index of the first field line with this name.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.is(name))
    }

    /// Closes the connection after the response if it was to stay open.
    pub(super) fn must_end(&mut self) {
        if self.delivery.end == ConnectionEnd::KeepOpen {
            self.delivery.end = ConnectionEnd::Close;
        }
    }

    /// The chunks of a chunked body.
    pub(super) fn chunks(&mut self) -> Option<&mut Chunks> {
        match &mut self.body {
            Body::Chunked(chunks) => Some(chunks),
            Body::Plain(_) => None,
        }
    }

    /// `length`, if the response may grow by so many bytes.
    pub(super) fn room_for(&self, length: u64) -> Option<usize> {
        let length = usize::try_from(length).ok()?;
        (self.join().bytes.len() + length + RESERVE <= MAX_BYTES).then_some(length)
    }

    /// All parts, joined.
    pub(super) fn join(&self) -> Joined {
        let mut bytes = self.interim.clone();
        let status_line = bytes.len();
        let line = &self.status_line;
        for part in [
            &line.before,
            &line.version,
            &line.space,
            &line.code,
            &line.gap,
            &line.reason,
            &line.end,
        ] {
            bytes.extend_from_slice(part);
        }
        let fields = bytes.len();
        let lines = self.fields.iter().flat_map(FieldLine::parts);
        lines.for_each(|part| bytes.extend_from_slice(part));
        let empty_line = bytes.len();
        bytes.extend_from_slice(&self.head_end);
        let body = bytes.len();
        let cuttable = match &self.body {
            Body::Plain(content) => {
                bytes.extend_from_slice(content);
                bytes.len().saturating_sub(1)
            }
            Body::Chunked(chunks) => {
                let parts = chunks.chunks.iter().flat_map(Chunk::parts);
                parts.for_each(|part| bytes.extend_from_slice(part));
                let cuttable = bytes.len();
                bytes.extend_from_slice(&chunks.last);
                let lines = chunks.trailers.iter().flat_map(FieldLine::parts);
                lines.for_each(|part| bytes.extend_from_slice(part));
                bytes.extend_from_slice(&chunks.end);
                cuttable
            }
        };
        let end = bytes.len();
        bytes.extend_from_slice(&self.after);
        Joined {
            bytes,
            status_line,
            fields,
            empty_line,
            body,
            cuttable: cuttable.max(body),
            end,
        }
    }
}
