//! Failures of handlers, which fail the test that owns the server.

use std::any::Any;

use rustix_futex_sync::Mutex;

/// What handlers have failed with.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    texts: Mutex<Vec<String>>,
}

/// Failures that are kept; later ones are counted by the log alone.
const KEPT: usize = 100;

impl Failures {
    pub(crate) fn add(&self, text: String) {
        let mut texts = self.texts.lock();
        if texts.len() < KEPT {
            texts.push(text);
        }
    }

    pub(crate) fn clear(&self) {
        self.texts.lock().clear();
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.texts.lock().clone()
    }
}

/// The message of a panic.
pub(crate) fn message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    let text = literal.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is not a text")
}
