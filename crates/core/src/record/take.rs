//! Waiting for a request without blocking a thread. The future needs no runtime: changes of the recording
//! wake its waker, and so does a thread that sleeps until the deadline.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use super::{NoRequest, RecordedRequest, Recording};
use crate::error::Error;
use crate::forks;

/// The future of [`Server::take_request_async`](crate::server::Server::take_request_async), which has an example. It
/// ends with the next request, or with an [`Error`] when the time is over.
///
/// ```
/// use std::time::Duration;
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let server = wireserve::Server::start();
/// let request = server.take_request_async(Duration::from_millis(1)).await;
/// assert!(request.is_err(), "no client has asked");
/// # });
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "futures do nothing unless polled"]
pub struct TakeRequest {
    recording: Arc<Recording>,
    within: Duration,
    /// Since the first poll; `None` before it, and if no clock reaches that time.
    deadline: Option<Instant>,
    alarm: Option<Alarm>,
}

impl TakeRequest {
    pub(super) fn new(recording: Arc<Recording>, within: Duration) -> Self {
        Self {
            recording,
            within,
            deadline: None,
            alarm: None,
        }
    }

    fn poll_taken(&mut self, context: &Context<'_>) -> Poll<Result<RecordedRequest, Error>> {
        let deadline = self
            .deadline
            .or_else(|| Instant::now().checked_add(self.within));
        self.deadline = deadline;
        let is_over = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let mut kept = self.recording.kept.lock();
        if let Some(request) = kept.take(is_over) {
            return Poll::Ready(Ok(request));
        }
        if is_over {
            let none: NoRequest = kept.no_request(self.within);
            return Poll::Ready(Err(none.into()));
        }
        let waker = context.waker();
        if !kept.wakers.iter().any(|known| known.will_wake(waker)) {
            kept.wakers.push(waker.clone());
        }
        drop(kept);
        if let (None, Some(deadline)) = (&self.alarm, deadline) {
            match Alarm::set(deadline, Arc::clone(&self.recording)) {
                Ok(alarm) => self.alarm = Some(alarm),
                Err(error) => {
                    let text = "cannot start a thread that ends the wait for a request";
                    return Poll::Ready(Err(Error::caused_by(text, error)));
                }
            }
        }
        Poll::Pending
    }
}

impl Future for TakeRequest {
    type Output = Result<RecordedRequest, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_taken(context)
    }
}

/// A thread that wakes the waiting futures of a recording at a time.
#[derive(Debug)]
struct Alarm {
    thread: Thread,
    is_off: Arc<AtomicBool>,
}

impl Alarm {
    fn set(deadline: Instant, recording: Arc<Recording>) -> std::io::Result<Self> {
        let is_off = Arc::new(AtomicBool::new(false));
        let off = Arc::clone(&is_off);
        let sleep = move || {
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                if off.load(Ordering::Acquire) {
                    return;
                }
                if left.is_zero() {
                    break;
                }
                thread::park_timeout(left);
            }
            recording.wake(recording.kept.lock());
        };
        let thread = thread::Builder::new().name("wireserve-alarm".to_owned());
        let handle = forks::spawn(thread, sleep)?;
        Ok(Self {
            thread: handle.thread().clone(),
            is_off,
        })
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.is_off.store(true, Ordering::Release);
        self.thread.unpark();
    }
}
