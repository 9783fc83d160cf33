//! Queues in memory.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use rustix_futex_sync::{Condvar, Mutex};

use crate::sync::LONGEST_WAIT;

use super::{Pushed, QueueId, SharedQueues, Unavailable};

/// Bytes that an item counts in addition to its own.
const EACH: usize = 128;

/// How long a queue with items is kept without use, if there is no room for others.
const UNUSED: Duration = Duration::from_secs(60 * 60);

/// Keeps queues as long as they have items or unfinished work.
///
/// See the example of [`SharedQueues`].
#[derive(Debug)]
pub struct MemoryQueues {
    queues: Mutex<Queues>,
    changed: Condvar,
    /// Bytes of all items together.
    limit: usize,
}

#[derive(Debug, Default)]
struct Queues {
    by_id: HashMap<QueueId, Queue>,
    /// The sizes of all items. More than the limit only if some have been given back.
    bytes: usize,
}

#[derive(Debug)]
struct Queue {
    items: VecDeque<Vec<u8>>,
    unfinished: usize,
    used: Instant,
}

impl MemoryQueues {
    /// No queues yet; their items may have so many bytes together. Each counts 128 bytes in addition.
    ///
    /// See the example of [`SharedQueues`].
    pub fn with_limit(limit: usize) -> Self {
        Self {
            queues: Mutex::default(),
            changed: Condvar::new(),
            limit,
        }
    }

    /// Makes an item that has been popped the oldest one again.
    #[cfg(feature = "cli")]
    pub(super) fn give_back(&self, id: &QueueId, item: Vec<u8>) {
        let mut queues = self.queues.lock();
        // There may be no room for it anymore.
        queues.bytes += size(&item);
        queues.queue(id).items.push_front(item);
        self.changed.notify_all();
    }

    /// Waits until `find` finds something, or so long.
    fn wait<T>(&self, wait: Duration, mut find: impl FnMut(&mut Queues) -> Option<T>) -> Option<T> {
        let mut found = None;
        let is_missing = |queues: &mut Queues| {
            found = find(queues);
            found.is_none()
        };
        drop(self.changed.wait_timeout_while(
            self.queues.lock(),
            wait.min(LONGEST_WAIT),
            is_missing,
        ));
        found
    }
}

impl Queues {
    fn forget_unused(&mut self) {
        let bytes = &mut self.bytes;
        self.by_id.retain(|_, queue| {
            let is_used = queue.used.elapsed() < UNUSED;
            if !is_used {
                *bytes -= queue.items.iter().map(|item| size(item)).sum::<usize>();
            }
            is_used
        });
    }

    /// A queue that is used now.
    fn queue(&mut self, id: &QueueId) -> &mut Queue {
        let now = Instant::now();
        let queue = self.by_id.entry(*id).or_insert_with(|| Queue {
            items: VecDeque::new(),
            unfinished: 0,
            used: now,
        });
        queue.used = now;
        queue
    }

    fn pop(&mut self, id: &QueueId) -> Option<Vec<u8>> {
        let queue = self.by_id.get_mut(id)?;
        queue.used = Instant::now();
        let item = queue.items.pop_front()?;
        self.bytes -= size(&item);
        self.drop_if_empty(id);
        Some(item)
    }

    fn drop_if_empty(&mut self, id: &QueueId) {
        if let Some(queue) = self.by_id.get(id)
            && queue.items.is_empty()
            && queue.unfinished == 0
        {
            self.by_id.remove(id);
        }
    }
}

fn size(item: &[u8]) -> usize {
    item.len() + EACH
}

impl SharedQueues for MemoryQueues {
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<Pushed, Unavailable> {
        let mut queues = self.queues.lock();
        let item = item.to_vec();
        let more = size(&item);
        if more > self.limit.saturating_sub(queues.bytes) {
            queues.forget_unused();
        }
        let count = queues.by_id.get(queue).map_or(0, |queue| queue.items.len());
        if count >= limit {
            return Ok(Pushed::QueueIsFull);
        }
        if more > self.limit.saturating_sub(queues.bytes) {
            return Ok(Pushed::StoreIsFull { limit: self.limit });
        }
        queues.bytes += more;
        let queue = queues.queue(queue);
        queue.unfinished += 1;
        queue.items.push_back(item);
        self.changed.notify_all();
        Ok(Pushed::Done)
    }

