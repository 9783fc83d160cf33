//! Recorded requests: what clients have sent to a server, for tests to look at. A [`Recording`] keeps the
//! latest requests, bounded by number and bytes; the oldest are dropped and counted. A request is recorded
//! when its head has been read, before its handler runs, so that a client that has its response finds its
//! request here. Its body is added as it is taken off the wire ([`Tap`]), whichever reader takes it.

pub mod head;
pub mod request;
mod take;
#[cfg(feature = "control")]
pub(crate) mod watch;

use std::collections::VecDeque;
use std::mem;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant, SystemTime};

use rustix_futex_sync::{Condvar, Mutex, MutexGuard};

use crate::error::{Error, causes};
use crate::exchange::body::{BodyError, Tap};
use crate::exchange::{Request, Turn};
use crate::sync::LONGEST_WAIT;

pub use head::RequestHead;
pub use request::RecordedRequest;
use request::{BodyEnd, State};
pub use take::TakeRequest;

/// How long a list of requests waits for bodies that are still arriving. A client may have its response
/// before the server has read all of the body.
const SETTLING: Duration = Duration::from_millis(500);

/// Refused requests that are kept.
const REFUSED: usize = 20;

/// The limits of a recording. Beyond them, the oldest requests are dropped.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{RecordLimits, Server};
///
/// let limits = RecordLimits { requests: 1, ..RecordLimits::default() };
/// let server = Server::builder().record(limits).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # std::io::read_to_string(client)?;
/// // After a client has asked for /a and /b:
/// assert_eq!(server.requests()[0].path(), "/b");
/// assert_eq!(server.dropped_requests(), 1);
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordLimits {
    /// Requests that are kept: 10,000.
    pub requests: usize,
    /// Bytes of all kept heads and bodies: 64 MiB.
    pub bytes: usize,
    /// Bytes of one body that are kept: 8 MiB. Its length is counted beyond it.
    pub body: usize,
}

impl Default for RecordLimits {
    fn default() -> Self {
        Self {
            requests: 10_000,
            bytes: 64 << 20,
            body: 8 << 20,
        }
    }
}

/// No request came in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a request within {within:?}, found none after the {taken} that were taken before{}",
    refused.as_deref().map(|text| format!("; the last that could not be parsed: {text}")).unwrap_or_default()
)]
#[doc(hidden)]
pub struct NoRequest {
    within: Duration,
    taken: u64,
    /// The last that could not be parsed.
    refused: Option<String>,
}

causes! {
    NoRequest: "no request came";
}

