//! The response that pipes change, as a trait: for files the server's [`Response`], for scripts, in `python`,
//! their response object. Pipes get the content as a [`Source`], in which a file stays a file, so that `slice`
//! and `trickle` do not read it.

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Content, Response};

use super::PipeError;
use super::template::Scope;

/// Bytes of content that a pipe reads into memory, and bytes that a template may become; with more, the
/// answer is 500. A link chooses the pipes: `sub` twice turns a kilobyte into a gigabyte, and `gzip` would
/// read a file of any size. The limit applies to files and to what scripts produce piece by piece, not to
/// bytes that are in memory already.
pub const MAX_WHOLE: u64 = 64 << 20;

/// Bytes of a file that are read between two looks for the client. A new page of memory can cost several
/// microseconds, so that this may take some milliseconds.
const PIECE: u64 = 1024 * 1024;

/// A response that pipes change.
#[doc(hidden)]
pub trait PipedResponse {
    /// Sets the status code, with its usual reason phrase.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn set_status(&mut self, code: i64) -> Result<(), PipeError>;

    /// Whether there is a field of this name.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn has_field(&self, name: &str) -> Result<bool, PipeError>;

    /// Sets a field in place of all of its name.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn set_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError>;

    /// Adds a field.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn append_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError>;

    /// Sets `Content-Length`.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn set_length(&mut self, length: u64) -> Result<(), PipeError>;

    /// Takes the content, which the pipe then replaces. Content that pauses while it is sent does so now,
    /// before the head, as in the reference.
    ///
    /// # Errors
    /// Content that cannot be produced to its end, or is larger than [`MAX_WHOLE`].
    fn take_content(&mut self) -> Result<Source, PipeError>;

    /// Replaces the content.
    ///
    /// # Errors
    /// An error of a script's response object.
    fn set_content(&mut self, content: Content) -> Result<(), PipeError>;

    /// Does work that takes long. Other scripts can run meanwhile.
    fn blocking(&self, work: &mut (dyn FnMut() + Send)) {
        work();
    }
}

/// Content that a pipe works on.
#[derive(Debug)]
pub enum Source {
    /// In memory: the server's own bytes, or those of a script's object, which are not copied.
    Bytes(Bytes),
    /// This many bytes of a file from its current position.
    File(File, u64),
}

impl Source {
    /// All of it in memory.
    ///
    /// # Errors
    /// A file that cannot be read, or is larger than [`MAX_WHOLE`]; [`PipeError::Unwanted`] if `is_wanted`
    /// ended the work.
    pub fn into_bytes(self, is_wanted: &dyn Fn() -> bool) -> Result<Bytes, PipeError> {
        let (file, length) = match self {
            Self::Bytes(bytes) => return Ok(bytes),
            Self::File(_, TOO_MANY..) => return Err(too_large().into()),
            Self::File(file, length) => (file, length),
        };
        let mut bytes = Vec::with_capacity(length.min(PIECE) as usize);
        let mut file = file.take(length);
        loop {
            let read = file.by_ref().take(PIECE).read_to_end(&mut bytes);
            if read.map_err(|error| ContentError(error.to_string()))? == 0 {
                return Ok(bytes.into());
            }
            if !is_wanted() {
                return Err(PipeError::Unwanted);
            }
        }
    }
}

/// The fewest bytes that are too many.
const TOO_MANY: u64 = MAX_WHOLE + 1;

/// The error for content beyond [`MAX_WHOLE`].
pub fn too_large() -> ContentError {
    ContentError(format!("it has more than {} MiB", MAX_WHOLE >> 20))
}

/// Takes the content into memory, and counts it there.
///
/// # Errors
/// As [`PipedResponse::take_content`] and [`Source::into_bytes`]; [`PipeError::NoRoom`].
pub(super) fn whole(
    response: &mut dyn PipedResponse,
    scope: &dyn Scope<'_>,
) -> Result<Bytes, PipeError> {
    let source = response.take_content()?;
    let length = match &source {
        Source::Bytes(bytes) => bytes.len(),
        // More is refused when it is read.
        Source::File(_, length) => (*length).min(MAX_WHOLE) as usize,
    };
    scope.hold(length)?;
    source.into_bytes(&|| scope.is_wanted())
}

