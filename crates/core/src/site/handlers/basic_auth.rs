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
///
/// ```
/// # use std::io::Write;
/// use std::sync::Arc;
///
/// use wireserve::Server;
/// use wireserve::handlers::{Admitted, BasicAuthHandler, FixedHandler};
///
/// let secret = Arc::new(FixedHandler::text(200, "secret"));
/// let guarded = BasicAuthHandler::new(secret, Admitted::only("Aladdin", "open sesame"));
/// let server = Server::builder().route("GET", "/", guarded)?.start()?;
/// # let mut answers = Vec::new();
/// # for credentials in ["", "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"] {
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(format!("GET / HTTP/1.1\r\nConnection: close\r\n{credentials}\r\n").as_bytes())?;
/// # answers.push(std::io::read_to_string(client)?);
/// # }
/// // A client that sends the credentials once it is asked for them gets:
/// assert!(answers[0].starts_with("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\n"));
/// assert!(answers[1].ends_with("\r\n\r\nsecret"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct BasicAuthHandler {
    /// Answers requests with valid credentials.
    handler: Arc<dyn Handler>,
    admitted: Admitted,
}

/// The valid credentials.
///
/// See the example of [`BasicAuthHandler`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admitted {
    /// Any credentials.
    Anybody,
    /// Only these.
    Only {
        /// The user name.
        username: Vec<u8>,
        /// The password of this user.
        password: Vec<u8>,
    },
}

impl BasicAuthHandler {
    /// Basic authentication for a handler.
    ///
    /// See the example of [`BasicAuthHandler`].
    pub fn new(handler: Arc<dyn Handler>, admitted: Admitted) -> Self {
        Self { handler, admitted }
    }
}

impl Admitted {
    /// Only this user name with this password.
    ///
    /// See the example of [`BasicAuthHandler`].
    pub fn only(username: impl Into<Vec<u8>>, password: impl Into<Vec<u8>>) -> Self {
        Self::Only {
            username: username.into(),
            password: password.into(),
        }
    }

    fn includes(&self, credentials: &Credentials) -> bool {
        match self {
            Self::Anybody => true,
            Self::Only { username, password } => {
                (username, password) == (&credentials.username, &credentials.password)
            }
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
