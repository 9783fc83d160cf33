//! Starting a server: from a builder to sockets that listen.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rustix_futex_sync::RwLock;

use crate::exchange::ServerContext;
use crate::hosts::Hosts;
use crate::mock::Mocks;
use crate::record::Recording;
use crate::stash::MemoryStash;

use super::addresses::Place;
use super::door::Door;
use super::freed::Freed;
use super::keep_alive::KeepAlive;
use super::lingering::Lingering;
use super::listening::{Listener, Listening};
use super::opening::{Asked, Opening, Origin, Served};
use super::resting::Resting;
use super::roster::Roster;
use super::shared::Shared;
use super::threads::Threads;
use super::{Builder, DEFAULT_HOST, MAX_REFUSING, Server, websockets};

impl Builder {
    /// Starts listening and accepting connections.
    ///
    /// See the example of [`Builder`].
    ///
    /// # Errors
    /// When a limit is 0, the server cannot listen on an address, start a thread, or use the folder
    /// for transcripts, or a handler cannot start.
    pub fn start(self) -> io::Result<Server> {
        let mut server = self.listen()?;
        server.accept()?;
        Ok(server)
    }

    /// Starts listening. Clients can connect, and wait until [`Server::accept`] is called.
    ///
    /// # Errors
    /// As for [`Builder::start`].
    #[doc(hidden)]
    pub fn listen(mut self) -> io::Result<Server> {
        self.limits.check()?;
        if self.hosts.is_empty() {
            self.hosts.push(DEFAULT_HOST.to_owned());
        }
        let recorder = self.transcripts.recorder()?;
        #[cfg(feature = "tls")]
        let tls = self.prepare_tls()?;
        #[cfg(feature = "tls")]
        let has_certificates = tls.has_schemes();
        #[cfg(not(feature = "tls"))]
        let has_certificates = false;
        self.prepare_websockets();
        let opened = Opening::new(Asked {
            hosts: &self.hosts,
            ports: &self.ports,
            own: self.listeners.iter().map(|(port, _)| *port).collect(),
            unix: &self.unix,
            served: Served {
                tls: has_certificates,
                websockets: self.websockets.is_some(),
            },
            inherited: self.inherited,
        })?;
        let addresses = opened.addresses();
        if opened.http.is_empty()
            && let Some((first, _)) = opened.listeners.first()
        {
            let host = || first.address().host();
            self.names.browser_host.get_or_insert_with(host);
        }
        self.names.ports.extend(opened.shown);
        let hosts = match self.configuration {
            Some(values) => Hosts::of_configuration(values(&addresses)?, self.site.doc_root()),
            None => Hosts::new(self.names, &opened.http, self.site.doc_root()),
        };
        let stash = self.stash.unwrap_or_else(|| {
            let limit = self.limits.stash;
            Arc::new(MemoryStash::with_limit(limit))
        });
        let mut context = ServerContext::new(hosts, stash, self.limits.request());
        context.validators = self.validators;
        let context = Arc::new(context);
        let crowd = Arc::clone(&context.crowd);
        let shortage = crowd.shortage();
        let own = self.listeners.iter().filter_map(|(_, one)| one.handler());
        for handler in self.site.handlers().chain(&self.websockets).chain(own) {
            handler.start(&context)?;
        }
        let listeners = opened.listeners.into_iter();
        let listeners = listeners.map(|(socket, origin)| (Arc::new(socket), origin));
        let (sockets, origins): (Vec<_>, Vec<_>) = listeners.unzip();
        let mut server = Server {
            shared: Arc::new(Shared {
                addresses,
                context,
                site: RwLock::new(Arc::new(self.site)),
                roster: Arc::new(Roster::new(self.limits.connections, crowd)),
                recorder,
                latency: self.latency,
                access_log: self.access_log,
                phases: self.phases,
                limits: self.limits,
                budgets: Arc::new(self.limits.budgets()),
                threads: Threads::new(shortage),
                freed: Freed::default(),
                resting: Resting::default(),
                lingering: Lingering::default(),
                refusing: Arc::new(Roster::new(MAX_REFUSING, Arc::default())),
                stopping: AtomicBool::new(false),
                mocks: Mocks::default(),
                recording: self.record.map(|limits| Arc::new(Recording::new(limits))),
                keep_alive: KeepAlive::default(),
                door: Door::of(sockets.clone()),
                shows_transcripts: AtomicBool::new(false),
            }),
            listening: Vec::new(),
            accepting: Vec::new(),
            places: Vec::new(),
            reserved: opened.reserved,
        };
        let handler = self.websockets.as_ref();
        for (socket, origin) in sockets.into_iter().zip(origins) {
            let listener = Arc::new(Listener {
                listening: match &origin {
                    Origin::Scheme(scheme) => websockets::listening(scheme, handler),
                    Origin::Listener(index) => self.listeners[*index].1.clone(),
                    Origin::Unix => Listening::default(),
                },
                #[cfg(feature = "tls")]
                tls: match &origin {
                    Origin::Scheme(scheme) => tls.for_scheme(scheme),
                    Origin::Listener(index) => tls.for_listener(*index),
                    Origin::Unix => None,
                },
            });
            server.places.push(Place {
                address: socket.address().clone(),
                spoken: listener.scheme(),
                origin,
            });
            server.listening.push((socket, listener));
        }
        Ok(server)
    }
}
