//! A response in its parts, so that a mutation can replace one of them and leave the rest. The parts are
//! bytes, and nothing keeps them together: joined, they may be anything. How they get onto the wire is
//! `delivery.rs`.

use super::MAX_BYTES;
use super::delivery::{Delivery, Ending};

/// Bytes that are kept for the mutations that do not ask for [room](Draft::room_for): all of them together
/// add fewer.
const RESERVE: usize = 16 << 10;

/// A response that is being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Draft {
    /// Whole interim responses in front.
    pub(super) interim: Vec<u8>,
    pub(super) status_line: StatusLine,
    pub(super) fields: Vec<Field>,
    /// What ends the head behind its last field.
    pub(super) head_end: Vec<u8>,
    pub(super) framing: Framing,
    pub(super) body: Body,
    /// What stands behind the response.
    pub(super) behind: Vec<u8>,
    pub(super) delivery: Delivery,
    /// The content that a recipient gets out of it, not decoded, if it gets any.
    pub(super) content: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StatusLine {
    /// In front of the version.
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
pub(super) struct Field {
    pub(super) name: Vec<u8>,
    /// The colon, and what is around it.
    pub(super) colon: Vec<u8>,
    pub(super) value: Vec<u8>,
    pub(super) end: Vec<u8>,
}

/// How the valid response that a draft began as says where its content ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// By its status: there is none.
    NoContent,
    /// `Content-Length`.
    Length,
    /// Chunks.
    Chunked,
    /// The end of the connection.
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
    /// The last chunk: its line, and the line end of that.
    pub(super) last: Vec<u8>,
    pub(super) trailers: Vec<Field>,
    pub(super) end: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) size: Vec<u8>,
    /// Extensions and what else stands behind the size.
    pub(super) extension: Vec<u8>,
    pub(super) line_end: Vec<u8>,
    pub(super) data: Vec<u8>,
    pub(super) data_end: Vec<u8>,
}

/// A draft as bytes, and where its parts are in them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joined {
    pub(super) bytes: Vec<u8>,
    /// Where the status line begins.
    pub(super) status_line: usize,
    /// Where the first field begins.
    pub(super) fields: usize,
    /// Where the head ends, without its empty line.
    pub(super) empty_line: usize,
    /// Where the body begins.
    pub(super) body: usize,
    /// Where a body may be cut at most so that something of it is missing, beyond doubt.
    pub(super) cuttable: usize,
    /// Where the response ends.
    pub(super) behind: usize,
}

impl Field {
    pub(super) fn new(name: impl AsRef<[u8]>, value: impl AsRef<[u8]>) -> Self {
        Self {
            name: name.as_ref().to_vec(),
            colon: b": ".to_vec(),
            value: value.as_ref().to_vec(),
            end: b"\r\n".to_vec(),
        }
    }

    /// A line that need not be a field.
    pub(super) fn line(line: impl AsRef<[u8]>) -> Self {
        Self {
            name: line.as_ref().to_vec(),
            colon: Vec::new(),
            value: Vec::new(),
            end: b"\r\n".to_vec(),
        }
    }

    /// Whether it says where the content ends. Others can be changed without a change of that.
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
    /// This content, in chunks of at most `size` bytes.
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
    /// Where a field is.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.is(name))
    }

    /// What follows this response does not go over its connection.
    pub(super) fn must_end(&mut self) {
        if self.delivery.ending == Ending::Open {
            self.delivery.ending = Ending::Close;
        }
    }

    /// The chunks, if it has some.
    pub(super) fn chunks(&mut self) -> Option<&mut Chunks> {
        match &mut self.body {
            Body::Chunked(chunks) => Some(chunks),
            Body::Plain(_) => None,
        }
    }

    /// So many bytes more, if there is room for them.
    pub(super) fn room_for(&self, length: u64) -> Option<usize> {
        let length = usize::try_from(length).ok()?;
        (self.join().bytes.len() + length + RESERVE <= MAX_BYTES).then_some(length)
    }

    /// All parts, one behind another.
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
        let lines = self.fields.iter().flat_map(Field::parts);
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
                let lines = chunks.trailers.iter().flat_map(Field::parts);
                lines.for_each(|part| bytes.extend_from_slice(part));
                bytes.extend_from_slice(&chunks.end);
                cuttable
            }
        };
        let behind = bytes.len();
        bytes.extend_from_slice(&self.behind);
        Joined {
            bytes,
            status_line,
            fields,
            empty_line,
            body,
            cuttable: cuttable.max(body),
            behind,
        }
    }
}
