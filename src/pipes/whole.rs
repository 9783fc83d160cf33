//! The whole content of a response as bytes, for the pipes that need it in one piece. Content that
//! pauses while it is sent has its pauses before the head then, as in the reference. What was not in memory
//! before comes into it only as far as [`MAX_WHOLE`].

use std::io::Read;
use std::time::Duration;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Content, Response};

use super::MAX_WHOLE;

/// Bytes that are made room for before a file is read; beyond it room is made as they come.
const RESERVED: u64 = 1024 * 1024;

/// Takes the content out of a response.
///
/// # Errors
/// Content that cannot be produced to its end, or is too large.
pub(super) fn take(response: &mut Response) -> Result<Vec<u8>, ContentError> {
    match std::mem::take(&mut response.content) {
        Content::Empty => Ok(Vec::new()),
        Content::Bytes(bytes) => Ok(bytes),
        Content::File(_, MORE..) => Err(too_large()),
        Content::File(file, length) => {
            let mut bytes = Vec::with_capacity(length.min(RESERVED) as usize);
            let read = file.take(length).read_to_end(&mut bytes);
            read.map_err(|error| ContentError(error.to_string()))?;
            Ok(bytes)
        }
        Content::Chunks(mut chunks) => {
            let mut bytes = Vec::new();
            while let Some(chunk) = chunks.next_chunk() {
                match chunk? {
                    Chunk::Bytes(more) if (bytes.len() + more.len()) as u64 > MAX_WHOLE => {
                        return Err(too_large());
                    }
                    Chunk::Bytes(more) => bytes.extend(more),
                    Chunk::Pause(pause) => {
                        response.delay = response.delay.saturating_add(pause);
                        // Behind a pause without an end nothing comes any more.
                        if response.delay == Duration::MAX {
                            break;
                        }
                    }
                }
            }
            Ok(bytes)
        }
    }
}

/// The fewest bytes that are too many.
const MORE: u64 = MAX_WHOLE + 1;

fn too_large() -> ContentError {
    ContentError(format!("it has more than {} MiB", MAX_WHOLE >> 20))
}

/// Puts new content into a response, and its length into the fields.
pub(super) fn replace(response: &mut Response, content: Vec<u8>) {
    let length = content.len().to_string();
    response.headers.set("Content-Length", length);
    response.content = Content::Bytes(content);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    /// Bytes and pauses, one after the other.
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
            assert_eq!(take(&mut response).unwrap(), whole.as_bytes());
            assert_eq!(response.delay, delay);
        }
    }
}
