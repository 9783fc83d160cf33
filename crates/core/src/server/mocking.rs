//! What tests tell a running server: routes, queues, faults; and what they ask it: recorded requests, and
//! whether the expectations are met.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::error::Error;
use crate::mock::{IntoAnswer, IntoHandler, Route};
use crate::record::{RecordLimits, RecordedRequest, Recording, TakeRequest};
use crate::wire_script::WireScript;

use super::{Builder, Server, transcripts};

impl Builder {
    /// Records requests, for [`Server::requests`] and its siblings, with these limits.
    /// [`Server::start`] does it with the default limits.
    ///
    /// ```
    /// use wireserve::{RecordLimits, Server};
    ///
    /// let server = Server::builder().record(RecordLimits::default()).start()?;
    /// assert!(server.requests().is_empty()); // would panic without `record`
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    pub fn record(mut self, limits: RecordLimits) -> Self {
        self.record = Some(limits);
        self
    }
}

/// For tests: starting, routes and faults.
impl Server {
    /// Starts a server on a free port of 127.0.0.1 that records requests. It answers what it is told to
    /// answer, and 404 to everything else. Dropping it stops it.
    ///
    /// See the example of [`Server`].
    ///
    /// # Panics
    /// If the system has no port or thread left. [`Server::try_start`] returns the error instead.
    #[track_caller]
    pub fn start() -> Self {
        match Self::try_start() {
            Ok(server) => server,
            Err(error) => panic!("{error:?}"),
        }
    }

    /// The same, with the error.
    ///
    /// ```
    /// let server = wireserve::Server::try_start()?;
    /// assert!(server.address().ip().is_loopback());
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// When the system has no port or thread left.
    pub fn try_start() -> Result<Self, Error> {
        Self::builder()
            .record(RecordLimits::default())
            .start()
            .map_err(|error| Error::caused_by("cannot start the server", error))
    }

    /// Answers GET and HEAD for this path with a closure's result. `{name}` in the path matches a part of
    /// a segment, `*` anything. Of several routes that match, the last one answers.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::Server;
    ///
    /// let server = Server::start();
    /// server.get("/hello/{name}", |x| format!("Hello, {}", x.param("name")));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /hello/you HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /hello/you gets:
    /// assert!(answer.ends_with("\r\n\r\nHello, you"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Panics
    /// If the pattern is malformed.
    #[track_caller]
    pub fn get<H: IntoHandler>(&self, pattern: &str, handler: H) -> Route {
        self.on("GET", pattern, handler)
    }

    /// The same for POST.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.post("/items", |x| Ok((201, x.text()?)));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"POST /items HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that posts `hi` gets:
    /// assert!(answer.starts_with("HTTP/1.1 201 Created\r\n") && answer.ends_with("\r\n\r\nhi"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[track_caller]
    pub fn post<H: IntoHandler>(&self, pattern: &str, handler: H) -> Route {
        self.on("POST", pattern, handler)
    }

    /// The same for PUT.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// let put = server.put("/items/{id}", |_| 204);
    /// let deleted = server.delete("/items/{id}", |_| 204);
    /// let patched = server.on("PATCH", "/items/{id}", |_| 204);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"PUT /items/7 HTTP/1.1\r\n\r\nPATCH /items/7 HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # std::io::read_to_string(client)?;
    /// // After a client has put and patched /items/7:
    /// assert_eq!((put.taken(), deleted.taken(), patched.taken()), (1, 0, 1));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[track_caller]
    pub fn put<H: IntoHandler>(&self, pattern: &str, handler: H) -> Route {
        self.on("PUT", pattern, handler)
    }

    /// The same for DELETE.
    ///
    /// See the example of [`Server::put`].
    #[track_caller]
    pub fn delete<H: IntoHandler>(&self, pattern: &str, handler: H) -> Route {
        self.on("DELETE", pattern, handler)
    }

    /// The same for every method.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.any("*", |x| format!("{} {}", x.method(), x.target()));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"PURGE /cache HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that sends PURGE for /cache gets:
    /// assert!(answer.ends_with("\r\n\r\nPURGE /cache"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[track_caller]
    pub fn any<H: IntoHandler>(&self, pattern: &str, handler: H) -> Route {
        self.on("*", pattern, handler)
    }

    /// The same for any method by its name, which is case-sensitive.
    ///
    /// See the example of [`Server::put`].
    #[track_caller]
    pub fn on<H: IntoHandler>(&self, method: &str, pattern: &str, handler: H) -> Route {
        match self.shared.mocks.add(method, pattern, handler) {
            Ok(route) => route,
            Err(error) => panic!("route {method:?} {pattern:?}: {error}"),
        }
    }

