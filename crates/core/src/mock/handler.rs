//! Handlers of routes: closures, which get a [`Call`] and return an answer.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;

use rustix_futex_sync::Mutex;

use crate::error::Error;
use crate::exchange::body::BodyError;
use crate::exchange::failures::{self, Failures};
use crate::exchange::{Content, Exchange, Expect, Handler, Requirements};
use crate::fault::Fault;
use crate::http::status;

use super::answer::{Answer, IntoAnswer, Kind};
use super::call::Call;

/// Closures that answer requests: they get a [`Call`] and return any type that implements [`IntoAnswer`].
/// The type of the argument need not be written.
///
/// A handler runs on the thread of its connection and may block. If it panics or returns an [`Error`], the
/// client gets 500, and the test fails with the message when it drops the server. If it returns the error of a body that
/// the client has left unfinished, the client gets 400, and the test does not fail.
///
/// A client that has sent `Expect: 100-continue` gets `100 Continue` when the handler or a condition of a route reads the
/// body, or before an answer with a 2xx status. Any other answer takes its place, and closes the connection (RFC 9110
/// §10.1.1).
///
/// ```
/// # use std::io::Write;
/// let server = wireserve::Server::start();
/// let greeting = String::from("Hello");
/// server.get("/hello/{name}", move |x| format!("{greeting}, {}", x.param("name")));
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that asks for /hello/you gets:
/// assert!(answer.ends_with("\r\n\r\nHello, you"));
/// # Ok::<(), wireserve::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a handler",
    label = "expected a closure that returns the answer",
    note = "to give the same answer each time, return it from a closure: `|_| answer`"
)]
pub trait IntoHandler: Fn(&Call) -> <Self as IntoHandler>::Answer + Send + Sync + 'static {
    /// What the closure returns.
    ///
    /// ```
    /// use wireserve::{IntoHandler, Route, Server};
    ///
    /// fn add_status(server: &Server, handler: impl IntoHandler<Answer = u16>) -> Route {
    ///     server.get("/status", handler)
    /// }
    /// assert_eq!(add_status(&Server::start(), |_| 204).taken(), 0);
    /// ```
    type Answer: IntoAnswer;
}

impl<F, A> IntoHandler for F
where
    F: Fn(&Call) -> A + Send + Sync + 'static,
    A: IntoAnswer,
{
    type Answer = A;
}

/// A handler whose answer has no type. Handlers in another language need the exchange to run on its thread.
pub type Respond = Arc<dyn Fn(&Call, &mut Exchange<'_>) -> Answer + Send + Sync>;

pub(super) fn respond<H: IntoHandler>(handler: H) -> Respond {
    Arc::new(move |call: &Call, _: &mut Exchange<'_>| handler(call).into_answer())
}

/// What was chosen to answer one request.
pub(super) enum Chosen {
    Handler(Respond),
    /// From a queue; taken when it is used.
    Queued(Mutex<Option<Answer>>),
}

/// Answers one request with what was chosen.
pub(super) struct Once {
    pub(super) chosen: Chosen,
    pub(super) failures: Arc<Failures>,
}

impl Once {
    fn answer(&self, call: &Call, exchange: &mut Exchange<'_>) -> Answer {
        match &self.chosen {
            Chosen::Handler(respond) => respond(call, exchange),
            Chosen::Queued(answer) => {
                let taken = answer.lock().take();
                taken.unwrap_or_else(|| Error::new("a queued answer is used once").into_answer())
            }
        }
    }

    fn fail(&self, call: &Call, what: &str) -> Fault {
        self.failures
            .add(format!("{} {}: {what}", call.method(), call.target()));
        Fault::new(500, what)
    }
}

impl Handler for Once {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let call = exchange.call();
        let answer = panic::catch_unwind(AssertUnwindSafe(|| self.answer(&call, exchange)));
        match answer {
            Ok(Answer(Kind::Response(response))) => {
                // A success is one for the whole request; any other response takes the place of the invitation.
                if (200..300).contains(&response.status) {
                    exchange.turn().send_continue(&exchange.request)?;
                }
                exchange.response = *response;
                let response = &mut exchange.response;
                // Nothing more is to come, so that the connection can be kept.
                if response.lacks_framing() {
                    response.content = Content::Bytes(Vec::new());
                }
                if response.reason.is_none() {
                    let phrase = status::registered(response.status);
                    response.reason = phrase.map(|phrase| phrase.as_bytes().to_vec());
                }
            }
            Ok(Answer(Kind::Script(script))) => {
                if script.has_files()
                    && let Err(reason) = script.check_files()
                {
                    return Err(self.fail(&call, &reason));
                }
                exchange.play(&script);
            }
            Ok(Answer(Kind::Failed(error))) => {
                // A client that leaves is no failure of the handler: tests of cancelled uploads want that.
                if let Some(gone @ BodyError::Truncated { .. }) = error.cause() {
                    return Err(gone.clone().into());
                }
                return Err(self.fail(&call, &format!("the handler failed: {error:?}")));
            }
            Err(panic) => {
                let text = failures::message(&*panic);
                return Err(self.fail(&call, &format!("the handler panicked: {text}")));
            }
        }
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        if let Chosen::Queued(answer) = &self.chosen
            && let Some(Answer(Kind::Script(_))) = &*answer.lock()
        {
            return Requirements::raw();
        }
        Requirements {
            expect: Expect::ByHandler,
            ..Requirements::default()
        }
    }
}
