//! A tap sees the bytes of a body, decoded, when they are taken off the wire: all of them, no matter which
//! reader takes them or whether they are kept.

use std::fmt;
use std::sync::Arc;

use super::source::Source;
use super::{Body, BodyError, State};

/// Sees the bytes of a body as they are taken off the wire.
pub trait Tap: fmt::Debug + Send + Sync {
    /// The next bytes, decoded.
    fn bytes(&self, bytes: &[u8]);

    /// The end of the body, or why no more of it is read. Called once, after all bytes.
    fn end(&self, end: Result<(), &BodyError>);
}

impl Body {
    /// The same body, seen by a tap. Nothing of it has been read yet.
    #[must_use]
    pub fn tapped(self, tap: Arc<dyn Tap>) -> Self {
        let mut state = self.state.lock();
        state.tap = Some(tap);
        state.show(&[]);
        drop(state);
        self
    }
}

impl State {
    /// Shows bytes that were just taken off the wire to the tap, and the end if it follows them.
    pub(super) fn show(&mut self, bytes: &[u8]) {
        let Some(tap) = &self.tap else {
            return;
        };
        if !bytes.is_empty() {
            tap.bytes(bytes);
        }
        let end = match (&self.source, &self.decoder) {
            (Source::Broken(error), _) => Err(error),
            (Source::Done | Source::Counted { left: 0 }, _) => Ok(()),
            (Source::Chunked, Some(decoder)) if decoder.is_done() => Ok(()),
            (Source::Counted { .. } | Source::Chunked, _) => return,
        };
        tap.end(end);
        self.tap = None;
    }
}
