//! Basic authentication for another handler, for tests of clients. It knows no other scheme, keeps
//! nothing between requests, and is not meant to protect anything.

use std::io;
use std::sync::Arc;

use crate::exchange::{Exchange, Handler, Request, Requirements, ServerContext};
use crate::fault::Fault;
use crate::http::basic_auth::Credentials;

/// Passes requests with valid credentials to a handler. The response is 401 without credentials,
/// 403 with wrong ones, 400 for another scheme, and 500 for malformed credentials, as in the
/// reference.
pub struct BasicAuthHandler {
    /// Answers requests with valid credentials.
    handler: Arc<dyn Handler>,
    admitted: Admitted,
}

/// The valid credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Any credentials.
    Anybody,
    /// Only these.
    Only(Credentials),
}

impl BasicAuthHandler {
    /// Basic authentication for a handler.
    pub fn new(handler: Arc<dyn Handler>, admitted: Admitted) -> Self {
        Self { handler, admitted }
    }
}

impl Admitted {
    /// Only this user name with this password.
    pub fn only(username: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        Self::Only(Credentials {
            username: username.into(),
            password: password.into(),
        })
    }

    fn includes(&self, credentials: &Credentials) -> bool {
        match self {
            Self::Anybody => true,
            Self::Only(admitted) => admitted == credentials,
        }
    }
}

/// The verdict on a request that is not refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Admitted,
    /// The client must send credentials.
    Asked,
}

impl BasicAuthHandler {
    fn check(&self, request: &Request) -> Result<Verdict, Fault> {
        match request.head().trimmed("Authorization") {
            None => Ok(Verdict::Asked),
            Some(value) if self.admitted.includes(&Credentials::parse(value)?) => {
                Ok(Verdict::Admitted)
            }
            Some(_) => Err(Fault::new(403, "Invalid username or password")),
        }
    }
}

impl Handler for BasicAuthHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        match self.check(&exchange.request) {
            Ok(Verdict::Admitted) => return self.handler.handle(exchange),
            verdict => {
                // A client that has disconnected gets no response.
                let _ = exchange.send_continue();
                verdict?;
            }
        }
        exchange.response.status = 401;
        exchange.response.headers.set("WWW-Authenticate", "Basic");
        Ok(())
    }

    fn start(&self, server: &Arc<ServerContext>) -> io::Result<()> {
        self.handler.start(server)
    }

    fn requirements(&self) -> Requirements {
        self.handler.requirements()
    }
}
