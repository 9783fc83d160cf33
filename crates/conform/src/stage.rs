//! The server of one case: a separate server on a free port, so that no two cases share a pooled connection.
//! It plays the case at [`Case::target`], and answers `/after` and the target of a redirect with `after`. Its
//! `Activity` says how long a client may still take. The page at `/frame` is for browsers (`frame`).

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix_futex_sync::{Condvar, Mutex};

use wireserve_core::exchange::{Content, Exchange, Handler, Requirements};
use wireserve_core::fault::Fault;
use wireserve_core::server::Server;
use wireserve_core::server::listening::Listening;
use wireserve_core::site::routing::route_error::RouteError;
use wireserve_core::transcript::{Transcript, TranscriptLimits};
use wireserve_core::wire_script::WireScript;

use super::case::{Case, Played};
use super::frame::{FRAME, FrameHandler, is_for_frame};
use super::seen::{ReceivedHead, Seen};

/// The target of the next request.
pub const AFTER: &str = "/after";

/// The content of its response.
pub const AFTER_CONTENT: &[u8] = b"after";

/// What the transcripts of a case keep of each connection, in bytes, and how many connections. A client that
/// follows a loop of redirects opens many.
const KEPT: TranscriptLimits = TranscriptLimits {
    connection: 0,
    folder: 0,
    kept_connections: 64,
    kept_bytes: 96 * 1024,
    kept_in_all: 64 * 96 * 1024,
};

/// How many heads are kept. A client may follow a loop of redirects for long.
const MAX_HEADS: usize = 1000;

/// A case on its server.
pub struct Stage {
    server: Server,
    activity: Arc<Activity>,
    began: Instant,
    /// How long the script takes.
    length: Duration,
    has_frame: bool,
}

/// When the server last did something for the client.
#[derive(Default)]
struct Activity {
    state: Mutex<State>,
    changed: Condvar,
    /// The heads of all requests, since transcripts keep only the latest bytes.
    heads: Mutex<Vec<ReceivedHead>>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// When a request arrived last, or a script was played out last.
    last: Option<Instant>,
    /// Scripts that are being played.
    playing: usize,
}

/// How long a client may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Before its first request arrives: it starts up.
    pub startup: Duration,
    /// After the server has sent what it sends.
    pub timeout: Duration,
}

/// The longest time for one outcome, however often the client repeats its request.
pub const LONGEST: Duration = Duration::from_secs(60);

impl Stage {
    /// Starts the server of a case.
    ///
    /// # Errors
    /// When the system has no port or thread left.
    pub fn of(case: &Case) -> io::Result<Self> {
        let activity = Arc::new(Activity::default());
        let server = start(case, 0, &activity)?;
        Ok(Self {
            server,
            activity,
            began: Instant::now(),
            length: case.length(),
            has_frame: !case.is_unasked,
        })
    }

    /// Whether the origin of the case has a page for browsers besides. It has none if every connection is answered
    /// before a request comes.
    pub fn has_frame(&self) -> bool {
        self.has_frame
    }

    /// The address of the server.
    pub fn address(&self) -> SocketAddr {
        address(&self.server)
    }

    /// The URL of a target.
    pub fn url(&self, target: &str) -> String {
        format!("http://{}{target}", self.address())
    }

    /// Begins to count the time of a request.
    pub fn begin(&mut self) {
        self.began = Instant::now();
        self.activity.state.lock().last = None;
    }

    /// When a client that has not ended has waited too long, as things are now. Requests that arrive move it.
    pub fn deadline(&self, patience: Patience) -> Instant {
        let State { last, playing } = *self.activity.state.lock();
        let deadline = match last {
            None => self.began + patience.startup + patience.timeout,
            Some(last) if playing > 0 => last + self.length + patience.timeout,
            Some(last) => last + patience.timeout,
        };
        deadline.min(self.began + LONGEST)
    }

    /// Waits until all that answers requests has been played, for at most `limit`.
    pub fn wait_until_played(&self, limit: Duration) {
        let Activity { state, changed, .. } = &*self.activity;
        drop(changed.wait_timeout_while(state.lock(), limit, |state| state.playing > 0));
    }

    /// What went over the connections so far.
    pub fn transcripts(&self) -> Vec<Transcript> {
        let mut transcripts = self.server.transcripts();
        transcripts.retain(|transcript| !is_for_frame(transcript));
        transcripts
    }

    /// What the server saw so far.
    pub fn seen(&self) -> Seen {
        Seen::of(&self.transcripts(), &self.activity.heads.lock())
    }

    /// Waits until all connections are closed, for at most `limit`; returns whether they are.
    pub fn wait_until_closed(&self, limit: Duration) -> bool {
        const STEP: Duration = Duration::from_millis(5);
        let deadline = Instant::now() + limit;
        while self.server.connections() > 0 {
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(STEP);
        }
        true
    }
}

