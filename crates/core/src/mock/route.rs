//! A route of a test, as its author sees it: conditions, handlers in sequence, faults, and how many requests are
//! expected. `route_state.rs` has what it keeps, and `matching.rs` whether it takes a request.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::time::Duration;

use rustix_futex_sync::Mutex;
use serde::Serialize;

use crate::site::routing::route_error::RouteError;

use super::answer::IntoAnswer;
use super::call::Call;
use super::condition::Condition;
use super::handler::{IntoHandler, Respond, respond};
use super::route_state::{Phase, State};
use super::times::Times;

/// A route of a running server: made by [`Server::get`](crate::server::Server::get) and its siblings. Its methods
/// change the route, for requests that are read from then on, and return it.
///
/// Of several routes that match a request, the one that was added last takes it. A route whose conditions
/// the request does not meet, or whose handlers have been used up ([`Route::times`]), is passed over.
///
/// ```
/// use std::io::Write;
/// use std::net::TcpStream;
///
/// use wireserve::Server;
///
/// let server = Server::start();
/// // 503 twice, then 200.
/// let route = server.get("/retry", |_| 503).times(2).then(|_| "now it works").expect(2..=3);
///
/// let mut client = TcpStream::connect(server.address())?;
/// client.write_all(b"GET /retry HTTP/1.1\r\n\r\nGET /retry HTTP/1.1\r\n\r\n")?;
/// client.write_all(b"GET /retry HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// assert!(std::io::read_to_string(client)?.ends_with("\r\n\r\nnow it works"));
/// assert_eq!(route.taken(), 3);
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone)]
pub struct Route {
    pub(super) state: Arc<Mutex<State>>,
}

impl Route {
    pub(crate) fn new<H: IntoHandler>(
        method: &str,
        pattern: &str,
        handler: H,
    ) -> Result<Self, RouteError> {
        Self::answered_by(method, pattern, respond(handler))
    }

    /// The same with a handler that has no type.
    #[doc(hidden)]
    pub fn answered_by(method: &str, pattern: &str, respond: Respond) -> Result<Self, RouteError> {
        let state = State::new(method, pattern, respond)?;
        Ok(Self {
            state: Arc::new(Mutex::new(state)),
        })
    }

    /// The last handler answers only so many requests.
    ///
    /// See the example of [`Route`].
    pub fn times(&self, count: u64) -> Self {
        self.change(|state| {
            if let Some(last) = state.phases.back_mut() {
                last.left = Some(count);
            }
        })
    }

    /// This handler follows the last one: after as many requests as [`Route::times`] says, or after one.
    ///
    /// See the example of [`Route`].
    pub fn then<H: IntoHandler>(&self, handler: H) -> Self {
        self.then_by(respond(handler))
    }

    /// The same with a handler that has no type.
    #[doc(hidden)]
    pub fn then_by(&self, respond: Respond) -> Self {
        self.change(|state| {
            if let Some(last) = state.phases.back_mut() {
                last.left.get_or_insert(1);
            }
            state.phases.push_back(Phase {
                respond,
                left: None,
            });
        })
    }

