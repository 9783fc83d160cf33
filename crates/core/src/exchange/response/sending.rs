//! How the content of a response follows its head.

use std::fs::File;
use std::io::{self, Read};

use crate::wire::outbound::Gone;

use crate::exchange::content::{Chunk, Chunks, ContentError};
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
    Content(ContentError),
}

impl From<Gone> for Failure {
    fn from(Gone: Gone) -> Self {
        Self::Gone
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Content(ContentError(error.to_string()))
    }
}

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
            return Err(Failure::Content(ContentError(message)));
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
    while let Some(chunk) = chunks.next_chunk() {
        match chunk.map_err(Failure::Content)? {
            Chunk::Bytes(bytes) => {
                turn.send(&bytes)?;
                sent += bytes.len() as u64;
            }
            Chunk::Pause(time) => turn.pause(time)?,
        }
    }
    match promised {
        Some(length) if length != sent => {
            let message = format!("expected {length} bytes of content, found {sent}");
            Err(Failure::Content(ContentError(message)))
        }
        _ => Ok(()),
    }
}
