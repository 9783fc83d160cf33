//! The suite as the origin server of the proxy: one server for all cases, since a proxy is configured with its
//! address. The mark in the head of a request says which case it is for.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix_futex_sync::{Condvar, Mutex};

use crate::case::halves::{Begins, Need};
use wireserve_core::config::Limits;
use wireserve_core::exchange::body::Body;
use wireserve_core::exchange::{Content, Exchange, Handler, Request, Requirements};
use wireserve_core::fault::Fault;
use wireserve_core::http::chunked::trailer_fields;
use wireserve_core::http::head::Head;
use wireserve_core::http::list;
use wireserve_core::http::request_line::Version;
use wireserve_core::server::Server;
use wireserve_core::server::listening::Listening;
use wireserve_core::text::latin1;
use wireserve_core::transcript::{Side, Transcript, TranscriptLimits};
use wireserve_core::wire_script::WireScript;

use super::mark::Mark;

/// The content of an answer to a request without what the answer of its case depends on.
pub const UNFAIR: &[u8] = b"unfair";

/// The longest wait for the rest of a request.
const REST: Duration = Duration::from_secs(2);

/// The most requests of one case that are kept: a proxy may repeat one without end.
const MAX_RECEIVED: usize = 100;

/// What transcripts keep. A proxy may use one connection for many cases.
const KEPT: TranscriptLimits = TranscriptLimits {
    connection: 0,
    folder: 0,
    kept_connections: 256,
    kept_bytes: 1024 * 1024,
    kept_in_all: 64 * 1024 * 1024,
};

/// Larger than any limit of a proxy that is measured.
const LIMITS: usize = 64 * 1024 * 1024;

/// The origin server.
pub struct Origin {
    server: Server,
    slots: Arc<Slots>,
}

#[derive(Default)]
struct Slots(Mutex<HashMap<Mark, Arc<Slot>>>);

/// What answers the requests with a mark, and what has come of them.
pub struct Slot {
    script: WireScript,
    begins: Begins,
    needs: Vec<Need>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    received: Vec<Received>,
    /// Requests that are being answered.
    busy: usize,
    /// All requests, kept or not.
    count: usize,
}

/// A request that reached the origin.
#[derive(Clone, Debug)]
pub struct Received {
    /// The number of the connection, and of the exchange on it.
    pub connection: u64,
    pub exchange: u64,
    pub head: Head,
    /// `None` unless all of it has arrived, well formed.
    pub content: Option<Vec<u8>>,
    pub trailers: Vec<(String, String)>,
}

impl Origin {
    /// Starts the origin at this address.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn start(address: SocketAddr) -> io::Result<Self> {
        let slots = Arc::new(Slots::default());
        let handler = Arc::clone(&slots);
        let limits = Limits {
            request_line: LIMITS,
            field_line: LIMITS,
            field_lines: 1 << 20,
            head: LIMITS,
            heads: 1 << 30,
            ..Limits::default()
        };
        let server = Server::builder()
            .hosts([address.ip().to_string()])
            .ports([])
            .listener(address.port(), Listening::Handler(handler))
            .limits(limits)
            .transcripts()
            .transcript_limits(KEPT)
            .start()?;
        Ok(Self { server, slots })
    }

    /// The address of the origin.
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Answers requests with this mark as the slot says, until the slot is dropped from here.
    pub fn expect(&self, mark: &Mark, slot: &Arc<Slot>) {
        let mut slots = self.slots.0.lock();
        slots.insert(mark.clone(), Arc::clone(slot));
    }

    /// Forgets a mark.
    pub fn forget(&self, mark: &Mark) {
        self.slots.0.lock().remove(mark);
    }

    /// What went over the connections, in the exchanges of these marks alone. A request that could not even be
    /// parsed is known by its bytes.
    pub fn transcripts(&self, marks: &[&Mark]) -> Vec<Transcript> {
        let transcripts = self.server.transcripts();
        let own = transcripts.iter().filter_map(|transcript| {
            let exchanges = exchanges_with(transcript, marks);
            (!exchanges.is_empty()).then(|| transcript.only(&exchanges))
        });
        own.collect()
    }
}

/// The numbers of the exchanges whose requests have one of the marks.
fn exchanges_with(transcript: &Transcript, marks: &[&Mark]) -> Vec<u64> {
    let mut requests: HashMap<u64, Vec<u8>> = HashMap::new();
    for entry in transcript.entries() {
        if entry.from() == Some(Side::Client) {
            let request = requests.entry(entry.exchange).or_default();
            request.extend_from_slice(entry.bytes());
        }
    }
    let has_mark = |bytes: &[u8]| {
        let mut marks = marks.iter();
        marks.any(|mark| memchr::memmem::find(bytes, mark.as_str().as_bytes()).is_some())
    };
    let own = requests.iter().filter(|(_, bytes)| has_mark(bytes));
    own.map(|(exchange, _)| *exchange).collect()
}

