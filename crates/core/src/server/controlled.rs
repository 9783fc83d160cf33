//! What the control interface may do with a running server, besides what its owner does. It keeps this state, and so
//! may outlive the [`Server`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use crate::exchange::Events;
use crate::mock::Mocks;
use crate::record::Recording;
use crate::transcript::Recorder;

use super::door::Door;
use super::keep_alive::KeepAlive;
#[cfg(feature = "python")]
use super::roster::Busy;
use super::shared::Shared;
use super::{Builder, Server};

impl Shared {
    /// What the server was told to answer.
    pub fn mocks(&self) -> &Mocks {
        &self.mocks
    }

    /// The requests that it received, if it records them.
    pub fn recording(&self) -> Option<&Arc<Recording>> {
        self.recording.as_ref()
    }

    /// The transcripts of its connections, if it makes them.
    pub fn recorder(&self) -> Option<&Arc<Recorder>> {
        self.recorder.as_ref()
    }

    /// Its events.
    pub fn events(&self) -> &Events {
        &self.context.events
    }

    /// The number of open connections.
    pub fn connections(&self) -> usize {
        self.roster.len()
    }

    /// How long its connections are kept open.
    pub fn keep_alive(&self) -> &KeepAlive {
        &self.keep_alive
    }

    /// Whether it refuses connections.
    pub fn door(&self) -> &Door {
        &self.door
    }

    pub(crate) fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Cuts all connections and forgets all that another test must not see, so that it finds the server as new.
    #[cfg(feature = "python")]
    pub fn renew(&self) {
        self.roster.dismiss_all(Busy::Cut);
        self.reset();
        if let Some(recorder) = &self.recorder {
            recorder.clear();
        }
        self.context.events.number_anew();
    }

    pub(crate) fn doc_root(&self) -> PathBuf {
        self.site().doc_root().to_owned()
    }
}

impl Server {
    /// What the control interface uses beyond the life of this value.
    #[doc(hidden)]
    pub fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl Builder {
    /// Logs no line for each exchange.
    #[must_use]
    pub(crate) fn without_access_log(mut self) -> Self {
        self.access_log = false;
        self
    }
}
