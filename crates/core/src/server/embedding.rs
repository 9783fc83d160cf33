//! What a program that embeds servers in another language does with them: it listens first and accepts later, changes
//! the whole site while serving, and has its own configuration and its own patience when it stops.

use std::io;
use std::net::SocketAddr;
#[cfg(feature = "python")]
use std::os::fd::RawFd;
use std::sync::Arc;
use std::thread;
#[cfg(feature = "python")]
use std::time::Duration;

use serde_json::{Map, Value};

#[cfg(feature = "python")]
use crate::exchange::ServerContext;
use crate::forks;
use crate::site::Site;

#[cfg(feature = "python")]
use super::Builder;
#[cfg(feature = "python")]
use super::shared::Shared;
use super::{Server, accepting};

/// Computes a configuration for the addresses that a server listens on.
pub type Configuration = Box<dyn FnOnce(&[SocketAddr]) -> io::Result<Map<String, Value>> + Send>;

/// What would fail a test: what handlers have failed with, and the expectations that are not met.
#[cfg(feature = "python")]
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// What handlers have failed with.
    pub failed: Vec<String>,
    /// The expectations that are not met.
    pub unmet: Option<String>,
}

#[cfg(feature = "python")]
impl Shared {
    /// What would fail a test now.
    pub fn findings(&self) -> Findings {
        Findings {
            failed: self.failed(),
            unmet: self.mocks.unmet(self.recording.as_deref()),
        }
    }
}

#[cfg(feature = "python")]
impl Builder {
    /// Shows templates and scripts these keys and values as the configuration of the server, instead of those
    /// that follow from names and ports.
    #[doc(hidden)]
    #[must_use]
    pub fn configuration(mut self, values: Configuration) -> Self {
        self.configuration = Some(values);
        self
    }
}

impl Server {
    /// Starts accepting connections on the sockets that are listened on.
    ///
    /// # Errors
    /// When a thread cannot be started.
    #[doc(hidden)]
    pub fn accept(&mut self) -> io::Result<()> {
        for (socket, listener) in self.listening.drain(..) {
            let shared = Arc::clone(&self.shared);
            let thread = thread::Builder::new().name("wireserve-accept".to_owned());
            let accept = move || accepting::accept(&socket, &listener, &shared);
            let thread = forks::spawn(thread, accept)?;
            self.accepting.push(thread);
        }
        Ok(())
    }

    /// Changes the site while serving. Requests that are read from now on find the changed one.
    ///
    /// # Errors
    /// Those of the change; the site then stays as it was.
    #[doc(hidden)]
    pub fn change<E>(&self, change: impl FnOnce(&mut Site) -> Result<(), E>) -> Result<(), E> {
        let mut current = self.shared.site.write();
        let mut site = Site::clone(&current);
        change(&mut site)?;
        let before = std::mem::replace(&mut *current, Arc::new(site));
        drop(current);
        // Its handlers may be dropped here, after the lock is released.
        drop(before);
        Ok(())
    }
}

#[cfg(feature = "python")]
impl Server {
    /// The descriptors of its listeners.
    #[doc(hidden)]
    pub fn listeners(&self) -> Vec<RawFd> {
        let sockets = self.shared.door.listeners();
        let sockets = sockets.iter();
        sockets.filter_map(|socket| socket.descriptor()).collect()
    }

    /// What the exchanges of the server share.
    #[doc(hidden)]
    pub fn context(&self) -> &Arc<ServerContext> {
        &self.shared.context
    }

    /// Stops accepting, ends the waits of wire scripts, lets other exchanges finish for `grace`, then cuts them
    /// and waits for their threads, but not longer than `limit`. Returns what would fail a test, and forgets it.
    #[doc(hidden)]
    pub fn stop_within(mut self, grace: Duration, limit: Duration) -> Findings {
        self.stop_now(grace, limit);
        let findings = self.shared.findings();
        self.shared.mocks.clear();
        findings
    }
}
