//! Queues of a stash on Redis: a list of items, a counter of unfinished ones, and a list that has an element once
//! all are done. They expire with the last use.

use std::time::Duration;

use redis::Script;

use super::super::{Pushed, QueueId, SharedQueues, Unavailable};
use super::RedisStash;

pub(super) struct Scripts {
    push: Script,
    task_done: Script,
}

impl Default for Scripts {
    fn default() -> Self {
        Self {
            push: Script::new(include_str!("scripts/push.lua")),
            task_done: Script::new(include_str!("scripts/task_done.lua")),
        }
    }
}

impl RedisStash {
    fn queue_key(&self, queue: &QueueId, part: &str) -> String {
        let id = uuid::Uuid::from_bytes(*queue).simple();
        format!("{}queue:{id}:{part}", self.prefix)
    }
}

impl SharedQueues for RedisStash {
    fn push(&self, queue: &QueueId, item: &[u8], limit: usize) -> Result<Pushed, Unavailable> {
        let mut call = self.queue_scripts.push.prepare_invoke();
        for part in ["items", "unfinished", "done"] {
            call.key(self.queue_key(queue, part));
        }
        call.arg(item).arg(limit).arg(self.time_to_live_in_ms());
        Ok(match self.connections.run(|redis| call.invoke(redis))? {
            true => Pushed::Done,
            false => Pushed::QueueIsFull,
        })
    }

    fn pop(&self, queue: &QueueId, wait: Duration) -> Result<Option<Vec<u8>>, Unavailable> {
        let items = self.queue_key(queue, "items");
        if wait.is_zero() {
            return self
                .connections
                .run(|redis| redis::cmd("LPOP").arg(&items).query(redis));
        }
        let popped = self.connections.wait(wait, |redis| {
            let mut pop = redis::cmd("BLPOP");
            pop.arg(&items).arg(seconds(wait));
            pop.query::<Option<(Vec<u8>, Vec<u8>)>>(redis)
        });
        Ok(popped?.map(|(_, item)| item))
    }

    fn len(&self, queue: &QueueId) -> Result<usize, Unavailable> {
        let items = self.queue_key(queue, "items");
        self.connections
            .run(|redis| redis::cmd("LLEN").arg(&items).query(redis))
    }

    fn task_done(&self, queue: &QueueId) -> Result<bool, Unavailable> {
        let mut call = self.queue_scripts.task_done.prepare_invoke();
        call.key(self.queue_key(queue, "unfinished"));
        call.key(self.queue_key(queue, "done"));
        call.arg(self.time_to_live_in_ms());
        self.connections.run(|redis| call.invoke(redis))
    }

    fn wait_until_done(&self, queue: &QueueId, wait: Duration) -> Result<bool, Unavailable> {
        let unfinished = self.queue_key(queue, "unfinished");
        let is_open: bool = self
            .connections
            .run(|redis| redis::cmd("EXISTS").arg(&unfinished).query(redis))?;
        if !is_open || wait.is_zero() {
            return Ok(!is_open);
        }
        let done = self.queue_key(queue, "done");
        // The element stays, for the others that wait.
        let moved = self.connections.wait(wait, |redis| {
            let mut turn = redis::cmd("BLMOVE");
            turn.arg(&done).arg(&done).arg("LEFT").arg("LEFT");
            turn.arg(seconds(wait)).query::<Option<Vec<u8>>>(redis)
        });
        Ok(moved?.is_some())
    }
}

/// At least a millisecond: to Redis, 0 means without end.
fn seconds(wait: Duration) -> f64 {
    wait.max(Duration::from_millis(1)).as_secs_f64()
}
