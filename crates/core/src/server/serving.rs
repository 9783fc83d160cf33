//! The threads of connections. Each serves one, until it has ended or rests.

use std::io;
use std::sync::Arc;
use std::time::Instant;

use rustix_futex_sync::Mutex;

use crate::exchange::Locals;

use super::connection::{self, Served};
use super::ended::EndedConnection;
use super::lingering;
use super::open::{OpenConnection, Stage};
use super::shared::Shared;

/// Serves a connection on this thread until it has ended or rests.
pub(super) fn serve(mut open: OpenConnection, shared: &Arc<Shared>, locals: &mut Locals) {
    loop {
        open.membership.note_thread(true);
        match connection::serve(&open, shared, locals) {
            Served::Rests(progress) => {
                open.stage = Stage::Rested(progress);
                open.membership.note_thread(false);
                match shared.resting.add(open, || start_watching(shared)) {
                    Ok(()) => return,
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
/// it for as long as anything rests.
fn start_watching(shared: &Arc<Shared>) -> io::Result<()> {
    let on_thread = Arc::clone(shared);
    let watch = move |_: &mut Locals| {
        let resting = &on_thread.resting;
        resting.watch(|connection| hand_over(connection, &on_thread));
    };
    shared.threads.start(Box::new(watch))
}

/// Lets another thread serve a connection that has rested. If none can be started, an idle connection is closed to free
/// its thread, and the one that has rested is returned.
fn hand_over(open: OpenConnection, shared: &Arc<Shared>) -> Result<(), OpenConnection> {
    let on_thread = Arc::clone(shared);
    let handed = Arc::new(Mutex::new(Some(open)));
    let taken = Arc::clone(&handed);
    let job = move |locals: &mut Locals| {
        let open = taken.lock().take();
        if let Some(open) = open {
            serve(open, &on_thread, locals);
        }
    };
    match shared.run(Box::new(job)) {
        Ok(()) => Ok(()),
        Err(_) => {
            shared.roster.free_thread();
            // The job has been dropped without being run.
            handed.lock().take().map_or(Ok(()), Err)
        }
    }
}

/// Reads what the client still sends, on another thread.
fn linger(ended: EndedConnection, shared: &Arc<Shared>) {
    if shared.lingering.add(ended) == lingering::Thread::Looks {
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
