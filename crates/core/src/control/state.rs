//! What the resources work on: the controlled server, and the names of routes that clients have put.

use std::sync::Arc;

use rustix_futex_sync::Mutex;
use serde_json::Value;

use crate::mock::Route;
use crate::record::Recording;
use crate::server::Shared;

use super::reply::Refusal;

/// The most routes that clients can put.
const MAX_ROUTES: usize = 10_000;

/// The most answers, and the most connection scripts, that can be queued.
const MAX_QUEUED: usize = 10_000;

/// The controlled server, and what clients have put.
pub(super) struct State {
    pub(super) server: Arc<Shared>,
    pub(super) recording: Arc<Recording>,
    routes: Mutex<Named>,
}

#[derive(Default)]
struct Named {
    /// In the order in which they were put.
    routes: Vec<NamedRoute>,
    /// The latest name that was made for a route.
    latest: u64,
}

/// A route that a client has put.
#[derive(Clone)]
pub(super) struct NamedRoute {
    pub(super) id: String,
    pub(super) route: Route,
    /// As the client has put it.
    pub(super) definition: Value,
}

/// What happened to a route that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Put {
    Added,
    Replaced,
}

impl State {
    pub(super) fn new(server: Arc<Shared>, recording: Arc<Recording>) -> Self {
        Self {
            server,
            recording,
            routes: Mutex::default(),
        }
    }

    /// The routes that clients have put and the server still has.
    pub(super) fn routes(&self) -> Vec<NamedRoute> {
        let mut named = self.routes.lock();
        self.forget_gone(&mut named);
        named.routes.clone()
    }

    pub(super) fn route(&self, id: &str) -> Result<NamedRoute, Refusal> {
        let mut routes = self.routes().into_iter();
        let found = routes.find(|route| route.id == id);
        found.ok_or_else(|| Refusal::not_found(format!("there is no route {id:?}")))
    }

    /// Adds a route under a new name.
    pub(super) fn add(&self, route: Route, definition: Value) -> Result<NamedRoute, Refusal> {
        let mut named = self.routes.lock();
        self.forget_gone(&mut named);
        let id = loop {
            named.latest += 1;
            let id = named.latest.to_string();
            if named.routes.iter().all(|route| route.id != id) {
                break id;
            }
        };
        self.push(&mut named, id, route, definition)
    }

    /// Puts a route under this name, in the place of one with the same name.
    pub(super) fn put(
        &self,
        id: String,
        route: Route,
        definition: Value,
    ) -> Result<(Put, NamedRoute), Refusal> {
        let mut named = self.routes.lock();
        let old = named.routes.iter_mut().find(|route| route.id == id);
        if let Some(old) = old
            && self.server.mocks().replace(&old.route, &route)
        {
            (old.route, old.definition) = (route, definition);
            return Ok((Put::Replaced, old.clone()));
        }
        self.forget_gone(&mut named);
        let added = self.push(&mut named, id, route, definition)?;
        Ok((Put::Added, added))
    }

    /// Forgets one route.
    pub(super) fn remove(&self, id: &str) -> Result<(), Refusal> {
        let route = self.route(id)?;
        self.routes.lock().routes.retain(|route| route.id != id);
        self.server.mocks().remove(&route.route);
        Ok(())
    }

    /// Forgets all routes that clients have put.
    pub(super) fn clear(&self) {
        let routes = std::mem::take(&mut self.routes.lock().routes);
        let mocks = self.server.mocks();
        routes.iter().for_each(|route| mocks.remove(&route.route));
    }

    fn push(
        &self,
        named: &mut Named,
        id: String,
        route: Route,
        definition: Value,
    ) -> Result<NamedRoute, Refusal> {
        if named.routes.len() >= MAX_ROUTES {
            return Err(Refusal::full(format!(
                "there are {MAX_ROUTES} routes already"
            )));
        }
        self.server.mocks().push(&route);
        let route = NamedRoute {
            id,
            route,
            definition,
        };
        named.routes.push(route.clone());
        Ok(route)
    }

    /// A reset in Rust forgets routes without asking.
    fn forget_gone(&self, named: &mut Named) {
        let mocks = self.server.mocks();
        named.routes.retain(|route| mocks.has(&route.route));
    }
}

/// Refuses another one if so many are queued already.
pub(super) fn check_room(queued: usize, what: &str) -> Result<(), Refusal> {
    match queued < MAX_QUEUED {
        true => Ok(()),
        false => Err(Refusal::full(format!(
            "{MAX_QUEUED} {what} are queued already"
        ))),
    }
}
