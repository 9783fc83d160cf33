//! What a body has in memory, as its share of the server's budget: bytes that are stored there, the largest piece
//! that was read at once, and the parts of a form. The share lasts until the exchange is over.

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
        let mut state = self.state();
        state.parts = state.parts.saturating_add_signed(change);
        Ok(wait_for_room(|| state.take_memory(&self.wire))?)
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.state().share.release(self.wire.memory());
    }
}

impl State {
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
}
