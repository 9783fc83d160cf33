//! Content that trickles: pieces and pauses, produced while they are sent. A file is read piece by piece,
//! so that its size takes no memory. Nothing here waits or reads a clock.
//!
//! A repeat that sends nothing never ends: if it pauses, it pauses until the client leaves; if it does
//! not, the content is sent as if there were no repeat (the reference spins).

use std::fs::File;
use std::io::Read;
use std::time::Duration;

use bytes::Bytes;

use crate::exchange::content::ContentError;
use crate::exchange::{Chunk, Chunks};

use super::response::Source;

/// The most bytes in one piece: a step that sends more is several writes.
const PIECE: u64 = 64 * 1024;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Wait; [`Duration::MAX`] is until the client leaves.
    Pause(Duration),
    /// Send this many bytes.
    Send(u64),
}

/// Content that is being sent.
pub(super) struct Trickled {
    rest: Rest,
    steps: Vec<Step>,
    /// The next of `steps`. `next <= steps.len()`
    next: usize,
    /// Bytes of the current step that are still to be sent.
    owed: u64,
    after: After,
}

/// What follows the last step while there is content.
enum After {
    /// The rest is sent at once.
    Rest,
    /// These steps are repeated.
    Repeat(Vec<Step>),
    /// Nothing is sent until the client leaves.
    Stall,
}

impl Trickled {
    /// The steps, then those to repeat.
    pub(super) fn new(source: Source, steps: Vec<Step>, repeated: Vec<Step>) -> Self {
        let sends = |step: &Step| matches!(step, Step::Send(1..));
        let waits = |step: &Step| matches!(step, Step::Pause(pause) if !pause.is_zero());
        let after = if repeated.iter().any(sends) {
            After::Repeat(repeated)
        } else if repeated.iter().any(waits) {
            After::Stall
        } else {
            After::Rest
        };
        Self {
            rest: source.into(),
            steps,
            next: 0,
            owed: 0,
            after,
        }
    }
}

impl Chunks for Trickled {
    fn next_chunk(&mut self) -> Option<Result<Chunk, ContentError>> {
        loop {
            if self.owed > 0 && !self.rest.is_empty() {
                let piece = self.rest.take(self.owed.min(PIECE));
                if let Ok(piece) = &piece {
                    self.owed -= piece.len() as u64;
                }
                return Some(piece.map(Chunk::Bytes));
            }
            self.owed = 0;
            let Some(step) = self.steps.get(self.next) else {
                if self.rest.is_empty() {
                    return None;
                }
                match &mut self.after {
                    After::Rest => self.owed = u64::MAX,
                    After::Repeat(steps) => {
                        self.steps.clone_from(steps);
                        self.next = 0;
                    }
                    After::Stall => return Some(Ok(Chunk::Pause(Duration::MAX))),
                }
                continue;
            };
            self.next += 1;
            match *step {
                Step::Send(count) => self.owed = count,
                Step::Pause(pause) if pause.is_zero() => {}
                Step::Pause(pause) => return Some(Ok(Chunk::Pause(pause))),
            }
        }
    }
}

/// The content that is still to be sent.
enum Rest {
    /// In memory.
    Bytes(Bytes),
    /// This many bytes of a file from its current position.
    File(File, u64),
}

impl From<Source> for Rest {
    fn from(source: Source) -> Self {
        match source {
            // A script's object would be dropped while the thread is detached from its interpreter.
            Source::Bytes(bytes) => Self::Bytes(Vec::from(bytes).into()),
            Source::File(file, length) => Self::File(file, length),
        }
    }
}

