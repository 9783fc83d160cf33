//! The lock of a stash on Redis. Its holder has a lease, which a thread renews as long as this process lives, and
//! contenders get it in the order in which they asked.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use redis::{Script, ScriptInvocation};
use rustix_futex_sync::{Condvar, Mutex};
use uuid::Uuid;

use super::super::{Unavailable, UnlockError};
use super::connections::Connections;
use crate::forks::{self, PerProcess};

/// How long the lock outlives a process that held it, and how long a contender counts without asking again.
const LEASE: Duration = Duration::from_secs(5);

/// How often a lease is renewed, and a contender asks again: several times in a lease.
const RENEWAL: Duration = Duration::from_secs(1);

pub(super) struct Lock {
    shared: Arc<Shared>,
    scripts: Scripts,
    /// The beginnings of the keys.
    holder: Vec<u8>,
    queue: Vec<u8>,
    contenders: Vec<u8>,
}

struct Scripts {
    acquire: Script,
    try_acquire: Script,
    release: Script,
}

/// What the thread that renews the lease sees.
struct Shared {
    connections: Arc<Connections>,
    holder: Vec<u8>,
    renew: Script,
    /// The child of a fork holds nothing at first, and has no thread.
    lease: PerProcess<Lease>,
}

/// Whether the lock is held, for the thread that renews the lease.
#[derive(Default)]
struct Lease {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// The name under which this process holds the lock.
    held: Option<Held>,
    /// Whether a thread renews leases.
    has_thread: bool,
    /// Whether that thread must end.
    is_closed: bool,
}

struct Held {
    name: String,
    is_lost: bool,
}

impl Lock {
    pub(super) fn new(connections: Arc<Connections>, prefix: &str) -> Self {
        let key = |name: &str| format!("{prefix}lock:{name}").into_bytes();
        Self {
            shared: Arc::new(Shared {
                connections,
                holder: key("holder"),
                renew: Script::new(include_str!("scripts/renew.lua")),
                lease: PerProcess::new(Lease::default),
            }),
            scripts: Scripts {
                acquire: Script::new(include_str!("scripts/acquire.lua")),
                try_acquire: Script::new(include_str!("scripts/try_acquire.lua")),
                release: Script::new(include_str!("scripts/release.lua")),
            },
            holder: key("holder"),
            queue: key("queue"),
            contenders: key(""),
        }
    }

    pub(super) fn try_acquire(&self) -> Result<bool, Unavailable> {
        let name = contender();
        let call = self.call(&self.scripts.try_acquire, &name);
        let is_held = self.shared.connections.run(|redis| call.invoke(redis))?;
        if is_held {
            self.hold(name);
        }
        Ok(is_held)
    }

    pub(super) fn acquire(&self) -> Result<(), Unavailable> {
        let name = contender();
        let mut call = self.call(&self.scripts.acquire, &name);
        call.arg(milliseconds(LEASE));
        let wake = [&self.contenders[..], b"wake:", name.as_bytes()].concat();
        while !self.shared.connections.run(|redis| call.invoke(redis))? {
            // Returns at once when the lock is handed over.
            self.shared.connections.wait(RENEWAL, |redis| {
                let mut wait = redis::cmd("BLPOP");
                wait.arg(&wake).arg(RENEWAL.as_secs());
                wait.query::<Option<(Vec<u8>, Vec<u8>)>>(redis)
            })?;
        }
        self.hold(name);
        Ok(())
    }

    pub(super) fn release(&self) -> Result<(), UnlockError> {
        let held = self.shared.lease.get().state.lock().held.take();
        let held = held.ok_or(UnlockError::NotHeld)?;
        let call = self.call(&self.scripts.release, &held.name);
        let was_held: bool = self.shared.connections.run(|redis| call.invoke(redis))?;
        match was_held && !held.is_lost {
            true => Ok(()),
            false => Err(UnlockError::Lost),
        }
    }

    /// A call with what all scripts of the lock take.
    fn call<'a>(&self, script: &'a Script, name: &str) -> ScriptInvocation<'a> {
        let mut call = script.prepare_invoke();
        call.key(&self.holder[..]).key(&self.queue[..]);
        call.arg(&self.contenders[..])
            .arg(name)
            .arg(milliseconds(LEASE));
        call
    }

    fn hold(&self, name: String) {
        let lease = self.shared.lease.get();
        let mut state = lease.state.lock();
        state.held = Some(Held {
            name,
            is_lost: false,
        });
        if state.has_thread {
            lease.changed.notify_one();
            return;
        }
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("stash-lease".to_owned());
        match forks::spawn(thread, move || shared.renew_leases()) {
            Ok(_) => state.has_thread = true,
            Err(error) => log::error!(
                "the lease of the stash lock is not renewed, and ends after {} s: {error}",
                LEASE.as_secs()
            ),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let lease = self.shared.lease.get();
        lease.state.lock().is_closed = true;
        lease.changed.notify_one();
    }
}

impl Shared {
    fn renew_leases(&self) {
        let lease = self.lease.get();
        let mut state = lease.state.lock();
        loop {
            if state.held.is_none() && !state.is_closed {
                state = lease.changed.wait(state);
            }
            if !state.is_closed {
                (state, _) = lease.changed.wait_timeout(state, RENEWAL);
            }
            if state.is_closed {
                return;
            }
            let Some(name) = state.held.as_ref().map(|held| held.name.clone()) else {
                continue;
            };
            drop(state);
            let renewed: Result<bool, _> = self.connections.run(|redis| {
                let mut call = self.renew.key(&self.holder[..]);
                call.arg(&name).arg(milliseconds(LEASE)).invoke(redis)
            });
            state = lease.state.lock();
            if renewed == Ok(false)
                && let Some(held) = state.held.as_mut()
                && held.name == name
                && !held.is_lost
            {
                held.is_lost = true;
                log::error!("{}", UnlockError::Lost);
            }
        }
    }
}

/// A name that no other contender has.
fn contender() -> String {
    Uuid::new_v4().simple().to_string()
}

fn milliseconds(duration: Duration) -> u64 {
    duration.as_secs() * 1000
}
