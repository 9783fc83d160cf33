//! The open connections of a server. At the limit, the connection that has been idle longest is
//! closed; when the server stops, all are.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rustix_futex_sync::{Mutex, MutexGuard};

use crate::exchange::crowd::Crowd;
use crate::wire::{Wire, close};

/// The open connections of a server.
#[derive(Debug)]
pub(super) struct Roster {
    /// The most connections at a time.
    capacity: usize,
    /// The number of times that connections have become idle; a smaller value means an earlier
    /// time.
    clock: AtomicU64,
    members: Mutex<HashMap<u64, Arc<Member>>>,
    next: AtomicU64,
    /// Kept up to date with the number of connections.
    crowd: Arc<Crowd>,
}

/// One connection.
#[derive(Debug)]
pub(super) struct Member {
    wire: Arc<Wire>,
    /// [`BUSY`], [`LINGERING`], [`DISMISSED`], or the value of the roster's clock when it went idle.
    idle_since: AtomicU64,
    /// Whether a wait was ended because the server stops.
    is_cut: AtomicBool,
    /// Whether a thread serves it, or waits for its next request.
    has_thread: AtomicBool,
}

const BUSY: u64 = 0;
/// The server has ended it, so that it is closed for another one before those that are idle.
const LINGERING: u64 = 1;
const DISMISSED: u64 = u64::MAX;

/// The place of a connection on the roster; dropping it frees the place.
#[derive(Debug)]
pub(super) struct Membership {
    roster: Arc<Roster>,
    id: u64,
    member: Arc<Member>,
}

/// The roster is full, and no connection is idle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Roster {
    /// A roster with this many places, which keeps `crowd` up to date.
    pub(super) fn new(capacity: usize, crowd: Arc<Crowd>) -> Self {
        Self {
            capacity,
            clock: AtomicU64::new(LINGERING + 1),
            members: Mutex::default(),
            next: AtomicU64::new(0),
            crowd,
        }
    }

    /// Adds a connection. At the limit, the connection that has been idle longest is closed.
    ///
    /// # Errors
    /// [`Full`] at the limit, if all connections are busy.
    pub(super) fn join(self: &Arc<Self>, wire: Arc<Wire>) -> Result<Membership, Full> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let member = Arc::new(Member {
            wire,
            idle_since: AtomicU64::new(BUSY),
            is_cut: AtomicBool::new(false),
            has_thread: AtomicBool::new(true),
        });
        let mut members = self.members();
        if members.len() >= self.capacity && !dismiss_longest_idle(&mut members, |_| true) {
            return Err(Full);
        }
        members.insert(id, Arc::clone(&member));
        self.crowd.note_connections(members.len());
        Ok(Membership {
            roster: Arc::clone(self),
            id,
            member,
        })
    }

    /// Closes the connection that has been idle longest, and returns whether there was one.
    pub(super) fn make_room(&self) -> bool {
        dismiss_longest_idle(&mut self.members(), |_| true)
    }

    /// Closes the longest-idle connection that has a thread, to free that thread. Returns whether there was one.
    pub(super) fn free_thread(&self) -> bool {
        let has_thread = |member: &Member| member.has_thread.load(Ordering::Relaxed);
        dismiss_longest_idle(&mut self.members(), has_thread)
    }

    /// Whether an idle connection has a thread.
    pub(super) fn has_idle_thread(&self) -> bool {
        let is_idle = |member: &Arc<Member>| {
            let since = member.idle_since.load(Ordering::Acquire);
            !matches!(since, BUSY | LINGERING | DISMISSED)
        };
        self.members()
            .values()
            .any(|member| is_idle(member) && member.has_thread.load(Ordering::Relaxed))
    }

    /// Closes every idle connection and every one that only waits, and all others for [`Busy::Cut`].
    pub(super) fn dismiss_all(&self, busy: Busy) {
        for member in self.members().values() {
            if member.dismiss_if_idle() {
                continue;
            }
            let waits = member.wire.is_waiting() && !member.is_cut.swap(true, Ordering::Relaxed);
            if waits || busy == Busy::Cut {
                close::cut(&member.wire);
            }
        }
    }

    /// The number of connections.
    pub(super) fn len(&self) -> usize {
        self.members().len()
    }

    /// The number of connections with an exchange in progress.
    pub(super) fn busy(&self) -> usize {
        let is_busy = |member: &&Arc<Member>| member.idle_since.load(Ordering::Acquire) == BUSY;
        self.members().values().filter(is_busy).count()
    }

    fn members(&self) -> MutexGuard<'_, HashMap<u64, Arc<Member>>> {
        self.members.lock()
    }
}

/// What happens to connections with an exchange in progress.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Busy {
    /// They continue, unless they only wait.
    Spare,
    /// They are closed at once.
    Cut,
}