/// A server that plays a case on this port for as long as it runs.
///
/// # Errors
/// When it cannot listen on the port.
pub fn serving(case: &Case, port: u16) -> io::Result<Server> {
    start(case, port, &Arc::default())
}

fn start(case: &Case, port: u16, activity: &Arc<Activity>) -> io::Result<Server> {
    let known_port = Arc::new(OnceLock::new());
    let handler = CaseHandler {
        case: case.clone(),
        port: Arc::clone(&known_port),
        activity: Arc::clone(activity),
    };
    let mut builder = Server::builder()
        .transcripts()
        .transcript_limits(KEPT)
        .route("*", AFTER, After(Arc::clone(activity)))
        .and_then(|builder| builder.route("GET", FRAME, FrameHandler))
        .map_err(malformed)?;
    if let Some(redirect) = &case.redirect {
        let path = redirect.target.split('?').next().unwrap_or_default();
        if ![AFTER, &case.target()].contains(&path) {
            let after = After(Arc::clone(activity));
            builder = builder.route("*", path, after).map_err(malformed)?;
        }
    }
    let server = match case.is_unasked {
        true => builder.listener(port, Listening::Connections(Arc::new(handler))),
        false => {
            let builder = builder.ports([port]);
            let routed = builder.route("*", &case.target(), handler);
            routed.map_err(malformed)?
        }
    }
    .start()?;
    let _ = known_port.set(address(&server).port());
    Ok(server)
}

fn malformed(error: RouteError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// The address of the listener that plays the case, which is the last one.
pub fn address(server: &Server) -> SocketAddr {
    let addresses = server.addresses();
    addresses
        .last()
        .copied()
        .unwrap_or_else(|| server.address())
}

impl Activity {
    fn begins(&self, exchange: &Exchange<'_>) {
        if let Some(tape) = exchange.turn().wire().tape() {
            let mut heads = self.heads.lock();
            if heads.len() < MAX_HEADS {
                heads.push(ReceivedHead {
                    connection: tape.connection(),
                    exchange: tape.exchange(),
                    head: exchange.request.head().clone(),
                });
            }
        }
        let mut state = self.state.lock();
        state.last = Some(Instant::now());
        state.playing += 1;
    }

    fn ends(&self) {
        let mut state = self.state.lock();
        state.last = Some(Instant::now());
        state.playing -= 1;
        self.changed.notify_all();
    }
}

/// Plays the case.
struct CaseHandler {
    case: Case,
    /// Known once the server has started.
    port: Arc<OnceLock<u16>>,
    activity: Arc<Activity>,
}

impl Handler for CaseHandler {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        if self.is_led_to(exchange) {
            return answer(exchange, &self.activity);
        }
        self.activity.begins(exchange);
        let port = self.port.get().copied().unwrap_or_default();
        let script = match self.case.played {
            Played::Redirects(count) => hop(exchange, &self.case.target(), count),
            _ => self.case.script(port).unwrap_or_default(),
        };
        exchange.play(&script);
        self.activity.ends();
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}

impl CaseHandler {
    /// Whether the request is for the target of the redirect, on the path of the case.
    fn is_led_to(&self, exchange: &Exchange<'_>) -> bool {
        let redirect = self.case.redirect.as_ref();
        redirect.is_some_and(|redirect| {
            redirect.target != self.case.target()
                && exchange.request.head().target() == redirect.target.as_bytes()
        })
    }
}

/// A redirect from the number in the query to the next one, or the last response.
fn hop(exchange: &Exchange<'_>, target: &str, count: u64) -> WireScript {
    let asked = String::from_utf8_lossy(exchange.request.head().target());
    let query = asked.split_once('?').map(|(_, query)| query);
    let number: u64 = query.and_then(|query| query.parse().ok()).unwrap_or(0);
    let head = match number < count {
        true => format!(
            "HTTP/1.1 302 Found\r\nLocation: {target}?{}\r\nContent-Length: 0\r\n\r\n",
            number + 1
        ),
        false => "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(),
    };
    WireScript::new().send(head)
}

/// Answers the next request.
struct After(Arc<Activity>);

impl Handler for After {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        answer(exchange, &self.0)
    }
}

/// Answers with `after`, once all of the request has arrived.
fn answer(exchange: &mut Exchange<'_>, activity: &Activity) -> Result<(), Fault> {
    activity.begins(exchange);
    // If it never arrives, the response follows all the same.
    let _ = exchange.body.receive();
    let headers = &mut exchange.response.headers;
    headers.append("Content-Type", "text/plain");
    exchange.response.content = Content::Bytes(AFTER_CONTENT.to_vec());
    activity.ends();
    Ok(())
}