    /// Answers the next request with this, whatever it asks for; answers are used in the order in which
    /// they were queued, before any route.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| "the usual answer");
    /// server.enqueue(503);
    /// server.enqueue("just this once");
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET /any HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that asks for /any, then for `/`, gets:
    /// assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\njust this once"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn enqueue(&self, answer: impl IntoAnswer) {
        self.shared.mocks.enqueue(answer.into_answer());
    }

    /// Plays these steps on the next connection, before anything is read from it. If they leave it open,
    /// its requests are answered as usual.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::{Server, script};
    ///
    /// let server = Server::start();
    /// server.get("/", |_| "fine");
    /// server.enqueue_connection(script("reset")); // the first connection; the second one works
    /// # let mut answers = Vec::new();
    /// # for _ in 0..2 {
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # let sent = client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n");
    /// # answers.push(sent.and_then(|()| std::io::read_to_string(client)));
    /// # }
    /// // The answers on a client's first and second connection:
    /// assert!(answers[0].is_err());
    /// assert!(answers[1].as_ref().is_ok_and(|answer| answer.ends_with("fine")));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn enqueue_connection(&self, script: WireScript) {
        self.shared.mocks.enqueue_connection(script);
    }

    /// Waits before the first byte of every response. [`Route::delay`] does it for one route.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::Instant;
    /// use std::time::Duration;
    ///
    /// let server = wireserve::Server::start();
    /// server.delay(Duration::from_millis(50));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # let begin = Instant::now();
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // What a client gets, and when:
    /// assert!(answer.starts_with("HTTP/1.1 404 "));
    /// assert!(begin.elapsed() >= Duration::from_millis(50));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn delay(&self, time: Duration) {
        self.shared
            .mocks
            .change_faults(|faults| faults.delay = time);
    }

    /// Sends so many bytes per second of every response. [`Route::bytes_per_second`] does it for one
    /// route.
    ///
    /// ```
    /// # use std::io::Write;
    /// # use std::time::{Duration, Instant};
    /// let server = wireserve::Server::start();
    /// server.get("/slow", |_| [b'x'; 200].to_vec());
    /// server.bytes_per_second(5000);
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
    /// 0 is taken for 1. [`Server::reset`] removes the limit.
    pub fn bytes_per_second(&self, bytes: u64) {
        let mocks = &self.shared.mocks;
        mocks.change_faults(|faults| faults.bytes_per_second = Some(bytes));
    }

    /// Resets the connection after so many bytes of every response, its head included.
    /// [`Route::reset_after`] does it for one route.
    ///
    /// ```
    /// # use std::io::{Read, Write};
    /// let server = wireserve::Server::start();
    /// server.reset_after(0); // every request is read, and none answered
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # let end = client.read_to_end(&mut Vec::new());
    /// assert!(end.is_err()); // what a client gets
    /// assert_eq!(server.requests().len(), 1);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// [`Server::reset`] removes it.
    pub fn reset_after(&self, bytes: u64) {
        let mocks = &self.shared.mocks;
        mocks.change_faults(|faults| faults.reset_after = Some(bytes));
    }

    /// Refuses new connections, as if there were no server, until this is called with `false`. Open connections
    /// continue, and the port stays taken.
    ///
    /// ```
    /// use std::net::TcpStream;
    ///
    /// let server = wireserve::Server::start();
    /// server.refuse_connections(true);
    /// assert!(TcpStream::connect(server.address()).is_err());
    /// server.refuse_connections(false);
    /// TcpStream::connect(server.address())?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Panics
    /// If another process has taken the port meanwhile.
    #[track_caller]
    pub fn refuse_connections(&self, refuse: bool) {
        if let Err(error) = self.shared.door.set_refuses(refuse) {
            panic!("{error}");
        }
    }

    /// Closes connections that have waited so long for a request. Applies to waits that begin from now on.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.idle_limit(std::time::Duration::from_millis(20));
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that keeps its connection for another request reads an end after 20 ms:
    /// assert!(answer.starts_with("HTTP/1.1 404 ") && !answer.contains("close"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// Zero removes the limit.
    pub fn idle_limit(&self, time: Duration) {
        self.shared.keep_alive.set_idle_limit(Some(time));
    }

    /// Closes connections after so many requests. The last response has `Connection: close`.
    ///
    /// ```
    /// # use std::io::Write;
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| "once");
    /// server.requests_per_connection(1);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// // A client that wants to keep its connection gets:
    /// assert!(answer.contains("\r\nConnection: close\r\n") && answer.ends_with("once"));
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// 0 removes the limit.
    pub fn requests_per_connection(&self, count: u64) {
        self.shared.keep_alive.set_requests(Some(count));
    }
}