/// A connection whose request has arrived but has not been read yet is marked idle until its thread
/// runs. It is not closed.
fn dismiss_longest_idle(
    members: &mut HashMap<u64, Arc<Member>>,
    may_leave: impl Fn(&Member) -> bool,
) -> bool {
    let mut tried = BUSY;
    loop {
        let longest = members
            .iter()
            .filter(|(_, member)| may_leave(member))
            .map(|(&id, member)| (member.idle_since.load(Ordering::Acquire), id))
            .filter(|(since, _)| *since > tried && *since != DISMISSED)
            .min();
        let Some((since, id)) = longest else {
            return false;
        };
        tried = since;
        // If it has become busy in the meantime, try the next one.
        let dismissed = members.get(&id).is_some_and(|member| {
            let is_idle = since == LINGERING || !member.wire.has_arrivals();
            is_idle && member.dismiss_if_idle()
        });
        if dismissed {
            members.remove(&id);
            return true;
        }
    }
}

impl Member {
    fn dismiss_if_idle(&self) -> bool {
        let since = self.idle_since.load(Ordering::Acquire);
        let dismissed = !matches!(since, BUSY | DISMISSED)
            && self
                .idle_since
                .compare_exchange(since, DISMISSED, Ordering::AcqRel, Ordering::Acquire)
                .is_ok();
        if dismissed {
            close::cut(&self.wire);
        }
        dismissed
    }
}

impl Membership {
    /// Marks the connection as waiting for a request, so that it may be closed for another.
    pub(super) fn idle(&self) {
        let now = self.roster.clock.fetch_add(1, Ordering::Relaxed);
        self.member.idle_since.store(now, Ordering::Release);
    }

    /// Notes whether the connection has a thread.
    pub(super) fn note_thread(&self, has_thread: bool) {
        self.member.has_thread.store(has_thread, Ordering::Relaxed);
    }

    /// Marks the connection as one that the server has ended. It needs no thread of its own.
    pub(super) fn linger(&self) {
        self.note_thread(false);
        self.member.idle_since.store(LINGERING, Ordering::Release);
    }

    /// Whether the server has closed the connection for another one.
    pub(super) fn is_dismissed(&self) -> bool {
        self.member.idle_since.load(Ordering::Acquire) == DISMISSED
    }

    /// Marks the connection as busy. Returns `false` if it was closed in the meantime.
    pub(super) fn busy(&self) -> bool {
        let since = self.member.idle_since.load(Ordering::Acquire);
        since == BUSY
            || since != DISMISSED
                && self
                    .member
                    .idle_since
                    .compare_exchange(since, BUSY, Ordering::AcqRel, Ordering::Acquire)
                    .is_ok()
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        let mut members = self.roster.members();
        members.remove(&self.id);
        self.roster.crowd.note_connections(members.len());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{TcpListener, TcpStream};

    use super::*;

    fn wire() -> (Arc<Wire>, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (Wire::new(listener.accept().unwrap().0).unwrap(), client)
    }

    #[test]
    fn a_request_that_has_arrived_is_not_idle() {
        let roster = Arc::new(Roster::new(2, Arc::default()));
        let (first, mut client) = wire();
        let (second, _other) = wire();
        let first = roster.join(first).unwrap();
        let second = roster.join(second).unwrap();
        first.idle();
        second.idle();
        client.write_all(b"G").unwrap();
        assert!(roster.make_room());
        assert!(first.busy());
        assert!(!second.busy(), "it was dismissed");
        first.idle();
        assert!(!roster.make_room());
    }

    #[test]
    fn a_connection_without_a_thread_frees_none() {
        let roster = Arc::new(Roster::new(2, Arc::default()));
        let (first, _a) = wire();
        let (second, _b) = wire();
        let first = roster.join(first).unwrap();
        let second = roster.join(second).unwrap();
        first.idle();
        first.note_thread(false);
        assert!(!roster.free_thread(), "the other is busy");
        assert!(!roster.has_idle_thread());
        second.linger();
        assert!(!roster.free_thread(), "one that lingers has no thread");
        assert!(!roster.has_idle_thread());
        second.note_thread(true);
        second.idle();
        assert!(roster.has_idle_thread());
        assert!(roster.free_thread());
        assert!(first.busy());
        assert!(second.is_dismissed());
        assert!(!second.busy());
    }

    #[test]
    fn the_longest_idle_makes_room() {
        let roster = Arc::new(Roster::new(2, Arc::default()));
        let (first, _a) = wire();
        let (second, _b) = wire();
        let (third, _c) = wire();
        let (fourth, _d) = wire();
        let first = roster.join(first).unwrap();
        let second = roster.join(second).unwrap();
        assert!(matches!(roster.join(Arc::clone(&third)), Err(Full)));
        second.idle();
        first.idle();
        let _third = roster.join(third).unwrap();
        assert!(!second.busy(), "it was dismissed");
        assert!(first.busy());
        assert!(matches!(roster.join(fourth), Err(Full)));
        assert_eq!((roster.len(), roster.busy()), (2, 2));
        drop(first);
        assert_eq!(roster.len(), 1);
    }
}
