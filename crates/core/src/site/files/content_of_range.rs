//! Parts of a file (RFC 9110 §15.3.7, reference §7.3): one range as its bytes, several as
//! `multipart/byteranges` in the reference's layout. Ranges are read piece by piece while they are sent, so
//! that their size and number take no memory.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::ops::Range;

use uuid::Uuid;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Chunks, Content, Response};
use crate::fault::Fault;
use crate::http::range::{self, RangeError, content_range};

/// Turns the response for a whole file of this length, whose fields are set, into one for the ranges that
/// the client asked for, by the rules of the reference.
///
/// # Errors
/// 416 for a `Range` field that is malformed or cannot be satisfied, 400 for one that is not ASCII.
pub fn set_as_reference(
    response: &mut Response,
    file: File,
    length: u64,
    asked: &[u8],
) -> Result<(), Fault> {
    let ranges = range::parse(asked, length).map_err(fault)?;
    send(response, file, length, &ranges)
}

/// The same by RFC 9110 §14.2: an unknown unit selects the whole file, and a 416 has the length of the
/// file.
///
/// # Errors
/// 400 for a `Range` field that is not ASCII.
pub fn set(response: &mut Response, file: File, length: u64, asked: &[u8]) -> Result<(), Fault> {
    match range::select(asked, length) {
        Ok(None) => {
            response.content = Content::File(file, length);
            Ok(())
        }
        Ok(Some(ranges)) => send(response, file, length, &ranges),
        Err(error) => {
            let fault = fault(error);
            if fault.status != 416 {
                return Err(fault);
            }
            *response = Response::from(fault);
            // The table has the reference's phrase.
            response.reason = Some(b"Range Not Satisfiable".to_vec());
            let unsatisfied = format!("bytes */{length}");
            response.headers.append("Content-Range", unsatisfied);
            Ok(())
        }
    }
}

fn send(
    response: &mut Response,
    mut file: File,
    length: u64,
    ranges: &[Range<u64>],
) -> Result<(), Fault> {
    response.status = 206;
    response.content = if let [range] = ranges {
        let value = content_range(range, length);
        response.headers.set("Content-Range", value);
        file.seek(SeekFrom::Start(range.start))
            .map_err(|_| Fault::not_found())?;
        Content::File(file, range.end - range.start)
    } else {
        let boundary = Uuid::new_v4().to_string();
        let types = response.headers.values(b"Content-Type");
        let part_type = types.last().unwrap_or_default().to_vec();
        let whole_type = format!("multipart/byteranges; boundary={boundary}");
        response.headers.set("Content-Type", whole_type);
        let parts = Parts::new(file, length, ranges, &part_type, &boundary);
        Content::Chunks(Box::new(parts))
    };
    Ok(())
}

/// The messages of the reference, which shows the arguments of Python's exceptions.
fn fault(error: RangeError) -> Fault {
    match error {
        RangeError::NotAscii => Fault::new(400, "Non-ASCII range header value"),
        RangeError::Unit => Fault::new(416, "416"),
        RangeError::Specifier(specifier) => {
            let message = format!("Bad range specifier {specifier}");
            Fault::new(416, format!("(416, {})", python_repr(&message)))
        }
    }
}

/// Python's `repr` of ASCII text.
fn python_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let inner: String = text
        .chars()
        .map(|character| match character {
            '\t' => r"\t".into(),
            '\n' => r"\n".into(),
            '\r' => r"\r".into(),
            '\\' => r"\\".into(),
            character if character == quote => format!("\\{character}"),
            character if character.is_ascii_control() => {
                format!("\\x{:02x}", u32::from(character))
            }
            character => character.to_string(),
        })
        .collect();
    format!("{quote}{inner}{quote}")
}

/// The content of several ranges, read while it is sent.
struct Parts {
    file: File,
    /// Pieces still to be sent, in reverse order.
    left: Vec<Piece>,
    /// The length of all pieces together, including those already sent.
    length: u64,
}

enum Piece {
    /// A delimiter and the fields of a part.
    Text(Vec<u8>),
    /// Not empty.
    Bytes(Range<u64>),
}

impl Piece {
    fn length(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Bytes(range) => range.end - range.start,
        }
    }
}

