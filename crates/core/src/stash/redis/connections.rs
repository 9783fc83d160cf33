//! Connections to Redis: those that nothing uses are kept for the next call, and an outage is logged once.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use redis::{ConnectionInfo, ConnectionLike as _, RedisError, RedisResult};
use rustix_futex_sync::Mutex;

use super::super::Unavailable;
use super::transport::Transport;
use crate::forks::PerProcess;

/// How long Redis has to accept a connection, and to answer, in addition to the time that a command asks it to wait.
const ANSWER: Duration = Duration::from_secs(5);

/// After so long without use, a connection is tried before it is trusted: Redis may have been restarted.
const IDLE: Duration = Duration::from_secs(1);

/// Unused connections that are kept. A crowd of handlers that waited needs no more later.
const MAX_IDLE: usize = 64;

pub(super) struct Connections {
    info: ConnectionInfo,
    /// The address without a password.
    name: String,
    /// The child of a fork has none of its parent's, on which either would read the other's replies.
    unused: PerProcess<Mutex<Vec<(Transport, Instant)>>>,
    /// Whether the last call failed.
    is_out: AtomicBool,
}

impl Connections {
    pub(super) fn new(info: ConnectionInfo, name: String) -> Self {
        Self {
            info,
            name,
            unused: PerProcess::new(Mutex::default),
            is_out: AtomicBool::new(false),
        }
    }

    /// Runs a command that Redis answers at once.
    pub(super) fn run<T>(
        &self,
        command: impl FnOnce(&mut Transport) -> RedisResult<T>,
    ) -> Result<T, Unavailable> {
        self.wait(Duration::ZERO, command)
    }

    /// Runs a command that lets Redis wait so long before it answers.
    pub(super) fn wait<T>(
        &self,
        wait: Duration,
        command: impl FnOnce(&mut Transport) -> RedisResult<T>,
    ) -> Result<T, Unavailable> {
        match self.try_to(wait, command) {
            Ok(value) => {
                if self.is_out.load(Ordering::Relaxed) && self.is_out.swap(false, Ordering::Relaxed)
                {
                    log::info!("the stash at {} is available again", self.name);
                }
                Ok(value)
            }
            Err(error) => Err(self.note(&error)),
        }
    }

    /// Asks for an answer. The caller reports an outage.
    pub(super) fn check(&self) -> Result<(), Unavailable> {
        let answer = self.try_to(Duration::ZERO, |redis| {
            redis::cmd("PING").query::<String>(redis)
        });
        answer.map(drop).map_err(|error| self.unavailable(&error))
    }

    fn try_to<T>(
        &self,
        wait: Duration,
        command: impl FnOnce(&mut Transport) -> RedisResult<T>,
    ) -> RedisResult<T> {
        let mut connection = self.connection()?;
        if !wait.is_zero() {
            connection.set_timeout(wait + ANSWER)?;
        }
        let result = command(&mut connection);
        // A refusal has a code, and leaves the connection usable; after anything else its state is unknown.
        let is_usable = match &result {
            Ok(_) => true,
            Err(error) => error.code().is_some(),
        };
        if is_usable {
            if !wait.is_zero() {
                connection.set_timeout(ANSWER)?;
            }
            let mut unused = self.unused.get().lock();
            if unused.len() < MAX_IDLE {
                unused.push((connection, Instant::now()));
            }
        }
        result
    }

    /// A connection that nothing else uses.
    fn connection(&self) -> RedisResult<Transport> {
        loop {
            let Some((mut connection, since)) = self.unused.get().lock().pop() else {
                break;
            };
            if since.elapsed() < IDLE || connection.check_connection() {
                return Ok(connection);
            }
        }
        Transport::connect(&self.info, ANSWER)
    }

    fn note(&self, error: &RedisError) -> Unavailable {
        if error.code().is_none() {
            // They lead to the same process, which has gone.
            self.unused.get().lock().clear();
        }
        let unavailable = self.unavailable(error);
        if !self.is_out.swap(true, Ordering::Relaxed) {
            log::error!("{unavailable}");
        }
        unavailable
    }

    fn unavailable(&self, error: &RedisError) -> Unavailable {
        Unavailable {
            store: self.name.clone(),
            problem: match error.is_timeout() {
                true => format!("no answer within {} s", ANSWER.as_secs()),
                false => error.to_string(),
            },
        }
    }
}
