//! What handlers keep on a connection, or leave on its thread.

use std::any::Any;

/// Values that handlers keep beyond an exchange.
#[derive(Default)]
pub struct Locals {
    /// Kept until the connection ends.
    pub connection: Option<Box<dyn Any>>,
    /// Kept until the thread ends. A thread may serve several connections.
    pub thread: Option<Box<dyn Any>>,
    /// What is known of the values that handlers of the connection have left on the thread.
    pub binding: Binding,
}

/// Whether a handler has left something on its thread that a later one of its connection may look for.
#[derive(Clone, Copy, Debug, Default)]
pub enum Binding {
    /// It has not.
    #[default]
    Free,
    /// It has: the connection stays on the thread.
    Bound,
    /// Call this with the thread's value to find out. It returns `None` if that cannot be told yet.
    Unknown(fn(&dyn Any) -> Option<bool>),
}

impl Locals {
    /// Whether the connection stays on the thread, as far as is known.
    pub(crate) fn is_bound(&self) -> bool {
        self.connection.is_some() || matches!(self.binding, Binding::Bound)
    }

    /// Whether another thread can serve the connection next; `None` if that cannot be told now.
    pub(crate) fn can_continue_elsewhere(&mut self) -> Option<bool> {
        if let Binding::Unknown(has_values) = self.binding {
            self.binding = match self.thread.as_deref() {
                Some(kept) if has_values(kept)? => Binding::Bound,
                _ => Binding::Free,
            };
        }
        Some(!self.is_bound())
    }
}
