//! Connections of a crowd that have been idle for a while. They have no thread of their own: one thread waits for all
//! of them, and hands each that continues to another thread. It serves none itself, so that no request waits for the
//! handler of another.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use rustix_futex_sync::Mutex;

use super::threads::Watcher;
use crate::wire::arrivals::{Arrivals, Token};
use crate::wire::{Wire, close};

/// How long to wait before trying again when no thread can be started.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);

/// All connections that rest.
#[derive(Debug)]
pub(super) struct Resting<C> {
    /// Made for the first one.
    arrivals: OnceLock<Arrivals>,
    state: Mutex<State<C>>,
}

#[derive(Debug)]
struct State<C> {
    connections: HashMap<Token, C>,
    activity: Activity,
}

/// A connection that could not be handed over to another thread.
#[derive(Debug)]
pub(super) struct Unserved<C> {
    pub(super) connection: C,
    /// Whether a thread will be free soon.
    pub(super) soon: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Activity {
    /// Nothing rests, and no thread waits.
    None,
    /// A thread waits.
    Waiting,
    /// The server stops.
    Over,
}

impl<C> Default for Resting<C> {
    fn default() -> Self {
        Self {
            arrivals: OnceLock::new(),
            state: Mutex::new(State {
                connections: HashMap::new(),
                activity: Activity::None,
            }),
        }
    }
}

impl<C: AsRef<Wire>> Resting<C> {
    /// Lets a connection rest. If no thread calls [`Resting::watch`], `start` starts one, or returns that the caller
    /// must do so.
    ///
    /// # Errors
    /// The connection, if the system cannot await it, or the server stops.
    pub(super) fn add(
        &self,
        connection: C,
        start: impl FnOnce() -> io::Result<Watcher>,
    ) -> Result<Watcher, C> {
        let mut state = self.state.lock();
        let added = match state.activity {
            Activity::Over => return Err(connection),
            Activity::Waiting => self.expect(connection.as_ref()).map(|()| Watcher::Runs),
            // The thread is started under the lock, so that no other connection relies on one that fails to start.
            Activity::None => self.expect(connection.as_ref()).and_then(|()| start()),
        };
        match added {
            Ok(watcher) => {
                state.activity = Activity::Waiting;
                // The lock is held: who is given the token finds the connection.
                let token = Token::of(connection.as_ref());
                state.connections.insert(token, connection);
                Ok(watcher)
            }
            Err(error) => {
                log::debug!("an idle connection keeps its thread: {error}");
                Err(connection)
            }
        }
    }

    fn expect(&self, wire: &Wire) -> io::Result<()> {
        match self.arrivals.get() {
            Some(arrivals) => arrivals.expect(wire),
            None => {
                let arrivals = Arrivals::new()?;
                self.arrivals.get_or_init(|| arrivals).expect(wire)
            }
        }
    }

    /// Hands over the connections on which something arrives, until none rests or the server stops. One that cannot
    /// be handed over is tried again later. If it is the last one, and no thread will be free soon, it is returned for
    /// this thread to serve.
    pub(super) fn watch(
        &self,
        mut hand_over: impl FnMut(C) -> Result<(), Unserved<C>>,
    ) -> Option<C> {
        while let Some(arrivals) = self.arrivals.get() {
            let arrived = arrivals.next();
            let mut state = self.state.lock();
            if state.activity == Activity::Over {
                return None;
            }
            match arrived.map(|token| state.connections.remove(&token)) {
                Ok(None) => {}
                Ok(Some(connection)) => {
                    drop(state);
                    let handed_over = hand_over(connection);
                    if handed_over.is_err() {
                        thread::sleep(SHORTAGE_PAUSE);
                    }
                    state = self.state.lock();
                    match handed_over {
                        Err(_) if state.activity == Activity::Over => return None,
                        Err(Unserved { connection, soon })
                            if soon || !state.connections.is_empty() =>
                        {
                            self.take_back(&mut state, connection);
                        }
                        Err(Unserved { connection, .. }) => {
                            state.activity = Activity::None;
                            return Some(connection);
                        }
                        Ok(()) => {}
                    }
                }
                Err(error) => {
                    // A handler has closed the descriptor.
                    let connections = mem::take(&mut state.connections);
                    state.activity = Activity::None;
                    drop(state);
                    let count = connections.len();
                    log::error!("closed {count} idle connections: cannot wait for them: {error}");
                    for connection in connections.values() {
                        close::cut(connection.as_ref());
                    }
                    return None;
                }
            }
            if state.connections.is_empty() && state.activity == Activity::Waiting {
                state.activity = Activity::None;
                return None;
            }
        }
        None
    }

