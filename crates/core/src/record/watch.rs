//! Watching a recording: what has changed since a number of a change, for the streams and waits of the
//! control interface. Nothing is kept for a watcher: each change has a number, and a request has the number of
//! its latest change, so that a watcher that comes back learns what is true now.

use std::time::{Duration, Instant};

use super::{RecordedRequest, Recording};

/// How often a wait checks that its client is still connected.
const CHECK: Duration = Duration::from_millis(50);

/// What has changed in a recording since an earlier change.
#[derive(Debug)]
pub(crate) struct Changes {
    /// The number of the latest change among these.
    pub(crate) latest: u64,
    /// Whether all requests before these were forgotten.
    pub(crate) is_cleared: bool,
    /// Whether requests were dropped because of the limits.
    pub(crate) has_dropped: bool,
    /// How many were dropped since the recording was cleared.
    pub(crate) dropped: u64,
    /// The number of the oldest request that is kept, or would be.
    pub(crate) first: u64,
    /// The requests that are new or have changed, in the order of their changes.
    pub(crate) requests: Vec<RecordedRequest>,
}

impl Recording {
    /// What has changed since a change, at most so many requests; `None` if nothing has.
    pub(crate) fn changes_since(&self, since: u64, limit: usize) -> Option<Changes> {
        let kept = self.kept.lock();
        // A number of another recording means nothing here.
        let since = if since > kept.changes { 0 } else { since };
        if since == kept.changes {
            return None;
        }
        let changed = kept.requests.iter().filter(|one| one.changed > since);
        let mut changed: Vec<_> = changed.collect();
        changed.sort_unstable_by_key(|request| request.changed);
        let is_whole = changed.len() <= limit;
        changed.truncate(limit);
        let requests: Vec<_> = changed.into_iter().cloned().collect();
        let last = requests.last().map(RecordedRequest::changed);
        Some(Changes {
            latest: match last {
                Some(last) if !is_whole => last,
                _ => kept.changes,
            },
            is_cleared: kept.cleared > since,
            has_dropped: kept.dropped > 0 && kept.dropped_at > since,
            dropped: kept.dropped,
            first: kept
                .requests
                .front()
                .map_or(kept.latest + 1, |one| one.number),
            requests,
        })
    }

    /// Waits until something has changed since a change; `false` if the time passes first, or the client
    /// leaves.
    pub(crate) fn wait_for_change(
        &self,
        since: u64,
        limit: Instant,
        is_connected: impl Fn() -> bool,
    ) -> bool {
        let mut kept = self.kept.lock();
        while kept.changes == since {
            let left = limit.saturating_duration_since(Instant::now());
            if left.is_zero() || !is_connected() {
                return false;
            }
            (kept, _) = self.changed.wait_timeout(kept, left.min(CHECK));
        }
        true
    }

    /// The request with this number, if it is kept.
    pub(crate) fn request(&self, number: u64) -> Option<RecordedRequest> {
        self.kept.lock().by_number(number).cloned()
    }

    /// The numbers of the latest request and of the latest change.
    pub(crate) fn latest(&self) -> (u64, u64) {
        let kept = self.kept.lock();
        (kept.latest, kept.changes)
    }
}
