//! What a handler wants to happen before it runs: how broken a request it takes, and who answers
//! `Expect: 100-continue`. A listener has a policy for the handlers that do not say.

use std::sync::Arc;

use serde::Deserialize;

use crate::fault::Fault;

use super::{Exchange, Handler};

/// What becomes of malformed requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// A request that has any reading is handled; what would make its body the next request is refused.
    #[default]
    Lenient,
    /// A request that a strict server would refuse gets 400, with the clause in the body.
    Strict,
    /// The handler gets every request whose request line has a reading, those with a host or a body
    /// that has none among them, and nobody answers `Expect` for it; what it does not read of such a body
    /// is nobody's, and the connection ends.
    Raw,
}

/// Who answers `Expect: 100-continue` (RFC 9110 §10.1.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expect {
    /// The server, before the handler runs.
    #[default]
    ByServer,
    /// The handler, by [`Turn::send_continue`](super::Turn::send_continue) or not at all.
    ByHandler,
}

/// What a handler wants to happen before it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// The listener's policy, where there is none.
    pub policy: Option<Policy>,
    /// Who answers an expectation.
    pub expect: Expect,
}

impl Requirements {
    /// Those of a handler that wants every request, and has all answers to itself.
    pub fn raw() -> Self {
        Self {
            policy: Some(Policy::Raw),
            expect: Expect::ByHandler,
        }
    }
}

/// A handler under another policy than its own.
pub struct WithPolicy {
    policy: Policy,
    handler: Arc<dyn Handler>,
}

impl WithPolicy {
    /// This handler under this policy.
    pub fn new(policy: Policy, handler: Arc<dyn Handler>) -> Self {
        Self { policy, handler }
    }
}

impl Handler for WithPolicy {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        self.handler.handle(exchange)
    }

    fn requirements(&self) -> Requirements {
        Requirements {
            policy: Some(self.policy),
            ..self.handler.requirements()
        }
    }
}
