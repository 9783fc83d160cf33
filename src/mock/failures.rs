//! Failures of handlers, which fail the test that owns the server.

use parking_lot::Mutex;

/// What handlers have failed with.
#[derive(Debug, Default)]
pub(super) struct Failures {
    texts: Mutex<Vec<String>>,
}

/// Failures that are kept; later ones are counted by the log alone.
const KEPT: usize = 100;

impl Failures {
    pub(super) fn add(&self, text: String) {
        let mut texts = self.texts.lock();
        if texts.len() < KEPT {
            texts.push(text);
        }
    }

    pub(super) fn all(&self) -> Vec<String> {
        self.texts.lock().clone()
    }

    pub(super) fn clear(&self) {
        self.texts.lock().clear();
    }
}