impl Rest {
    fn is_empty(&self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.is_empty(),
            Self::File(_, left) => *left == 0,
        }
    }

    /// At most this many bytes, all of them if there are as many.
    fn take(&mut self, count: u64) -> Result<Vec<u8>, ContentError> {
        match self {
            Self::Bytes(bytes) => {
                let count = usize::try_from(count).unwrap_or(usize::MAX);
                Ok(bytes.split_to(count.min(bytes.len())).to_vec())
            }
            Self::File(file, left) => {
                let count = count.min(*left);
                let mut piece = Vec::new();
                let read = file.take(count).read_to_end(&mut piece);
                read.map_err(|error| ContentError(error.to_string()))?;
                if piece.len() as u64 != count {
                    let message = format!("the file lost its last {left} bytes while it was sent");
                    return Err(ContentError(message));
                }
                *left -= count;
                Ok(piece)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Step::{Pause, Send};
    use super::*;
    use std::io::{Seek, Write};

    const SECOND: Duration = Duration::from_secs(1);
    const MINUTE: Duration = Duration::from_secs(60);

    /// The chunks, with `|` for a second and `:` for a minute, up to this many.
    fn shown(mut trickled: Trickled, chunks: usize) -> Vec<String> {
        let mut shown = Vec::new();
        while let Some(chunk) = trickled.next_chunk() {
            shown.push(match chunk.unwrap() {
                Chunk::Bytes(bytes) => String::from_utf8(bytes).unwrap(),
                Chunk::Pause(SECOND) => "|".to_owned(),
                Chunk::Pause(MINUTE) => ":".to_owned(),
                Chunk::Pause(Duration::MAX) => "stall".to_owned(),
                other => panic!("expected bytes or a known pause, found {other:?}"),
            });
            if shown.len() == chunks {
                shown.push("...".to_owned());
                break;
            }
        }
        shown
    }

    fn file(text: &str) -> Source {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.rewind().unwrap();
        Source::File(file, text.len() as u64)
    }

    #[test]
    fn pieces_and_pauses() {
        let (second, minute) = (Pause(SECOND), Pause(MINUTE));
        let none = Pause(Duration::ZERO);
        type Steps<'a> = &'a [Step];
        let table: &[(Steps<'_>, Steps<'_>, &str)] = &[
            (&[], &[], "abcde"),
            (&[second], &[], "| abcde"),
            (&[Send(2), second, Send(1), minute], &[], "ab | c : de"),
            (&[Send(9), second], &[], "abcde |"),
            (&[Send(0), none, Send(2), none], &[], "ab cde"),
            (&[Send(2), second], &[Send(2), second], "ab | cd | e |"),
            (
                &[Send(3), second, Send(1)],
                &[minute, Send(1)],
                "abc | d : e",
            ),
            (&[Send(5)], &[Send(2), second], "abcde"),
            // Repeats that send nothing.
            (&[second], &[second], "| stall stall ..."),
            (&[Send(5)], &[second], "abcde"),
            (&[Send(1)], &[Send(0), none], "a bcde"),
            (&[Send(1)], &[Send(0), minute], "a stall stall ..."),
        ];
        for (steps, repeated, expected) in table {
            for source in [Source::Bytes(Bytes::from_static(b"abcde")), file("abcde")] {
                let trickled = Trickled::new(source, steps.to_vec(), repeated.to_vec());
                let chunks = if expected.ends_with("...") { 3 } else { 99 };
                assert_eq!(shown(trickled, chunks).join(" "), *expected, "{steps:?}");
            }
        }
        let nothing = Trickled::new(Source::Bytes(Bytes::new()), vec![second], vec![second]);
        assert_eq!(shown(nothing, 9), ["|"]);
    }

    #[test]
    fn a_large_step_is_several_pieces() {
        let text = "x".repeat(2 * PIECE as usize + 5);
        for source in [Source::Bytes(text.clone().into()), file(&text)] {
            let steps = vec![Send(PIECE + 3), Pause(SECOND)];
            let trickled = Trickled::new(source, steps, Vec::new());
            let lengths: Vec<_> = shown(trickled, 99).iter().map(String::len).collect();
            assert_eq!(lengths, [PIECE as usize, 3, 1, PIECE as usize, 2]);
        }
    }

    #[test]
    fn a_file_that_shrinks_is_an_error() {
        let Source::File(file, _) = file("abc") else {
            panic!("a file");
        };
        let mut trickled = Trickled::new(Source::File(file, 5), vec![Send(5)], Vec::new());
        let error = trickled.next_chunk().unwrap().unwrap_err();
        assert!(error.0.contains("last 5 bytes"), "{error}");
    }
}
