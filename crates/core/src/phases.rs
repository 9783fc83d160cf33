//! Where the time of a request goes. While a server is measured (`wireserve bench`), the thread of a
//! connection counts how long its current request is in each [`Phase`]: at every moment in exactly one, so
//! that the phases add up to the time that the server has the request.
//!
//! A server that is not measured looks at one thread-local value for each change of phase, and never at a
//! clock.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// What the server does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Phase {
    /// Finds and parses its head, once bytes have arrived, and reads its body.
    Reading,
    /// Routes it, makes and frees what an exchange needs; native handlers.
    Server,
    /// Waits for admission to the interpreter: for the slot and for the GIL.
    Admission,
    /// Runs the body of the script's module.
    Module,
    /// Runs `main`, and content that is made while it is sent.
    Main,
    /// Makes Python objects of the request, and the response of Python objects.
    Converting,
    /// Hands bytes to the kernel.
    Writing,
    /// Waits as the handler has asked: for time to pass, an event, a lock, or the client.
    Waiting,
}

/// The number of phases.
pub const PHASES: usize = Phase::ALL.len();

impl Phase {
    /// All phases, in the order of a request.
    pub const ALL: [Self; 8] = [
        Self::Reading,
        Self::Server,
        Self::Admission,
        Self::Module,
        Self::Main,
        Self::Converting,
        Self::Writing,
        Self::Waiting,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Server => "server",
            Self::Admission => "admission",
            Self::Module => "module",
            Self::Main => "main",
            Self::Converting => "converting",
            Self::Writing => "writing",
            Self::Waiting => "waiting",
        }
    }
}

/// The time that the requests of one server have spent in each phase.
#[derive(Debug, Default)]
pub struct Phases {
    requests: AtomicU64,
    nanoseconds: [AtomicU64; PHASES],
}

/// The times of requests that have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Requests that were answered.
    pub requests: u64,
    /// In the order of [`Phase::ALL`].
    pub nanoseconds: [u64; PHASES],
}

/// A request that is measured; its times are added to those of the server when it is dropped.
#[derive(Debug)]
pub struct Measured<'p>(&'p Phases);

thread_local! {
    /// The phase of the request that this thread answers; `None` if it is not measured.
    static CURRENT: Cell<Option<Phase>> = const { Cell::new(None) };
    /// When this phase began.
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    static SPENT: Cell<[u64; PHASES]> = const { Cell::new([0; PHASES]) };
}

impl Phases {
    /// Begins to measure the request that this thread reads next.
    pub fn begin(&self) -> Measured<'_> {
        SPENT.set([0; PHASES]);
        SINCE.set(Some(Instant::now()));
        CURRENT.set(Some(Phase::Reading));
        Measured(self)
    }

    /// The times so far.
    pub fn totals(&self) -> Totals {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Totals {
            requests: read(&self.requests),
            nanoseconds: self.nanoseconds.each_ref().map(read),
        }
    }
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        let Some(last) = CURRENT.get() else {
            return;
        };
        change(last, last);
        CURRENT.set(None);
        let spent = SPENT.get();
        // The client has closed the connection instead of sending a request.
        let is_request = |&phase: &Phase| phase != Phase::Reading && spent[phase as usize] > 0;
        if !Phase::ALL.iter().any(is_request) {
            return;
        }
        self.0.requests.fetch_add(1, Ordering::Relaxed);
        for (total, spent) in self.0.nanoseconds.iter().zip(spent) {
            total.fetch_add(spent, Ordering::Relaxed);
        }
    }
}

/// From now on, the request of this thread is in another phase.
#[inline]
pub fn enter(phase: Phase) {
    if let Some(before) = CURRENT.get() {
        change(before, phase);
    }
}

/// From now on, the request of this thread is in another phase. Returns the one before, for [`resume`].
#[inline]
#[must_use]
pub fn replace(phase: Phase) -> Option<Phase> {
    let before = CURRENT.get();
    if let Some(before) = before {
        change(before, phase);
    }
    before
}

/// From now on, the request of this thread is in this phase again, if it was in any.
#[inline]
pub fn resume(before: Option<Phase>) {
    if let Some(before) = before {
        enter(before);
    }
}

#[cold]
#[inline(never)]
fn change(before: Phase, phase: Phase) {
    let now = Instant::now();
    let since = SINCE.replace(Some(now)).unwrap_or(now);
    let mut spent = SPENT.get();
    spent[before as usize] += u64::try_from((now - since).as_nanos()).unwrap_or(u64::MAX);
    SPENT.set(spent);
    CURRENT.set(Some(phase));
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// Passes until the clock shows another time.
    fn pass() {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(2) {}
    }

    fn times(phases: &Phases) -> Vec<&'static str> {
        let totals = phases.totals();
        let spent = Phase::ALL.into_iter().zip(totals.nanoseconds);
        spent
            .filter(|(_, nanoseconds)| *nanoseconds > 0)
            .map(|(phase, _)| phase.name())
            .collect()
    }

    #[test]
    fn each_moment_belongs_to_one_phase() {
        let phases = Phases::default();
        let begun = Instant::now();
        let measured = phases.begin();
        pass();
        enter(Phase::Server);
        pass();
        let before = replace(Phase::Main);
        pass();
        let within = replace(Phase::Writing);
        pass();
        resume(within);
        assert_eq!(CURRENT.get(), Some(Phase::Main));
        resume(before);
        assert_eq!(CURRENT.get(), Some(Phase::Server));
        drop(measured);
        let all = begun.elapsed();
        assert_eq!(times(&phases), ["reading", "server", "main", "writing"]);
        let totals = phases.totals();
        assert_eq!(totals.requests, 1);
        let sum = Duration::from_nanos(totals.nanoseconds.iter().sum());
        assert!(
            sum <= all && sum >= Duration::from_micros(8),
            "{sum:?} of {all:?}"
        );
    }

    #[test]
    fn what_is_not_measured_is_not_counted() {
        let phases = Phases::default();
        enter(Phase::Main);
        let before = replace(Phase::Writing);
        resume(before);
        assert_eq!((before, CURRENT.get()), (None, None));
        // No request came.
        drop(phases.begin());
        assert_eq!(phases.totals(), Totals::default());
    }

    #[test]
    fn a_panic_leaves_nothing_to_the_next_request() {
        let phases = Phases::default();
        let broken = std::panic::catch_unwind(|| {
            let _measured = phases.begin();
            enter(Phase::Main);
            panic!("as a handler may");
        });
        assert!(broken.is_err());
        assert_eq!(CURRENT.get(), None);
    }
}
