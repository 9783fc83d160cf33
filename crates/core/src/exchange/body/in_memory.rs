//! Where the bytes of a body are stored, and what they take of the server's budget for memory: bytes that are
//! not on disk, the largest piece that was read at once, and the parts of a form. The share lasts until the
//! exchange is over.

use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};

use tempfile::SpooledTempFile;

use crate::wire::Wire;
use crate::wire::budget::{Full, wait_for_room};

use super::{Body, BodyError, MEMORY, State};

impl Body {
    /// Counts bytes that the parts of a form keep in memory, or that they have moved to the disk if `change`
    /// is negative.
    ///
    /// # Errors
    /// [`BodyError::NoRoom`].
    pub fn hold(&self, change: isize) -> Result<(), BodyError> {
        let mut state = self.state.lock();
        state.parts = state.parts.saturating_add_signed(change);
        Ok(wait_for_room(|| state.take_memory(&self.wire))?)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.state.get_mut().share.release(self.wire.memory());
    }
}

impl State {
    /// Stores bytes; on disk if there is no room for them in memory.
    pub(super) fn store(&mut self, wire: &Wire, piece: &[u8]) -> io::Result<()> {
        self.received += piece.len() as u64;
        let is_refused = self.take_memory(wire).is_err();
        self.received -= piece.len() as u64;
        let spool = self
            .spool
            .get_or_insert_with(|| SpooledTempFile::new(MEMORY));
        if is_refused {
            spool.roll()?;
        }
        spool.seek(SeekFrom::Start(self.received))?;
        spool.write_all(piece)?;
        self.received += piece.len() as u64;
        Ok(())
    }

    /// Takes what is in memory from the server's budget.
    pub(super) fn take_memory(&self, wire: &Wire) -> Result<(), Full> {
        let is_on_disk = self.spool.as_ref().is_some_and(SpooledTempFile::is_rolled);
        let stored = match usize::try_from(self.received) {
            Ok(received @ ..=MEMORY) if !is_on_disk => received,
            _ => 0,
        };
        let bytes = stored
            .saturating_add(self.largest)
            .saturating_add(self.parts);
        self.share.resize(wire.memory(), bytes)
    }

    /// The position after the first received LF at or after `from`; not searched for beyond `end`.
    pub(super) fn find_line_end(&mut self, from: u64, end: u64) -> Result<Option<u64>, BodyError> {
        let Some(spool) = &mut self.spool else {
            return Ok(None);
        };
        spool.seek(SeekFrom::Start(from))?;
        let mut piece = [0; 4096];
        let mut at = from;
        loop {
            let count = spool.read(&mut piece)?;
            if count == 0 || at >= end {
                return Ok(None);
            }
            if let Some(lf) = memchr::memchr(b'\n', &piece[..count]) {
                return Ok(Some(at + lf as u64 + 1));
            }
            at += count as u64;
        }
    }
}