impl Parts {
    fn new(
        file: File,
        length: u64,
        ranges: &[Range<u64>],
        part_type: &[u8],
        boundary: &str,
    ) -> Self {
        let part = |range: &Range<u64>| {
            let mut head = format!("\r\n--{boundary}\r\nContent-Type: ").into_bytes();
            head.extend_from_slice(part_type);
            let content_range = content_range(range, length);
            head.extend(format!("\r\nContent-Range: {content_range}\r\n\r\n").bytes());
            [Piece::Text(head), Piece::Bytes(range.clone())]
        };
        let end = Piece::Text(format!("\r\n--{boundary}--").into_bytes());
        let mut left: Vec<_> = ranges.iter().flat_map(part).chain([end]).collect();
        left.reverse();
        let length = left
            .iter()
            .fold(0, |sum: u64, piece| sum.saturating_add(piece.length()));
        Self { file, left, length }
    }

    /// Moves pieces into a chunk until it is full, or no piece is left.
    fn fill(&mut self, chunk: &mut Vec<u8>) -> Result<(), ContentError> {
        while chunk.len() < CHUNK {
            match self.left.pop() {
                None => break,
                Some(Piece::Text(text)) => chunk.extend_from_slice(&text),
                Some(Piece::Bytes(range)) => {
                    let room = (CHUNK - chunk.len()) as u64;
                    let end = range.end.min(range.start + room);
                    if end < range.end {
                        self.left.push(Piece::Bytes(end..range.end));
                    }
                    self.read(range.start..end, chunk)?;
                }
            }
        }
        Ok(())
    }

    fn read(&mut self, range: Range<u64>, chunk: &mut Vec<u8>) -> Result<(), ContentError> {
        let wanted = range.end - range.start;
        let read = self
            .file
            .seek(SeekFrom::Start(range.start))
            .and_then(|_| self.file.by_ref().take(wanted).read_to_end(chunk))
            .map_err(|error| ContentError(error.to_string()))?;
        if (read as u64) < wanted {
            let message = format!(
                "the file ended at {} while it was sent",
                range.start + read as u64
            );
            return Err(ContentError(message));
        }
        Ok(())
    }
}

impl Chunks for Parts {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        let mut chunk = Vec::new();
        match self.fill(&mut chunk) {
            Err(error) => Some(Err(error)),
            Ok(()) if chunk.is_empty() => None,
            Ok(()) => Some(Ok(chunk.into())),
        }
    }

    fn length(&self) -> Option<u64> {
        Some(self.length)
    }
}

/// The size of a chunk, as for whole files.
const CHUNK: usize = 256 * 1024;

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::iter;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn chunks(parts: &mut Parts) -> Vec<Vec<u8>> {
        iter::from_fn(|| parts.next_chunk())
            .map(|chunk| match chunk {
                Ok(Chunk::Bytes(bytes)) => bytes,
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn the_layout_of_several_ranges() {
        let mut parts = Parts::new(file(b"0123456789"), 10, &[0..2, 9..10], b"a/b", "X");
        let expected = "\r\n--X\r\nContent-Type: a/b\r\nContent-Range: bytes 0-1/10\r\n\r\n01\
                        \r\n--X\r\nContent-Type: a/b\r\nContent-Range: bytes 9-9/10\r\n\r\n9\
                        \r\n--X--";
        assert_eq!(parts.length(), Some(expected.len() as u64));
        assert_eq!(chunks(&mut parts).concat(), expected.as_bytes());
    }

    #[test]
    fn large_ranges_come_in_pieces_that_fit_their_length() {
        let bytes: Vec<u8> = (0..3 * CHUNK).map(|n| (n / 7) as u8).collect();
        let size = bytes.len() as u64;
        let mut parts = Parts::new(file(&bytes), size, &[1..size - 1, 5..size], b"", "X");
        let length = parts.length().unwrap();
        let chunks = chunks(&mut parts);
        assert!(chunks.iter().all(|chunk| chunk.len() < CHUNK + 200));
        let sent = chunks.concat();
        assert_eq!(sent.len() as u64, length);
        assert!(memchr::memmem::find(&sent, &bytes[1..bytes.len() - 1]).is_some());
        assert!(memchr::memmem::rfind(&sent, &bytes[5..]).is_some());
    }

    #[test]
    fn a_file_that_has_shrunk_ends_the_content() {
        let mut parts = Parts::new(file(b"0123"), 10, &[0..2, 3..10], b"a/b", "X");
        let Some(Err(ContentError(message))) = parts.next_chunk() else {
            panic!("it must fail")
        };
        assert_eq!(message, "the file ended at 4 while it was sent");
    }

    #[test]
    fn texts_as_python_shows_them() {
        for (text, shown) in [
            ("a", "'a'"),
            ("a'b", r#""a'b""#),
            ("a\"b", r#"'a"b'"#),
            ("a'\"b", r#"'a\'"b'"#),
            ("\\\t\u{1}\u{7f}", r"'\\\t\x01\x7f'"),
        ] {
            assert_eq!(python_repr(text), shown);
        }
    }
}