impl Slot {
    pub fn new(script: WireScript, begins: Begins, needs: Vec<Need>) -> Arc<Self> {
        Arc::new(Self {
            script,
            begins,
            needs,
            state: Mutex::default(),
            changed: Condvar::new(),
        })
    }

    /// The requests so far, at most `MAX_RECEIVED`, and how many there were.
    pub fn received(&self) -> (Vec<Received>, usize) {
        let state = self.state.lock();
        (state.received.clone(), state.count)
    }

    /// Waits until all requests are answered, for at most `limit`.
    pub fn wait_until_answered(&self, limit: Duration) {
        let state = self.state.lock();
        drop(
            self.changed
                .wait_timeout_while(state, limit, |state| state.busy > 0),
        );
    }

    /// What the answer depends on, and the request does not have.
    pub fn missing(&self, head: &Head) -> Option<&Need> {
        let mut needs = self.needs.iter();
        needs.find(|need| match need {
            Need::Field(name) => head.values(name).next().is_none(),
            Need::Version11 => head.version() < Version::HTTP_11,
        })
    }

    fn answer(&self, exchange: &mut Exchange<'_>) {
        let head = exchange.request.head().clone();
        if let Some(tape) = exchange.turn().wire().tape() {
            tape.note("the suite, as the origin of the proxy");
        }
        let index = self.begins_with(exchange, &head);
        let missing = self.missing(&head).is_some();
        if self.begins == Begins::AfterBody || missing {
            self.receive(exchange, index);
        }
        if missing {
            let length = UNFAIR.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
            exchange.play(&WireScript::new().send([head.as_bytes(), UNFAIR].concat()));
        } else {
            exchange.play(&self.script);
        }
        if self.begins == Begins::AfterHead {
            self.note_content(index, &exchange.body, Duration::ZERO);
        }
        self.state.lock().busy -= 1;
        self.changed.notify_all();
    }

    /// Keeps the head; the index of the request, if it is kept.
    fn begins_with(&self, exchange: &Exchange<'_>, head: &Head) -> Option<usize> {
        let mut state = self.state.lock();
        state.busy += 1;
        state.count += 1;
        if state.received.len() >= MAX_RECEIVED {
            return None;
        }
        let tape = exchange.turn().wire().tape();
        state.received.push(Received {
            connection: tape.map_or(0, |tape| tape.connection()),
            exchange: tape.map_or(0, |tape| tape.exchange()),
            head: head.clone(),
            content: None,
            trailers: Vec::new(),
        });
        Some(state.received.len() - 1)
    }

    /// Receives the content, which the proxy may hold back until it gets `100 Continue`.
    fn receive(&self, exchange: &Exchange<'_>, index: Option<usize>) {
        let request: &Request = &exchange.request;
        let _ = exchange.turn().send_continue(request);
        self.note_content(index, &exchange.body, REST);
    }

    /// Keeps the content, if it arrives in time and is well formed.
    fn note_content(&self, index: Option<usize>, body: &Body, limit: Duration) {
        let limit = Instant::now() + limit;
        if body.wait_for(None, Some(limit)).is_err() {
            return;
        }
        let content = body.read_all().ok();
        let trailers = body.chunks(|decoder| {
            let fields = trailer_fields(decoder.trailers()).into_iter();
            let text = |bytes: &[u8]| String::from(latin1::decode(bytes));
            fields
                .map(|(name, value)| (text(name), text(list::trim(value))))
                .collect()
        });
        let mut state = self.state.lock();
        if let Some(received) = index.and_then(|index| state.received.get_mut(index)) {
            received.content = content;
            received.trailers = trailers.unwrap_or_default();
        }
    }
}

impl Handler for Slots {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let mark = Mark::find(exchange.request.head().bytes());
        let slot = mark.and_then(|mark| self.0.lock().get(&mark).cloned());
        match slot {
            Some(slot) => slot.answer(exchange),
            None => {
                // A check of the proxy's own, or a request that came too late.
                exchange.response.content = Content::Bytes(b"no case\n".to_vec());
            }
        }
        Ok(())
    }

    fn requirements(&self) -> Requirements {
        Requirements::raw()
    }
}