    /// The next request that this route takes gets this answer; answers are used in the order in which they
    /// were queued.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// let route = server.get("/", |_| "the usual answer");
    /// route.enqueue(503).enqueue("just this once");
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // The second answer that a client gets:
    /// assert!(answer.ends_with("\r\n\r\njust this once"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn enqueue(&self, answer: impl IntoAnswer) -> Self {
        let answer = answer.into_answer();
        self.change(|state| state.queue.push_back(answer))
    }

    /// Only requests with this parameter in the query, decoded.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.get("/items", |_| "a page");
    /// server.get("/items", |_| "the last page").when_query("page", "9");
    /// server.get("/items", |_| "a page as CSV").when_field("Accept", "text/csv");
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /items?page=9 HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /items?page=9 gets:
    /// assert!(answer.ends_with("\r\n\r\nthe last page"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn when_query(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.add(Condition::Query(name.into(), value.into()))
    }

    /// Only requests with this field; the name in any case, the value exactly, without whitespace around it.
    ///
    /// See the example of [`Route::when_query`].
    pub fn when_field(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.add(Condition::Field(name.into(), value.into()))
    }

    /// Only requests with this body.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.post("/", |_| "another body");
    /// server.post("/", |_| "text").when_body("a=1&b=2");
    /// server.post("/", |_| "a form").when_form("b", "2").when_form("c", "3");
    /// server.post("/", |_| "JSON").when_json(&[1, 2]);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST / HTTP/1.1\r\nContent-Length: 7\r\nConnection: close\r\n\r\n[1,\n 2]")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that posts `[1,` and ` 2]` on two lines gets:
    /// assert!(answer.ends_with("\r\n\r\nJSON"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn when_body(&self, body: impl Into<Vec<u8>>) -> Self {
        self.add(Condition::Body(body.into()))
    }

    /// Only requests whose body is JSON that is equal to this value, whatever its layout.
    ///
    /// See the example of [`Route::when_body`].
    ///
    /// # Panics
    /// If the value cannot be JSON.
    #[track_caller]
    pub fn when_json(&self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_value(value) {
            Ok(value) => self.add(Condition::Json(value)),
            Err(error) => panic!("expected a value that can be JSON: {error}"),
        }
    }

    /// Only requests whose urlencoded form has this field.
    ///
    /// See the example of [`Route::when_body`].
    pub fn when_form(&self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.add(Condition::Form(name.into(), value.into()))
    }

    /// Only requests on this connection of the server, counted from 1 since its start.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::script;
    ///
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| "fine");
    /// server.get("/", |_| script("reset")).when_connection(1);
    /// # let mut answers = Vec::new();
    /// # for _ in 0..2 {
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # answers.push(std::io::read_to_string(client));
    /// # }
    /// // The answers on a client's first and second connection:
    /// assert!(answers[0].is_err());
    /// assert!(answers[1].as_ref().is_ok_and(|answer| answer.ends_with("fine")));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn when_connection(&self, number: u64) -> Self {
        self.add(Condition::Connection(number))
    }

    /// Only requests for which this holds.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.get("*", |_| "short");
    /// server.get("*", |_| 414).when(|x| x.target().len() > 10);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /a/long/path HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /a/long/path gets:
    /// assert!(answer.starts_with("HTTP/1.1 414 "));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn when(&self, holds: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.add(Condition::Predicate(Box::new(holds)))
    }

    /// Waits before the first byte of each response of the route, whichever of its handlers answers. For one handler
    /// alone, there is [`Response::delay`](crate::exchange::Response::delay). Zero leaves the delay of the server.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::Instant;
    /// use std::time::Duration;
    ///
    /// let server = wireserve::Server::start();
    /// server.get("/slow", |_| "at last").delay(Duration::from_millis(50));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # let begin = Instant::now();
    /// # client.write_all(b"GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // What a client gets, and when:
    /// assert!(answer.ends_with("\r\n\r\nat last"));
    /// assert!(begin.elapsed() >= Duration::from_millis(50));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn delay(&self, time: Duration) -> Self {
        self.change(|state| state.faults.delay = time)
    }

    /// Sends so many bytes per second of each response.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::{Duration, Instant};
    /// let server = wireserve::Server::start();
    /// server.get("/slow", |_| [b'x'; 200].to_vec()).bytes_per_second(5000);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # let begin = Instant::now();
    /// # client.write_all(b"GET /slow HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client gets all of it, but not at once:
    /// assert!(answer.ends_with("xxx"));
    /// assert!(begin.elapsed() >= Duration::from_millis(20));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// 0 is taken for 1.
    pub fn bytes_per_second(&self, bytes: u64) -> Self {
        self.change(|state| state.faults.bytes_per_second = Some(bytes))
    }

    /// Resets the connection after so many bytes of a response, its head included.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// let server = wireserve::Server::start();
    /// server.get("/broken", |_| "0123456789").reset_after(20);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /broken HTTP/1.1\r\n\r\n")?;
    /// # let mut answer = Vec::new();
    /// # let end = client.read_to_end(&mut answer);
    /// // A client gets 20 bytes at most, then an error:
    /// assert!(answer.len() <= 20);
    /// assert!(end.is_err());
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn reset_after(&self, bytes: u64) -> Self {
        self.change(|state| state.faults.reset_after = Some(bytes))
    }

    /// How many requests this route must take until the server is dropped or
    /// [`Server::verify`](crate::server::Server::verify) is called: `2`, `1..=3`, `1..`. Otherwise the test fails,
    /// with the requests that came instead.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// server.post("/items", |_| 201).expect(1..=3);
    /// let error = server.verify().expect_err("no request came");
    /// assert!(error.to_string().starts_with("expected 1 to 3 requests POST /items\nfound 0\n"));
    /// # server.reset();
    /// ```
    ///
    /// # Panics
    /// If the range of numbers is empty, as `3..=1` is.
    #[track_caller]
    pub fn expect(&self, times: impl Into<Times>) -> Self {
        let times = times.into();
        assert!(
            times.is_possible(),
            "expected a range with a number of requests, found an empty one"
        );
        let place = Location::caller();
        self.change(|state| {
            state.expected = Some(times);
            state.expected_at = Some(place);
        })
    }

    /// The same for what is not called by the test itself.
    #[doc(hidden)]
    #[cfg(feature = "control")]
    pub fn expect_times(&self, times: Times) -> Self {
        self.change(|state| state.expected = Some(times))
    }

    /// How many requests this route has taken.
    ///
    /// See the example of [`Route`].
    pub fn taken(&self) -> u64 {
        self.state.lock().taken
    }

    /// Whether both are the same route.
    #[cfg(feature = "control")]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.state, &other.state)
    }

    /// How many answers are queued for this route.
    #[cfg(feature = "control")]
    pub(crate) fn queued(&self) -> usize {
        self.state.lock().queue.len()
    }

    /// Whether it has taken as many requests as are expected; `None` without an expectation.
    #[cfg(feature = "control")]
    pub(crate) fn is_met(&self) -> Option<bool> {
        let state = self.state.lock();
        let expected = state.expected?;
        Some(expected.contains(state.taken))
    }

    fn add(&self, condition: Condition) -> Self {
        self.change(|state| state.conditions.push(Arc::new(condition)))
    }

    fn change(&self, change: impl FnOnce(&mut State)) -> Self {
        change(&mut self.state.lock());
        self.clone()
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state.lock();
        f.debug_struct("Route")
            .field("route", &state.name())
            .field("expected", &state.expected)
            .field("taken", &state.taken)
            .finish_non_exhaustive()
    }
}
