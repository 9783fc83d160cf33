//! How late this process gets processor time. A client that did not end in time, on a machine that let even
//! this process wait, is no evidence about the client.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

/// How long the measuring thread sleeps at a time.
const NAP: Duration = Duration::from_millis(50);

/// Delays below this are those of every machine, and not kept.
const KEPT: Duration = Duration::from_millis(100);

/// How many delays are kept: those of the last minutes, on a machine that is always late.
const MOST: usize = 4096;

/// Measures until it is dropped.
pub(super) struct Lag {
    late: Arc<Mutex<VecDeque<(Instant, Duration)>>>,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Lag {
    pub(super) fn start() -> Self {
        let late = Arc::new(Mutex::new(VecDeque::new()));
        let is_over = Arc::new(AtomicBool::new(false));
        let (kept, over) = (Arc::clone(&late), Arc::clone(&is_over));
        let thread = thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                let began = Instant::now();
                thread::sleep(NAP);
                let late = began.elapsed().saturating_sub(NAP);
                if late > KEPT {
                    let mut kept = kept.lock();
                    kept.push_back((Instant::now(), late));
                    if kept.len() > MOST {
                        kept.pop_front();
                    }
                }
            }
        });
        Self {
            late,
            is_over,
            thread: Some(thread),
        }
    }

    /// The sum of all delays since then.
    pub(super) fn since(&self, then: Instant) -> Duration {
        let late = self.late.lock();
        let recent = late.iter().filter(|(at, _)| *at >= then);
        recent.map(|(_, late)| *late).sum()
    }
}

impl Drop for Lag {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_are_summed_from_a_time_on() {
        let lag = Lag::start();
        let began = Instant::now();
        for (ago, late) in [(9, 1000), (0, 300), (0, 200)] {
            let at = began + Duration::from_secs(10 - ago);
            lag.late.lock().push_back((at, Duration::from_millis(late)));
        }
        let since = lag.since(began + Duration::from_secs(5));
        assert_eq!(since, Duration::from_millis(500));
    }
}
