//! How long connections are kept: limits that a test may change at any time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::exchange::crowd::Crowd;
use crate::wire::Wire;

use super::roster::Membership;

/// How long a connection is idle before it rests.
const RESTS_AFTER: Duration = Duration::from_secs(1);

/// How long a thread waits for a request on its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// As long as it takes.
    Unlimited,
    /// As long as it takes, but in a crowd at most [`RESTS_AFTER`].
    UntilItRests,
    /// At most [`RESTS_AFTER`]: the connection has rested, and something has arrived.
    Rested,
}

/// What a wait for a request came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaited {
    /// Bytes of a request are buffered.
    Request,
    /// There will be none.
    End,
    /// Nothing yet: the connection should rest.
    Nothing,
}

impl Awaited {
    fn of(count: Option<usize>, membership: &Membership) -> Self {
        match count {
            None => Self::Nothing,
            Some(1..) if membership.busy() => Self::Request,
            Some(_) => Self::End,
        }
    }
}

/// Limits of connections. 0 is without a limit.
#[derive(Debug, Default)]
pub struct KeepAlive {
    /// Nanoseconds that a connection may wait for a request.
    idle: AtomicU64,
    /// Requests of one connection.
    requests: AtomicU64,
}

impl KeepAlive {
    pub(crate) fn idle_limit(&self) -> Option<Duration> {
        let nanos = self.idle.load(Ordering::Relaxed);
        (nanos > 0).then_some(Duration::from_nanos(nanos))
    }

    /// Waits until bytes of a request are buffered, or returns because the connection should rest until then.
    pub(super) fn wait_for_request(
        &self,
        wire: &Wire,
        membership: &Membership,
        crowd: &Crowd,
        patience: Patience,
    ) -> Awaited {
        let mut inbound = wire.inbound();
        let (has_arrived, is_limited) = match patience {
            Patience::Rested => (true, true),
            Patience::Unlimited | Patience::UntilItRests => {
                let idle_limit = self.idle_limit();
                if idle_limit.is_some_and(|limit| !wire.is_readable_within(limit)) {
                    return Awaited::End;
                }
                let may_rest = patience == Patience::UntilItRests;
                let is_limited = may_rest && idle_limit.is_none() && crowd.is_large();
                (idle_limit.is_some(), is_limited)
            }
        };
        // What has been read is no longer seen in the kernel's buffer: the connection must not look idle then.
        if has_arrived && !membership.busy() {
            return Awaited::End;
        }
        let count = match is_limited {
            true => inbound.fill_first_within(RESTS_AFTER),
            false => Some(inbound.fill_first()),
        };
        if has_arrived && count.is_none() {
            membership.idle();
        }
        Awaited::of(count, membership)
    }

    /// Whether a connection ends with its request of this number.
    pub(super) fn is_last(&self, request: u64) -> bool {
        let limit = self.requests.load(Ordering::Relaxed);
        limit > 0 && request >= limit
    }

    /// The limit of the requests of one connection.
    #[cfg(feature = "control")]
    pub(crate) fn requests(&self) -> Option<u64> {
        let requests = self.requests.load(Ordering::Relaxed);
        (requests > 0).then_some(requests)
    }

    /// Limits how long a connection may be idle.
    pub fn set_idle_limit(&self, time: Option<Duration>) {
        let nanos = time.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX));
        self.idle.store(nanos, Ordering::Relaxed);
    }

    /// Limits the requests of one connection.
    pub fn set_requests(&self, count: Option<u64>) {
        self.requests.store(count.unwrap_or(0), Ordering::Relaxed);
    }

    pub(super) fn clear(&self) {
        self.set_idle_limit(None);
        self.set_requests(None);
    }
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};
    use std::sync::Arc;
    use std::thread;

    use super::super::roster::Roster;
    use super::*;

    #[test]
    fn a_connection_that_continues_is_not_closed_for_another() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let wire = Wire::new(listener.accept().unwrap().0).unwrap();
        let roster = Arc::new(Roster::new(1, Arc::default()));
        let membership = roster.join(Arc::clone(&wire)).unwrap();
        membership.idle();
        let wait = |patience| {
            let limits = KeepAlive::default();
            limits.wait_for_request(&wire, &membership, &Crowd::default(), patience)
        };
        // Whatever had arrived has been read, and was no request yet, as half a record of TLS.
        thread::scope(|scope| {
            let waits = scope.spawn(|| wait(Patience::Rested));
            while roster.busy() == 0 {
                assert!(!waits.is_finished());
                thread::yield_now();
            }
            assert!(!roster.make_room());
            assert_eq!(waits.join().unwrap(), Awaited::Nothing);
        });
        assert!(roster.make_room(), "it is idle again");
        assert_eq!(wait(Patience::Rested), Awaited::End);
        assert!(membership.is_dismissed());
    }
}
