//! The stash on a Redis server, for wireserve processes on any number of machines. Needs Redis 6.2 or later.
//!
//! Each operation is one command or one script, which Redis runs atomically. Keys begin with a prefix and expire.

mod connections;
mod lock;
mod queues;
mod transport;
mod url;

use std::sync::Arc;
use std::time::Duration;

use super::{Key, PutError, SharedQueues, Stash, Unavailable, UnlockError};

use connections::Connections;
use lock::Lock;
use url::Location;

pub use url::RedisUrlError;

/// A stash on Redis. Servers whose URL has the same database and prefix share it.
///
/// ```
/// use std::sync::Arc;
///
/// use wireserve::Server;
/// use wireserve::stash::RedisStash;
///
/// // Nothing listens at port 1.
/// let stash = RedisStash::new("redis://127.0.0.1:1/0?prefix=farm:&ttl=600")?;
/// let error = stash.check().expect_err("there is no Redis");
/// assert!(error.to_string().starts_with("the stash at redis://127.0.0.1:1"), "{error}");
/// let server = Server::builder().stash(Arc::new(stash)).start()?; // connects when it must
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RedisStash {
    connections: Arc<Connections>,
    lock: Lock,
    queue_scripts: queues::Scripts,
    prefix: String,
    time_to_live: Duration,
}

impl RedisStash {
    /// A stash at a URL: `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]`, `rediss://…` (feature `tls`) or
    /// `unix:///PATH[?db=DATABASE&user=USER&pass=PASSWORD]`. Its query may have `prefix`, with which all keys
    /// begin (default `wireserve:`), and `ttl`, the seconds after which values expire (default 3600). The first
    /// call connects.
    ///
    /// See the example of [`RedisStash`].
    ///
    /// # Errors
    /// [`RedisUrlError`] if it is no such URL.
    pub fn new(url: &str) -> Result<Self, RedisUrlError> {
        let location = Location::parse(url)?;
        let connections = Arc::new(Connections::new(location.info, location.name));
        Ok(Self {
            lock: Lock::new(Arc::clone(&connections), &location.prefix),
            connections,
            queue_scripts: queues::Scripts::default(),
            prefix: location.prefix,
            time_to_live: location.time_to_live,
        })
    }

    /// Asks Redis whether it is there.
    ///
    /// See the example of [`RedisStash`].
    ///
    /// # Errors
    /// [`Unavailable`] if it does not answer within 5 s, or refuses.
    pub fn check(&self) -> Result<(), Unavailable> {
        self.connections.check()
    }

    fn value_key(&self, key: &Key) -> Vec<u8> {
        let uuid = uuid::Uuid::from_bytes(key.uuid).simple();
        let mut name = format!("{}value:{uuid}:", self.prefix).into_bytes();
        name.extend_from_slice(&key.path);
        name
    }

    fn time_to_live_in_ms(&self) -> u64 {
        self.time_to_live.as_secs() * 1000
    }
}

impl Stash for RedisStash {
    fn is_remote(&self) -> bool {
        true
    }

    fn put(&self, key: Key, value: Vec<u8>) -> Result<(), PutError> {
        let mut set = redis::cmd("SET");
        set.arg(self.value_key(&key)).arg(value);
        set.arg("NX").arg("PX").arg(self.time_to_live_in_ms());
        let done = self
            .connections
            .run(|redis| set.query::<Option<String>>(redis))?;
        done.map(drop).ok_or(PutError::Occupied)
    }

    fn take(&self, key: &Key) -> Result<Option<Vec<u8>>, Unavailable> {
        let mut take = redis::cmd("GETDEL");
        take.arg(self.value_key(key));
        self.connections.run(|redis| take.query(redis))
    }

    fn try_lock(&self) -> Result<bool, Unavailable> {
        self.lock.try_acquire()
    }

    fn lock(&self) -> Result<(), Unavailable> {
        self.lock.acquire()
    }

    fn unlock(&self) -> Result<(), UnlockError> {
        self.lock.release()
    }

    fn queues(&self) -> Option<&dyn SharedQueues> {
        Some(self)
    }
}