    fn pop(&self, queue: &QueueId, wait: Duration) -> Result<Option<Vec<u8>>, Unavailable> {
        Ok(self.wait(wait, |queues| queues.pop(queue)))
    }

    fn len(&self, queue: &QueueId) -> Result<usize, Unavailable> {
        let queues = self.queues.lock();
        Ok(queues.by_id.get(queue).map_or(0, |queue| queue.items.len()))
    }

    fn task_done(&self, id: &QueueId) -> Result<bool, Unavailable> {
        let mut queues = self.queues.lock();
        let Some(queue) = queues
            .by_id
            .get_mut(id)
            .filter(|queue| queue.unfinished > 0)
        else {
            return Ok(false);
        };
        queue.unfinished -= 1;
        queue.used = Instant::now();
        queues.drop_if_empty(id);
        self.changed.notify_all();
        Ok(true)
    }

    fn wait_until_done(&self, queue: &QueueId, wait: Duration) -> Result<bool, Unavailable> {
        let done = self.wait(wait, |queues| {
            let unfinished = queues.by_id.get(queue).map_or(0, |queue| queue.unfinished);
            (unfinished == 0).then_some(())
        });
        Ok(done.is_some())
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    const SOON: Duration = Duration::from_secs(20);

    #[test]
    fn items_come_in_order_and_once() {
        let queues = MemoryQueues::with_limit(1000);
        let (one, other) = ([1; 16], [2; 16]);
        assert_eq!(queues.pop(&one, Duration::ZERO), Ok(None));
        for item in [b"a", b"b"] {
            assert_eq!(queues.push(&one, item, 2), Ok(Pushed::Done));
        }
        assert_eq!(queues.push(&one, b"c", 2), Ok(Pushed::QueueIsFull));
        assert_eq!((queues.len(&one), queues.len(&other)), (Ok(2), Ok(0)));
        assert_eq!(queues.pop(&one, SOON), Ok(Some(b"a".to_vec())));
        assert_eq!(queues.pop(&one, Duration::ZERO), Ok(Some(b"b".to_vec())));
        assert_eq!(queues.len(&one), Ok(0));
    }

    #[test]
    fn a_wait_without_end_finds_what_comes_later() {
        let queues = MemoryQueues::with_limit(1000);
        thread::scope(|scope| {
            let popped = scope.spawn(|| queues.pop(&[1; 16], Duration::MAX));
            // It waits, or has not begun to.
            thread::sleep(Duration::from_millis(50));
            assert!(!popped.is_finished());
            assert_eq!(queues.push(&[1; 16], b"a", 1), Ok(Pushed::Done));
            assert_eq!(popped.join().unwrap(), Ok(Some(b"a".to_vec())));
        });
    }

    #[test]
    fn items_have_a_limit_together() {
        let limit = 2 * EACH + 3;
        let queues = MemoryQueues::with_limit(limit);
        assert_eq!(queues.push(&[1; 16], b"abc", 9), Ok(Pushed::Done));
        assert_eq!(
            queues.push(&[2; 16], b"d", 9),
            Ok(Pushed::StoreIsFull { limit })
        );
        assert_eq!(queues.push(&[2; 16], b"", 9), Ok(Pushed::Done));
        assert_eq!(queues.pop(&[1; 16], SOON), Ok(Some(b"abc".to_vec())));
        assert_eq!(queues.push(&[2; 16], b"d", 9), Ok(Pushed::Done));
    }

    #[test]
    fn waits_end_with_what_they_wait_for() {
        let queues = MemoryQueues::with_limit(1000);
        let id = [1; 16];
        thread::scope(|scope| {
            let pop = scope.spawn(|| queues.pop(&id, SOON));
            assert_eq!(queues.push(&id, b"a", 9), Ok(Pushed::Done));
            assert_eq!(pop.join().unwrap(), Ok(Some(b"a".to_vec())));
            assert_eq!(queues.wait_until_done(&id, Duration::ZERO), Ok(false));
            let done = scope.spawn(|| queues.wait_until_done(&id, SOON));
            assert_eq!(queues.task_done(&id), Ok(true));
            assert_eq!(done.join().unwrap(), Ok(true));
        });
        assert_eq!(queues.task_done(&id), Ok(false));
        assert_eq!(queues.queues.lock().by_id.len(), 0);
    }
}
