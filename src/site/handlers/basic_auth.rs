//! Asks for a user name and a password before another handler answers. Credentials are those of the
//! Basic scheme alone; nothing is remembered between requests, and nothing is kept secret: this is
//! for tests of clients.

use std::sync::Arc;

use crate::exchange::{Exchange, Handler, Request, Requirements};
use crate::fault::Fault;
use crate::http::basic_auth::Credentials;

/// Lets requests with the right credentials through to a handler: 401 without any, 403 with wrong
/// ones; 400 for another scheme, and 500, as from the reference, for credentials that cannot be read.
pub struct BasicAuthHandler {
    /// Answers who is let in.
    handler: Arc<dyn Handler>,
    admitted: Admitted,
}

/// Who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Anybody who sends credentials, whatever they are.
    Anybody,
    /// Who sends exactly these.
    Only(Credentials),
}

impl BasicAuthHandler {
    /// Puts itself in front of a handler.
    pub fn new(handler: Arc<dyn Handler>, admitted: Admitted) -> Self {
        Self { handler, admitted }
    }
}

impl Admitted {
    /// Who sends this name and this password.
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

/// What becomes of who is not refused for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Admitted,
    /// To say who they are.
    Asked,
}

impl BasicAuthHandler {
    fn check(&self, request: &Request) -> Result<Verdict, Fault> {
        match request.head().first("Authorization") {
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
                // A client that is gone gets no answer either.
                let _ = exchange.send_continue();
                verdict?;
            }
        }
        exchange.response.status = 401;
        exchange.response.headers.set("WWW-Authenticate", "Basic");
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        self.handler.requirements()
    }
}
