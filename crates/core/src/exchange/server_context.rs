//! What the exchanges of one server share. Two servers in one process have two of these, and share
//! nothing of them.

use std::any::Any;
use std::sync::{Arc, OnceLock};

use super::counters::Counters;
use super::crowd::Crowd;
use super::failures::Failures;
use super::{Events, RequestLimits};
use crate::hosts::Hosts;
use crate::stash::Stash;

/// The part of a server that its exchanges and their handlers see.
pub struct ServerContext {
    /// Names and ports.
    pub hosts: Arc<Hosts>,
    /// Events that exchanges wait for and set.
    pub events: Arc<Events>,
    /// Counts for the steps of wire scripts that are only for the first requests or connections.
    pub(crate) counters: Counters,
    /// Whether the server has many connections.
    pub(crate) crowd: Arc<Crowd>,
    /// Values that one request stores for another.
    pub stash: Arc<dyn Stash>,
    /// Limits of the work that one request may cause.
    pub limits: RequestLimits,
    /// Whether plain files have validators, and answer conditional and range requests as RFC 9110
    /// asks; otherwise as the reference does.
    pub validators: bool,
    /// Panics of handlers, and of content while it was made.
    pub(crate) panics: Failures,
    /// Created at its first use, by the layer above that needs it.
    local: OnceLock<Box<dyn Any + Send + Sync>>,
}

impl ServerContext {
    /// The context of a server that has handled no request.
    pub fn new(hosts: Hosts, stash: Arc<dyn Stash>, limits: RequestLimits) -> Self {
        Self {
            hosts: Arc::new(hosts),
            events: Arc::default(),
            counters: Counters::default(),
            crowd: Arc::default(),
            stash,
            limits,
            validators: true,
            panics: Failures::default(),
            local: OnceLock::new(),
        }
    }

    /// A value that a higher layer keeps as long as the server exists. Only one type can be kept.
    ///
    /// # Panics
    /// If the value was made with another type.
    pub fn local<T: Default + Send + Sync + 'static>(&self) -> &T {
        self.local
            .get_or_init(|| Box::<T>::default())
            .downcast_ref()
            .expect("only `python` keeps a value")
    }
}