/// The requests of a server.
#[derive(Debug)]
pub struct Recording {
    limits: RecordLimits,
    began: Instant,
    kept: Mutex<Kept>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Kept {
    /// Their numbers are consecutive.
    requests: VecDeque<RecordedRequest>,
    bytes: usize,
    /// The number of the latest request.
    latest: u64,
    /// The number of the request that was taken last.
    taken: u64,
    dropped: u64,
    /// The number of the latest change.
    changes: u64,
    /// The number of the change that forgot all requests.
    cleared: u64,
    /// The number of the change that dropped a request last.
    dropped_at: u64,
    wakers: Vec<Waker>,
    /// What could not be parsed as a request, the latest last.
    refused: VecDeque<String>,
}

impl Recording {
    /// A recording without requests.
    pub fn new(limits: RecordLimits) -> Self {
        Self {
            limits,
            began: Instant::now(),
            kept: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// Records a request whose head has been read; `None` if nothing has been read.
    /// `on_tape` is the number of its exchange on the tape of the connection.
    pub(crate) fn begin(
        self: &Arc<Self>,
        request: &Arc<Request>,
        on_tape: Option<u64>,
    ) -> Option<Arc<Ticket>> {
        if request.is_unread() {
            return None;
        }
        let began = Instant::now();
        let mut kept = self.kept.lock();
        kept.latest += 1;
        let recorded = RecordedRequest {
            number: kept.latest,
            head: RequestHead::new(Arc::clone(request)),
            at: SystemTime::now(),
            arrived: began.duration_since(self.began),
            body: Arc::default(),
            body_length: 0,
            body_end: None,
            exchange: State::InProgress,
            answered: 0,
            is_matched: false,
            took: None,
            on_tape,
            changed: kept.change(),
        };
        let number = kept.latest;
        kept.bytes += recorded.size();
        kept.requests.push_back(recorded);
        self.make_room(&mut kept);
        self.wake(kept);
        Some(Arc::new(Ticket {
            recording: Arc::clone(self),
            number,
            began,
        }))
    }

    /// All kept requests in the order of their arrival. Waits for bodies that are still arriving, for half
    /// a second at most.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        let is_arriving = |kept: &mut Kept| !kept.requests.iter().all(RecordedRequest::is_settled);
        let (kept, _) = self
            .changed
            .wait_timeout_while(self.kept.lock(), SETTLING, is_arriving);
        kept.requests.iter().cloned().collect()
    }

    /// The request with this head, if it is kept. Waits for its body as [`Recording::requests`] does.
    #[cfg(all(feature = "control", feature = "python"))]
    pub fn find(&self, head: &RequestHead) -> Option<RecordedRequest> {
        let is_it = |request: &&RecordedRequest| request.head.is_of_same_request(head);
        let is_arriving = |kept: &mut Kept| {
            let found = kept.requests.iter().rev().find(is_it);
            found.is_some_and(|request| !request.is_settled())
        };
        let (kept, _) = self
            .changed
            .wait_timeout_while(self.kept.lock(), SETTLING, is_arriving);
        kept.requests.iter().rev().find(is_it).cloned()
    }

    /// The next request that was not taken before, with its whole body. If the body is still arriving when
    /// the time is over, the request has what has arrived.
    ///
    /// # Errors
    /// [`NoRequest`] if none arrives in time.
    pub fn take(&self, within: Duration) -> Result<RecordedRequest, NoRequest> {
        let (mut kept, taken) = self.take_settled(within);
        taken
            .or_else(|| kept.take(true))
            .ok_or_else(|| kept.no_request(within))
    }

    /// The next request that was not taken before, with its whole body, if it comes until then.
    #[cfg(all(feature = "control", feature = "python"))]
    pub fn take_until(&self, until: Instant) -> Option<RecordedRequest> {
        self.take_settled(until.saturating_duration_since(Instant::now()))
            .1
    }

    fn take_settled(&self, within: Duration) -> (MutexGuard<'_, Kept>, Option<RecordedRequest>) {
        let mut taken = None;
        let has_none = |kept: &mut Kept| {
            taken = kept.take(false);
            taken.is_none()
        };
        let (kept, _) =
            self.changed
                .wait_timeout_while(self.kept.lock(), within.min(LONGEST_WAIT), has_none);
        (kept, taken)
    }

    /// The same as a future.
    pub fn take_async(self: &Arc<Self>, within: Duration) -> TakeRequest {
        TakeRequest::new(Arc::clone(self), within)
    }

    /// Notes what could not be parsed as a request.
    pub(crate) fn refuse(&self, what: String) {
        let refused = &mut self.kept.lock().refused;
        if refused.len() == REFUSED {
            refused.pop_front();
        }
        refused.push_back(what);
    }

    /// What could not be parsed as a request, the latest last.
    pub(crate) fn refused(&self) -> Vec<String> {
        self.kept.lock().refused.iter().cloned().collect()
    }

    /// Forgets all requests; those in progress are not recorded further.
    pub fn clear(&self) {
        let mut kept = self.kept.lock();
        kept.requests.clear();
        kept.bytes = 0;
        kept.dropped = 0;
        kept.refused.clear();
        kept.taken = kept.latest;
        kept.cleared = kept.change();
        self.wake(kept);
    }

    /// How many requests were dropped because of the limits.
    pub fn dropped(&self) -> u64 {
        self.kept.lock().dropped
    }

    fn make_room(&self, kept: &mut Kept) {
        // The latest one stays, however large it is.
        while kept.requests.len() > 1
            && (kept.requests.len() > self.limits.requests || kept.bytes > self.limits.bytes)
        {
            if let Some(oldest) = kept.requests.pop_front() {
                kept.bytes -= oldest.size();
                kept.dropped += 1;
                kept.dropped_at = kept.change();
            }
        }
    }

    /// Tells all that wait of a change. The lock is released first: a waker runs code of its executor.
    fn wake(&self, mut kept: MutexGuard<'_, Kept>) {
        let wakers = mem::take(&mut kept.wakers);
        drop(kept);
        self.changed.notify_all();
        wakers.into_iter().for_each(Waker::wake);
    }
}

impl Kept {
    fn change(&mut self) -> u64 {
        self.changes += 1;
        self.changes
    }

