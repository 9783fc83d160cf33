//! What a handler requires before it runs: which malformed requests it accepts, and who answers
//! `Expect: 100-continue`. A listener has a policy for handlers without one.

use std::io;
use std::sync::Arc;

use serde::Deserialize;

use crate::fault::Fault;

use super::{Exchange, Handler, Request, ServerContext};

/// What happens to malformed requests.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Listening, Policy, Server};
///
/// let strict = Listening::Requests(Policy::Strict);
/// let server = Server::builder().ports([]).listener(0, strict).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that sends `Host : a` gets:
/// assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("RFC 9112"));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// A request that can be parsed is handled. Framing that would turn its body into the next request is
    /// refused.
    #[default]
    Lenient,
    /// A request that a strict server would refuse gets 400, with the clause in the body.
    Strict,
    /// The handler gets every request whose request line can be parsed, even if `Host` or the framing of
    /// the body is malformed, and answers `Expect` itself. After a body with malformed framing the
    /// connection is closed.
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

/// What a handler requires before it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// `None` for the policy of the listener.
    pub policy: Option<Policy>,
    /// Who answers `Expect`.
    pub expect: Expect,
}

impl Requirements {
    /// The requirements of a handler that accepts every request and answers `Expect` itself.
    pub fn raw() -> Self {
        Self {
            policy: Some(Policy::Raw),
            expect: Expect::ByHandler,
        }
    }
}

/// A handler whose own policy is replaced.
#[doc(hidden)]
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

    fn serves(&self, request: &Request) -> bool {
        self.handler.serves(request)
    }

    fn start(&self, server: &Arc<ServerContext>) -> io::Result<()> {
        self.handler.start(server)
    }

    fn requirements(&self) -> Requirements {
        Requirements {
            policy: Some(self.policy),
            ..self.handler.requirements()
        }
    }
}
