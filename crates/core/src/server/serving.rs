//! The threads of connections. Each serves one, until it has ended or rests.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use crate::exchange::Locals;

use super::connection::{self, Served};
use super::ended::EndedConnection;
use super::open::{OpenConnection, Stage};
use super::resting::Unserved;
use super::shared::Shared;
use super::threads::Watcher;

/// How often the log reports that no thread can be started for connections that have rested.
const REPORT_PAUSE: Duration = Duration::from_secs(1);

/// Serves a connection on this thread until it has ended or rests.
pub(super) fn serve(mut open: OpenConnection, shared: &Arc<Shared>, locals: &mut Locals) {
    loop {
        open.membership.note_thread(true);
        match connection::serve(&open, shared, locals) {
            Served::Rests(progress) => {
                open.stage = Stage::Rested(progress);
                open.membership.note_thread(false);
                match shared.resting.add(open, || start_watching(shared)) {
                    Ok(Watcher::Runs) => return,
                    Ok(Watcher::IsNeeded) => match watch(shared) {
                        Some(last) => open = last,
                        None => return,
                    },
                    Err(kept) => {
                        open = kept;
                        open.stage = Stage::Kept(progress);
                    }
                }
            }
            Served::Ended(left) => {
                if let Some(left) = left {
                    let OpenConnection {
                        wire, membership, ..
                    } = open;
                    let ended = EndedConnection::new(&wire, membership, left);
                    drop(wire);
                    linger(ended, shared);
                }
                shared.freed.add(Instant::now());
                return;
            }
        }
    }
}

/// Starts the thread that waits for the connections that rest. A parked thread would keep what scripts have left on
/// it for as long as anything rests. If none can be started, the calling thread is needed, which keeps them, unless it is
/// the last one: it can serve its own connection at least.
fn start_watching(shared: &Arc<Shared>) -> io::Result<Watcher> {
    let on_thread = Arc::clone(shared);
    let job = move |locals: &mut Locals| {
        if let Some(last) = watch(&on_thread) {
            serve(last, &on_thread, locals);
        }
    };
    match shared.threads.start(Box::new(job)) {
        Ok(()) => Ok(Watcher::Runs),
        Err(error) if shared.threads.has_parked() || shared.roster.has_idle_thread() => {
            log::debug!("a connection's thread waits for all that rest: {error}");
            Ok(Watcher::IsNeeded)
        }
        Err(error) => Err(error),
    }
}

/// Waits for the connections that rest, and hands each that continues to another thread. Returns the last one if there
/// is no other thread for it.
fn watch(shared: &Arc<Shared>) -> Option<OpenConnection> {
    let mut shortage = Shortage::default();
    shared.resting.watch(|open| match hand_over(open, shared) {
        Ok(()) => {
            shortage.report_rest();
            Ok(())
        }
        Err((connection, error)) => {
            let soon = shortage.free_thread(shared, &error);
            Err(Unserved { connection, soon })
        }
    })
}

/// Lets another thread serve a connection that has rested.
///
/// # Errors
/// The connection, and why no thread can be started for it.
fn hand_over(
    open: OpenConnection,
    shared: &Arc<Shared>,
) -> Result<(), (OpenConnection, io::Error)> {
    if open.membership.is_dismissed() && open.wire.tape().is_none() {
        shared.freed.add(Instant::now());
        return Ok(());
    }
    let on_thread = Arc::clone(shared);
    let handed = Arc::new(Mutex::new(Some(open)));
    let taken = Arc::clone(&handed);
    let job = move |locals: &mut Locals| {
        let open = taken.lock().take();
        if let Some(open) = open {
            serve(open, &on_thread, locals);
        }
    };
    let Err(error) = shared.threads.run(Box::new(job)) else {
        return Ok(());
    };
    // The job has been dropped without being run.
    let open = handed.lock().take();
    open.map_or(Ok(()), |open| Err((open, error)))
}

/// What is done, and reported, when no thread can be started for connections that have rested.
#[derive(Default)]
struct Shortage {
    reported: Option<Instant>,
    /// Connections closed since then.
    closed: usize,
}

impl Shortage {
    /// Closes an idle connection that has a thread, and returns whether there was one.
    fn free_thread(&mut self, shared: &Shared, error: &io::Error) -> bool {
        let is_freed = shared.roster.free_thread();
        self.closed += usize::from(is_freed);
        if self.reported.is_none_or(|at| at.elapsed() >= REPORT_PAUSE) {
            let closed = self.closed;
            log::error!(
                "cannot start threads for requests on idle connections: {error}; closed {closed} other idle \
                 connections for their threads"
            );
            self.reported = Some(Instant::now());
            self.closed = 0;
        }
        is_freed
    }

    /// Reports those that were closed since the last report.
    fn report_rest(&mut self) {
        if self.closed > 0 {
            let closed = self.closed;
            log::error!("closed {closed} more idle connections for their threads");
            self.closed = 0;
        }
    }
}

impl Drop for Shortage {
    fn drop(&mut self) {
        self.report_rest();
    }
}

/// Reads what the client still sends, on another thread.
fn linger(ended: EndedConnection, shared: &Arc<Shared>) {
    if shared.lingering.add(ended) == Watcher::Runs {
        return;
    }
    let on_thread = Arc::clone(shared);
    let looking = shared
        .threads
        .run(Box::new(move |_| on_thread.lingering.watch()));
    if looking.is_err() {
        // This thread has nothing else to do: no thread is left for another connection either.
        shared.lingering.watch();
    }
}