    fn by_number(&mut self, number: u64) -> Option<&mut RecordedRequest> {
        let first = self.requests.front()?.number;
        let index = usize::try_from(number.checked_sub(first)?).ok()?;
        self.requests.get_mut(index)
    }

    /// Takes the next request, if its body has arrived or is not waited for.
    fn take(&mut self, even_if_arriving: bool) -> Option<RecordedRequest> {
        let first = self.requests.front()?.number;
        let number = first.max(self.taken + 1);
        let request = self.by_number(number)?;
        if !request.is_settled() && !even_if_arriving {
            return None;
        }
        let request = request.clone();
        self.taken = number;
        Some(request)
    }

    fn no_request(&self, within: Duration) -> NoRequest {
        NoRequest {
            within,
            taken: self.taken,
            refused: self.refused.back().cloned(),
        }
    }
}

/// A request that is being recorded.
#[derive(Debug)]
pub(crate) struct Ticket {
    recording: Arc<Recording>,
    number: u64,
    /// When the head had been read.
    began: Instant,
}

impl Ticket {
    /// A route takes the request.
    pub(crate) fn matched(&self) {
        self.change(|request| request.is_matched = true);
    }

    /// A response with this status is about to be sent.
    pub(crate) fn answered(&self, status: i64) {
        self.change(|request| request.answered = status);
    }

    /// The exchange is over.
    pub(crate) fn over(&self, turn: &Turn) {
        let status = turn.status();
        let took = self.began.elapsed();
        self.change(|request| {
            request.exchange = State::Over;
            request.took = Some(took);
            if status != 0 {
                request.answered = status;
            }
        });
    }

    fn change(&self, change: impl FnOnce(&mut RecordedRequest)) {
        let mut kept = self.recording.kept.lock();
        let Some(request) = kept.by_number(self.number) else {
            return;
        };
        let before = request.size();
        change(request);
        let after = request.size();
        let changed = kept.change();
        if let Some(request) = kept.by_number(self.number) {
            request.changed = changed;
        }
        kept.bytes = kept.bytes - before + after;
        self.recording.make_room(&mut kept);
        self.recording.wake(kept);
    }
}

impl Tap for Ticket {
    fn bytes(&self, bytes: &[u8]) {
        let limit = self.recording.limits.body;
        self.change(|request| {
            let room = limit.saturating_sub(request.body.len());
            Arc::make_mut(&mut request.body).extend_from_slice(&bytes[..bytes.len().min(room)]);
            request.body_length += bytes.len() as u64;
        });
    }

    fn end(&self, end: Result<(), &BodyError>) {
        let after = self.began.elapsed();
        self.change(|request| {
            let (kept, received) = (request.body.len() as u64, request.body_length);
            let error = match end {
                // It counts only what a handler has read.
                Err(BodyError::Truncated { .. }) => {
                    Some(BodyError::truncated(received).to_string())
                }
                Err(error) => Some(error.to_string()),
                Ok(()) if kept < received => Some(format!(
                    "only the first {kept} of its {received} bytes are kept (RecordLimits::body)"
                )),
                Ok(()) => None,
            };
            request.body_end = Some(BodyEnd { after, error });
        });
    }
}