    fn take_back(&self, state: &mut State<C>, connection: C) {
        match self.expect(connection.as_ref()) {
            Ok(()) => {
                let token = Token::of(connection.as_ref());
                state.connections.insert(token, connection);
            }
            Err(error) => log::error!("closed a connection: cannot wait for it: {error}"),
        }
    }

    /// Ends the wait, and returns the connections that still rest.
    pub(super) fn end(&self) -> Vec<C> {
        let mut state = self.state.lock();
        state.activity = Activity::Over;
        if let Some(arrivals) = self.arrivals.get() {
            arrivals.end();
        }
        mem::take(&mut state.connections).into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, mpsc};

    use super::*;

    fn wire() -> (Arc<Wire>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Wire::new(listener.accept().unwrap().0).unwrap(), client)
    }

    /// What a server does: `watch` runs on a thread that is started when it is needed, and starts are counted.
    fn rest(
        resting: &Arc<Resting<Arc<Wire>>>,
        wire: Arc<Wire>,
        handed: &mpsc::Sender<Arc<Wire>>,
        starts: &mut usize,
    ) {
        let watched = Arc::clone(resting);
        let handed = handed.clone();
        let start = || {
            *starts += 1;
            let mut refusals = 2;
            let hand_over = move |wire| {
                // No thread can be started at first.
                if refusals > 0 {
                    refusals -= 1;
                    return Err(Unserved {
                        connection: wire,
                        soon: true,
                    });
                }
                handed.send(wire).unwrap();
                Ok(())
            };
            thread::spawn(move || assert!(watched.watch(hand_over).is_none()));
            Ok(Watcher::Runs)
        };
        assert_eq!(resting.add(wire, start).unwrap(), Watcher::Runs);
    }

    #[test]
    fn what_continues_is_handed_over_in_the_end() {
        let resting = Arc::new(Resting::default());
        let (handed, seen) = mpsc::channel();
        let mut starts = 0;
        let mut crowd: Vec<_> = (0..5).map(|_| wire()).collect();
        for (wire, _) in &crowd {
            rest(&resting, Arc::clone(wire), &handed, &mut starts);
        }
        assert_eq!(starts, 1, "one thread waits for all");
        for (wire, client) in &mut crowd {
            client.write_all(b"G").unwrap();
            assert!(Arc::ptr_eq(&seen.recv().unwrap(), wire));
        }
        while resting.state.lock().activity != Activity::None {
            thread::yield_now();
        }
        let (wire, mut client) = wire();
        rest(&resting, Arc::clone(&wire), &handed, &mut starts);
        assert_eq!(starts, 2, "the first one has ended");
        client.write_all(b"G").unwrap();
        assert!(Arc::ptr_eq(&seen.recv().unwrap(), &wire));
    }

    #[test]
    fn the_last_one_is_served_by_the_thread_that_waits() {
        let resting = Resting::default();
        let here = || Ok(Watcher::IsNeeded);
        let mut crowd = [wire(), wire()];
        for (wire, _) in &crowd {
            assert!(resting.add(Arc::clone(wire), here).is_ok());
        }
        let mut refused = 0;
        crowd[0].1.write_all(b"G").unwrap();
        let returned = resting.watch(|connection| {
            refused += 1;
            if refused == 1 {
                return Err(Unserved {
                    connection,
                    soon: false,
                });
            }
            if refused == 2 {
                // The other one has ended, so that the first is the last.
                resting.state.lock().connections.clear();
            }
            Err(Unserved {
                connection,
                soon: refused == 2,
            })
        });
        assert!(Arc::ptr_eq(&returned.unwrap(), &crowd[0].0));
        assert_eq!(refused, 3);
        let added = resting.add(Arc::clone(&crowd[1].0), here).unwrap();
        assert_eq!(
            added,
            Watcher::IsNeeded,
            "nothing rested, so no thread waits"
        );
    }

    #[test]
    fn what_cannot_be_watched_is_returned() {
        let resting = Resting::default();
        let (first, _client) = wire();
        let (second, _other) = wire();
        let no_thread = || Err(io::Error::from(io::ErrorKind::WouldBlock));
        assert!(resting.add(Arc::clone(&first), no_thread).is_err());
        let here = || Ok(Watcher::IsNeeded);
        let added = resting.add(Arc::clone(&first), here).unwrap();
        assert_eq!(added, Watcher::IsNeeded);
        assert_eq!(resting.add(second, no_thread).unwrap(), Watcher::Runs);
        assert_eq!(resting.end().len(), 2);
        assert!(resting.add(first, here).is_err(), "the server stops");
        assert!(resting.watch(|_| Ok(())).is_none());
    }
}
