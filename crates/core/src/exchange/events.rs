//! Events: names that one exchange waits for and another, or a test, sets. An event stays set until it
//! is cleared, so it may be set before the wait begins. Waiting for new connections is here, too, and
//! therefore their count.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use crate::sync::atomic::{AtomicU64, Ordering};
use crate::sync::{Condvar, Instant, Mutex, MutexGuard};

/// How often a wait checks that its client is still connected.
const CHECK: Duration = Duration::from_millis(10);

/// The events of a server.
///
/// ```
/// # use std::io::Write;
/// use std::time::Duration;
///
/// use wireserve::{Server, WireScript};
///
/// let server = Server::start();
/// let script = WireScript::new().set("asked").wait_for("go on").send("HTTP/1.0 200 OK\r\n\r\n");
/// server.get("/", move |_| script.clone().close());
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
/// // While a client asks for `/`:
/// let events = server.events();
/// assert!(events.wait("asked", Duration::from_secs(5)));
/// events.set("go on"); // only now, the client gets its answer
/// assert!(events.is_set("go on"));
/// # assert_eq!(std::io::read_to_string(client)?, "HTTP/1.0 200 OK\r\n\r\n");
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct Events {
    names: Mutex<Names>,
    changed: Condvar,
    connections: AtomicU64,
    /// How often the numbers of connections have begun again.
    rounds: AtomicU64,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventChange<'n> {
    /// It was set.
    Set(&'n str),
    /// It was cleared.
    Cleared(&'n str),
}

#[derive(Clone)]
struct Relay(Arc<dyn Fn(EventChange<'_>) + Send + Sync>);

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Relay")
    }
}

#[derive(Debug, Default)]
struct Names {
    set: HashSet<String>,
    /// Threads that wait for an event or a connection.
    waiting: usize,
    /// The events that are waited for.
    awaited: HashMap<String, Awaited>,
    /// Whether the server stops.
    are_waits_over: bool,
    /// What makes changes in all processes.
    relay: Option<Relay>,
}

/// An event that is waited for.
#[derive(Debug, Default)]
struct Awaited {
    threads: usize,
    /// How often it was set since the first of these threads began to wait. A wait ends even if the event is cleared
    /// before its thread can look.
    sets: u64,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waited {
    /// The event is set, or the connection open.
    Happened,
    /// The limit passed first.
    TimedOut,
    /// The waiting exchange's client left first, or the server stops.
    ClientGone,
}

impl Events {
    /// Sets an event, and wakes all waits for it.
    ///
    /// See the example of [`Events`].
    pub fn set(&self, name: &str) {
        self.change(EventChange::Set(name));
    }

    /// Clears an event.
    ///
    /// ```
    /// let server = wireserve::Server::start();
    /// let events = server.events();
    /// events.set("b");
    /// events.set("a");
    /// assert_eq!(events.all_set(), ["a", "b"]);
    /// events.clear("b");
    /// assert_eq!(events.all_set(), ["a"]);
    /// ```
    pub fn clear(&self, name: &str) {
        self.change(EventChange::Cleared(name));
    }

    fn change(&self, change: EventChange<'_>) {
        let relay = self.names().relay.clone();
        match relay {
            Some(Relay(relay)) => relay(change),
            None => self.apply(change),
        }
    }

    /// The same, in this process only.
    #[doc(hidden)]
    pub fn apply(&self, change: EventChange<'_>) {
        let mut names = self.names();
        match change {
            EventChange::Set(name) => {
                names.set.insert(name.to_owned());
                if let Some(awaited) = names.awaited.get_mut(name) {
                    awaited.sets += 1;
                }
                self.wake(names);
            }
            EventChange::Cleared(name) => _ = names.set.remove(name),
        }
    }

    /// Leaves each change from now on to this, which returns when all processes have applied it, in the same order.
    #[doc(hidden)]
    #[allow(dead_code, reason = "only the command has several processes")]
    pub fn relay(&self, relay: impl Fn(EventChange<'_>) + Send + Sync + 'static) {
        self.names().relay = Some(Relay(Arc::new(relay)));
    }

    /// Clears all events.
    pub(crate) fn clear_all(&self) {
        self.names().set.clear();
    }

    /// The events that are set, in the order of their names.
    ///
    /// See the example of [`Events::clear`].
    pub fn all_set(&self) -> Vec<String> {
        let mut all: Vec<_> = self.names().set.iter().cloned().collect();
        all.sort();
        all
    }

    /// Whether an event is set.
    ///
    /// See the example of [`Events`].
    pub fn is_set(&self, name: &str) -> bool {
        self.names().set.contains(name)
    }

    /// Ends all waits, and those that begin later, since the server stops.
    pub(crate) fn end_waits(&self) {
        let mut names = self.names();
        names.are_waits_over = true;
        self.wake(names);
    }

    /// Waits for an event; `false` if it is not set within this time, or before the server stops.
    ///
    /// See the example of [`Events`].
    pub fn wait(&self, name: &str, within: Duration) -> bool {
        let limit = Instant::now().checked_add(within);
        self.wait_while_connected(name, limit, || true) == Waited::Happened
    }

    /// How many connections have been opened so far.
    ///
    /// ```
    /// # use std::io::Write;
    /// # let server = wireserve::Server::start();
    /// # for _ in 0..2 {
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")?;
    /// # std::io::read_to_string(client)?;
    /// # }
    /// // After two requests, did the client use one connection or two?
    /// assert_eq!(server.events().connections(), 2);
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Lets the numbers of connections begin again at 1.
    #[allow(dead_code, reason = "only Python tests ask for it")]
    pub(crate) fn number_anew(&self) {
        self.rounds.fetch_add(1, Ordering::Relaxed);
        self.connections.store(0, Ordering::Relaxed);
    }

    /// How often the numbers of connections have begun again.
    #[doc(hidden)]
    #[allow(dead_code, reason = "only Python needs to know")]
    pub fn rounds(&self) -> u64 {
        self.rounds.load(Ordering::Relaxed)
    }

    /// Counts a connection and returns its number, from 1 on.
    pub(crate) fn connection_opened(&self) -> u64 {
        // Under the lock, or a wait that has just checked would miss it.
        let names = self.names();
        let before = self.connections.fetch_add(1, Ordering::Relaxed);
        self.wake(names);
        before + 1
    }

    /// Waits for an event up to a limit, while the client is connected.
    pub(crate) fn wait_while_connected(
        &self,
        name: &str,
        limit: Option<Instant>,
        is_connected: impl Fn() -> bool,
    ) -> Waited {
        let before = {
            let mut names = self.names();
            if names.set.contains(name) {
                return Waited::Happened;
            }
            let awaited = names.awaited.entry(name.to_owned()).or_default();
            awaited.threads += 1;
            awaited.sets
        };
        let waited = self.wait_until(limit, is_connected, |names| {
            names.awaited.get(name).is_some_and(|now| now.sets > before)
        });
        let mut names = self.names();
        if let Some(awaited) = names.awaited.get_mut(name) {
            awaited.threads -= 1;
            if awaited.threads == 0 {
                names.awaited.remove(name);
            }
        }
        waited
    }

    /// Waits until more than `known` connections have been opened.
    pub(crate) fn wait_for_connection(
        &self,
        known: u64,
        limit: Option<Instant>,
        is_connected: impl Fn() -> bool,
    ) -> Waited {
        self.wait_until(limit, is_connected, |_| self.connections() > known)
    }

    fn wait_until(
        &self,
        limit: Option<Instant>,
        is_connected: impl Fn() -> bool,
        has_happened: impl Fn(&Names) -> bool,
    ) -> Waited {
        let mut names = self.names();
        loop {
            if has_happened(&names) {
                return Waited::Happened;
            }
            let left = limit.map_or(CHECK, |limit| {
                limit.saturating_duration_since(Instant::now())
            });
            if left.is_zero() {
                return Waited::TimedOut;
            }
            if names.are_waits_over || !is_connected() {
                return Waited::ClientGone;
            }
            names.waiting += 1;
            names = self
                .changed
                .wait_timeout(names, left.min(CHECK))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            names.waiting -= 1;
        }
    }

    /// Notifying is a system call even without waiting threads, so those are counted.
    fn wake(&self, names: MutexGuard<'_, Names>) {
        let is_waited_for = names.waiting > 0;
        drop(names);
        if is_waited_for {
            self.changed.notify_all();
        }
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn an_event_may_be_set_before_or_during_a_wait() {
        let events = Events::default();
        events.set("early");
        assert!(events.wait("early", Duration::ZERO));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| events.wait("late", Duration::from_secs(10)));
            events.set("late");
            assert!(waiting.join().unwrap());
        });
        events.clear("late");
        assert!(!events.is_set("late"));
        assert!(!events.wait("late", Duration::from_millis(1)));
    }

    #[test]
    fn a_server_that_stops_ends_waits() {
        let events = Events::default();
        let long = Duration::from_secs(600);
        thread::scope(|scope| {
            let waiting = scope.spawn(|| events.wait("never", long));
            events.end_waits();
            assert!(!waiting.join().unwrap());
        });
        assert!(!events.wait("never", long), "one that begins later");
        events.set("set");
        assert!(events.wait("set", Duration::ZERO));
    }

    #[test]
    fn all_waits_end_even_if_the_event_is_cleared_at_once() {
        let events = Events::default();
        for _ in 0..20 {
            thread::scope(|scope| {
                let waiting: Vec<_> = (0..4)
                    .map(|_| scope.spawn(|| events.wait("pulse", Duration::from_secs(10))))
                    .collect();
                while events.names().waiting < 4 {
                    thread::yield_now();
                }
                events.set("pulse");
                events.clear("pulse");
                for thread in waiting {
                    assert!(thread.join().unwrap());
                }
            });
            assert!(events.names().awaited.is_empty());
        }
    }

    #[test]
    fn a_wait_ends_with_its_reason() {
        let events = Events::default();
        let gone = events.wait_while_connected("never", None, || false);
        assert_eq!(gone, Waited::ClientGone);
        let known = events.connection_opened();
        let limit = Instant::now() + Duration::from_millis(1);
        let none = events.wait_for_connection(known, Some(limit), || true);
        assert_eq!(none, Waited::TimedOut);
        events.connection_opened();
        let another = events.wait_for_connection(known, None, || true);
        assert_eq!(another, Waited::Happened);
    }
}