/// Replaces the content with bytes, and `Content-Length` with their number.
pub(super) fn replace(response: &mut dyn PipedResponse, content: Vec<u8>) -> Result<(), PipeError> {
    response.set_length(content.len() as u64)?;
    response.set_content(Content::Bytes(content))
}

impl PipedResponse for Response {
    fn set_status(&mut self, code: i64) -> Result<(), PipeError> {
        self.status = code;
        self.reason = None;
        Ok(())
    }

    fn has_field(&self, name: &str) -> Result<bool, PipeError> {
        Ok(self.headers.contains(name.as_bytes()))
    }

    fn set_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError> {
        self.headers.set(name, value);
        Ok(())
    }

    fn append_field(&mut self, name: &[u8], value: &[u8]) -> Result<(), PipeError> {
        self.headers.append(name, value);
        Ok(())
    }

    fn set_length(&mut self, length: u64) -> Result<(), PipeError> {
        self.headers.set("Content-Length", length.to_string());
        Ok(())
    }

    fn take_content(&mut self) -> Result<Source, PipeError> {
        let mut chunks = match std::mem::take(&mut self.content) {
            Content::Empty => return Ok(Source::Bytes(Bytes::new())),
            Content::Bytes(bytes) => return Ok(Source::Bytes(bytes.into())),
            Content::File(file, length) => return Ok(Source::File(file, length)),
            Content::Chunks(chunks) | Content::Stream(chunks) => chunks,
        };
        let mut bytes = Vec::new();
        while let Some(chunk) = chunks.next_chunk() {
            match chunk? {
                Chunk::Bytes(more) if (bytes.len() + more.len()) as u64 > MAX_WHOLE => {
                    return Err(too_large().into());
                }
                Chunk::Bytes(more) => bytes.extend(more),
                Chunk::Trailer(..) => {}
                Chunk::Pause(pause) => {
                    self.delay = self.delay.saturating_add(pause);
                    // Nothing can follow a pause without an end.
                    if self.delay == Duration::MAX {
                        break;
                    }
                }
            }
        }
        Ok(Source::Bytes(bytes.into()))
    }

    fn set_content(&mut self, content: Content) -> Result<(), PipeError> {
        self.content = content;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Bytes and pauses, in turn.
    struct Pieces(std::vec::IntoIter<Chunk>);

    impl crate::exchange::Chunks for Pieces {
        fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
            self.0.next().map(Ok)
        }
    }

    #[test]
    fn content_of_every_kind() {
        let second = Duration::from_secs(1);
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"ham and eggs").unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let pieces = |chunks: Vec<Chunk>| Content::Chunks(Box::new(Pieces(chunks.into_iter())));
        let bytes = |text: &str| Chunk::Bytes(text.as_bytes().to_vec());
        for (content, whole, delay) in [
            (Content::Empty, "", Duration::ZERO),
            ("ham".into(), "ham", Duration::ZERO),
            (Content::File(file, 7), "ham and", Duration::ZERO),
            (
                pieces(vec![
                    Chunk::Pause(second),
                    bytes("ham"),
                    Chunk::Pause(second),
                    bytes("!"),
                ]),
                "ham!",
                second * 2,
            ),
            (
                pieces(vec![bytes("a"), Chunk::Pause(Duration::MAX), bytes("b")]),
                "a",
                Duration::MAX,
            ),
        ] {
            let mut response = Response {
                content,
                ..Response::default()
            };
            let source = response.take_content().unwrap();
            assert_eq!(source.into_bytes(&|| true).unwrap(), whole.as_bytes());
            assert_eq!(response.delay, delay);
        }
    }
}
