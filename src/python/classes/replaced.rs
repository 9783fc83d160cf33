//! Which attributes of its request a script has replaced, as far as its response depends on them.

use std::sync::atomic::{AtomicBool, Ordering};

/// Which of these attributes have been set.
#[derive(Default)]
pub(super) struct Replaced {
    /// `method` or `protocol_version`.
    line: AtomicBool,
    /// `url_parts`.
    url: AtomicBool,
}

impl Replaced {
    pub(super) fn note_line(&self) {
        self.line.store(true, Ordering::Relaxed);
    }

    pub(super) fn note_url(&self) {
        self.url.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_line(&self) -> bool {
        self.line.load(Ordering::Relaxed)
    }

    pub(super) fn has_url(&self) -> bool {
        self.url.load(Ordering::Relaxed)
    }
}
