//! What answers exchanges.

use std::io;
use std::sync::Arc;

use crate::fault::Fault;
use crate::wire_script::WireScript;

use super::{Exchange, Request, Requirements, ServerContext};

/// Answers requests in a [`Site`](crate::site::Site): [`WireScript`] and the types in `handlers`, such as
/// [`FixedHandler`](crate::site::handlers::fixed::FixedHandler), implement it. For routes of tests, see
/// [`IntoHandler`](crate::mock::IntoHandler).
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Exchange, Fault, Handler, Server};
///
/// struct Hello;
///
/// impl Handler for Hello {
///     fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
///         exchange.response.content = "hello".into();
///         Ok(())
///     }
/// }
///
/// let server = Server::builder().route("GET", "/", Hello)?.start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// assert!(answer.ends_with("\r\n\r\nhello")); // what a client gets
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Handler: Send + Sync {
    /// Answers one exchange: fills in [`Exchange::response`], or writes to the connection. It may block for as long as
    /// it likes: each exchange has a thread of its own.
    ///
    /// See the example of [`Handler`].
    ///
    /// # Errors
    /// A fault replaces the response if nothing has been written yet.
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault>;

    /// Whether something exists at the path of this request. This is asked only if no route takes
    /// the method: it decides between 404 and 405.
    #[doc(hidden)]
    fn serves(&self, _: &Request) -> bool {
        true
    }

    /// Called when a server with this handler starts, before it accepts connections. Not called for
    /// routes that are added later.
    ///
    /// # Errors
    /// The server does not start.
    #[doc(hidden)]
    fn start(&self, _: &Arc<ServerContext>) -> io::Result<()> {
        Ok(())
    }

    /// What the server must do before it calls the handler.
    #[doc(hidden)]
    fn requirements(&self) -> Requirements {
        Requirements::default()
    }
}

impl Handler for WireScript {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        exchange.play(self);
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}

impl<F> Handler for F
where
    F: Fn(&mut Exchange<'_>) -> Result<(), Fault> + Send + Sync,
{
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        self(exchange)
    }
}
