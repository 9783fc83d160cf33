//! Stopping a server: no new connections, then the end of those that are open.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::roster::Busy;
use super::{GRACE, Server};

/// How long to wait for threads whose connections have been cut. A handler that does not return in
/// this time keeps its thread; the process can end without it.
const CUT_LIMIT: Duration = Duration::from_secs(1);

impl Server {
    /// Returns `false` if some handlers are still running after `limit`.
    pub(super) fn stop_now(&mut self, grace: Duration, limit: Duration) -> bool {
        let shared = &self.shared;
        if shared.stopping.swap(true, Ordering::Relaxed) {
            return true;
        }
        self.listening.clear();
        for listener in shared.door.remove() {
            listener.wake();
        }
        for thread in self.accepting.drain(..) {
            if thread.join().is_err() {
                log::error!("the accepting thread panicked");
            }
        }
        let deadline = Instant::now() + grace;
        let spare = || {
            shared.roster.dismiss_all(Busy::Spare);
            shared.context.events.end_waits();
        };
        spare();
        let busy = || shared.roster.busy() + shared.refusing.busy();
        while busy() > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(1));
            spare();
        }
        shared.roster.dismiss_all(Busy::Cut);
        shared.refusing.dismiss_all(Busy::Cut);
        drop(shared.resting.end());
        shared.threads.stop(limit)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !self.stop_now(GRACE, CUT_LIMIT) {
            log::warn!("stopped although some handlers are still running");
        }
        self.verify_at_end();
    }
}