/// For tests: what clients have sent.
impl Server {
    /// All recorded requests in the order of their arrival. A client that has its response finds its
    /// request here. While the body of one is arriving, this waits for it, and blocks its thread for half a second at most;
    /// tests whose client runs on the same thread use [`Server::take_request_async`]. Bytes that cannot be parsed as a
    /// request are no request: the server refuses them, and the message of [`Server::verify`] shows why.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// assert!(server.requests().is_empty());
    /// ```
    ///
    /// # Panics
    /// If the server records nothing; add [`Builder::record`].
    #[track_caller]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.recording().requests()
    }

    /// The recorded requests that no route and no queued answer took. Waits as [`Server::requests`] does.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// assert!(server.unmatched().is_empty());
    /// ```
    ///
    /// # Panics
    /// As [`Server::requests`].
    #[track_caller]
    pub fn unmatched(&self) -> Vec<RecordedRequest> {
        let mut requests = self.requests();
        requests.retain(|request| !request.is_matched());
        requests
    }

    /// The next request that was not taken before. Waits until it and its body have arrived. If only a part of its body
    /// has arrived in this time, the request has that part, and [`RecordedRequest::body_error`] says so.
    ///
    /// ```
    /// use std::io::Write;
    /// use std::net::TcpStream;
    /// use std::time::Duration;
    ///
    /// use wireserve::Server;
    ///
    /// let server = Server::start();
    /// TcpStream::connect(server.address())?.write_all(b"GET /a HTTP/1.1\r\n\r\n")?;
    /// let request = server.take_request(Duration::from_secs(5))?;
    /// assert_eq!(request.target(), "/a");
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Errors
    /// When no request arrives in time.
    ///
    /// # Panics
    /// As [`Server::requests`].
    #[track_caller]
    pub fn take_request(&self, within: Duration) -> Result<RecordedRequest, Error> {
        Ok(self.recording().take(within)?)
    }

    /// The same for async tests: a future that needs no runtime and blocks no executor.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tokio::io::AsyncWriteExt;
    /// use tokio::net::TcpStream;
    /// use wireserve::Server;
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let server = Server::start();
    /// let mut client = TcpStream::connect(server.address()).await?;
    /// client.write_all(b"GET /a HTTP/1.1\r\n\r\n").await?;
    /// let request = server.take_request_async(Duration::from_secs(5)).await?;
    /// assert_eq!(request.target(), "/a");
    /// # Ok::<(), wireserve::Error>(())
    /// # })?;
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    ///
    /// # Panics
    /// As [`Server::requests`].
    #[track_caller]
    pub fn take_request_async(&self, within: Duration) -> TakeRequest {
        self.recording().take_async(within)
    }

    /// Requests that were dropped because of the [limits](RecordLimits).
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// assert_eq!(server.dropped_requests(), 0);
    /// ```
    ///
    /// # Panics
    /// As [`Server::requests`].
    #[track_caller]
    pub fn dropped_requests(&self) -> u64 {
        self.recording().dropped()
    }

    /// Forgets all recorded requests, routes, queued answers, faults, expectations and failures, and clears
    /// all [events](Server::events), so that another test can use the server. The site of [`Builder::site`] stays. So do
    /// open connections, and the numbers of connections and requests go on.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| 200).expect(1);
    /// assert!(server.verify().is_err());
    /// server.reset(); // expects nothing any more
    /// assert!(server.verify().is_ok());
    /// ```
    pub fn reset(&self) {
        self.shared.reset();
    }

    /// Checks the expectations of all routes, and that no closure has panicked or returned an error, and no
    /// [`Handler`](crate::exchange::Handler) has panicked. A client that leaves during its upload is no failure. Waits for
    /// bodies that are still arriving if an expectation is not met, as [`Server::requests`] does. Dropping the server does the same, and panics.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// server.get("/", |_| 200).expect(1);
    /// let error = server.verify().unwrap_err().to_string();
    /// assert!(error.starts_with("expected 1 request GET /\nfound 0\n"));
    /// # server.reset();
    /// ```
    ///
    /// # Errors
    /// What was expected and what came instead, byte for byte.
    pub fn verify(&self) -> Result<(), Error> {
        self.shared.verify()
    }

    /// Fails the test that owns the server, unless it has failed already.
    pub(super) fn verify_at_end(&self) {
        let Err(error) = self.verify() else {
            return;
        };
        // Test harnesses capture what these macros write.
        if thread::panicking() {
            eprintln!("{error}");
        } else {
            eprint!("{}", transcripts::shown_at_end(&self.shared));
            panic!("{error}");
        }
    }

    #[track_caller]
    fn recording(&self) -> &Arc<Recording> {
        let recording = self.shared.recording.as_ref();
        recording.expect("add `.record(RecordLimits::default())` to the builder to record requests")
    }
}
