//! How the content of a response follows its head.

use std::fs::File;
use std::io::{self, Read};
use std::panic::{self, AssertUnwindSafe};

use crate::wire::outbound::Gone;

use crate::exchange::content::{Chunk, Chunks, ContentError};
use crate::exchange::failures;
use crate::exchange::turn::Turn;

/// Content up to this size goes out in one write with its head; beyond it the copy costs more than
/// the second write.
pub(super) const ONE_WRITE: u64 = 64 * 1024;

/// Bytes of a file read and written at once. Smaller pieces are slower over loopback, larger ones no
/// faster.
const FILE_PIECE: usize = 256 * 1024;

/// Why content could not be sent.
pub(super) enum Failure {
    Gone,
    Content { error: ContentError, is_panic: bool },
}

impl Failure {
    fn of_content(text: String) -> Self {
        Self::Content {
            error: ContentError(text),
            is_panic: false,
        }
    }
}

impl From<Gone> for Failure {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::of_content(error.to_string())
    }
}

#[inline]
pub(super) fn send_bytes(turn: &Turn, mut head: Vec<u8>, bytes: &[u8]) -> Result<(), Gone> {
    if bytes.len() as u64 <= ONE_WRITE {
        head.extend_from_slice(bytes);
        return turn.send(&head);
    }
    turn.send(&head)?;
    turn.send(bytes)
}

pub(super) fn send_file(
    turn: &Turn,
    mut out: Vec<u8>,
    file: File,
    length: u64,
) -> Result<(), Failure> {
    let mut file = file.take(length);
    let mut left = length;
    loop {
        let piece = if length <= ONE_WRITE {
            ONE_WRITE as usize
        } else {
            FILE_PIECE
        };
        // Room for all of it makes it one read.
        out.reserve(left.min(piece as u64) as usize);
        let read = Read::by_ref(&mut file)
            .take(piece as u64)
            .read_to_end(&mut out)? as u64;
        turn.send(&out)?;
        out.clear();
        left -= read;
        if left == 0 {
            return Ok(());
        }
        if read == 0 {
            let message = format!("the file lost its last {left} bytes while it was sent");
            return Err(Failure::of_content(message));
        }
    }
}

pub(super) fn send_chunks(
    turn: &Turn,
    head: &[u8],
    mut chunks: Box<dyn Chunks>,
) -> Result<(), Failure> {
    turn.send(head)?;
    let promised = chunks.length();
    let mut sent = 0;
    while let Some(chunk) = next_chunk(&mut *chunks)? {
        match chunk {
            Chunk::Bytes(bytes) => {
                turn.send(&bytes)?;
                sent += bytes.len() as u64;
            }
            Chunk::Pause(time) => turn.pause(time)?,
            // Without the chunked coding, there is no room for it.
            Chunk::Trailer(..) => {}
        }
    }
    match promised {
        Some(length) if length != sent => {
            let message = format!("expected {length} bytes of content, found {sent}");
            Err(Failure::of_content(message))
        }
        _ => Ok(()),
    }
}

/// A panic must not keep the connection from being ended and the exchange from being recorded.
fn next_chunk(chunks: &mut dyn Chunks) -> Result<Option<Chunk>, Failure> {
    let next = panic::catch_unwind(AssertUnwindSafe(|| chunks.next_chunk()));
    match next {
        Ok(chunk) => chunk.transpose().map_err(|error| Failure::Content {
            error,
            is_panic: false,
        }),
        Err(panic) => {
            let text = failures::message(&*panic);
            Err(Failure::Content {
                error: ContentError(format!("the content panicked: {text}")),
                is_panic: true,
            })
        }
    }
}
