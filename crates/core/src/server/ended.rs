//! A connection that the server has ended, and whose client may still send. It keeps its place on the roster, and
//! waits: a server that stops cuts it.

use std::sync::Arc;

use crate::wire::close::{Left, Seen};
use crate::wire::{Lingers, Wire};

use super::lingering::{Ended, Look};
use super::roster::Membership;

/// A connection that the server has ended.
pub(super) struct EndedConnection {
    left: Left,
    lingers: Lingers,
    _membership: Membership,
}

impl EndedConnection {
    /// A connection on which the client may still send this much.
    pub(super) fn new(wire: &Arc<Wire>, membership: Membership, left: Left) -> Self {
        membership.linger();
        Self {
            left,
            lingers: wire.lingers(),
            _membership: membership,
        }
    }
}

impl Ended for EndedConnection {
    fn look(&mut self) -> Look {
        match self.left.look(self.lingers.wire()) {
            Seen::Nothing => Look::Later,
            Seen::Bytes => Look::Soon,
            Seen::End => Look::Never,
        }
    }
}
