//! The resources of the control interface: one table of paths and methods, from which requests are answered, and
//! with which a test compares `openapi.json`.

use crate::exchange::{Exchange, Handler, Request, Response};
use crate::fault::Fault;
use crate::site::routing::pattern::Pattern;

use super::ask::Ask;
use super::guard::{self, TokenIn};
use super::reply::{Refusal, Reply};
use super::state::State;
use super::token::Token;
use super::{
    events, exchange, faults, page, queue, replay, requests, routes, status, stream, transcripts,
};

/// What a method does.
pub(super) type Act = fn(&State, &Ask<'_>) -> Result<Reply, Refusal>;

/// A resource, or several whose paths follow one pattern.
pub struct Resource {
    /// The pattern of its path.
    pub path: &'static str,
    token: TokenIn,
    methods: &'static [(&'static str, Act)],
}

/// All resources. Of several whose patterns match a path, the first one is meant.
pub const RESOURCES: &[Resource] = &[
    Resource {
        path: "/",
        token: TokenIn::FieldOrQuery,
        methods: &[("GET", page::show)],
    },
    resource("/v1/status", &[("GET", status::show)]),
    resource("/v1/reset", &[("POST", status::reset)]),
    resource("/v1/verification", &[("GET", status::verify)]),
    resource("/v1/openapi.json", &[("GET", status::openapi)]),
    resource(
        "/v1/requests",
        &[("GET", requests::list), ("DELETE", requests::clear)],
    ),
    resource("/v1/requests/{number}", &[("GET", requests::show)]),
    resource("/v1/requests/{number}/exchange", &[("GET", exchange::show)]),
    resource("/v1/requests/{number}/script", &[("GET", replay::show)]),
    Resource {
        path: "/v1/stream",
        token: TokenIn::FieldOrQuery,
        methods: &[("GET", stream::open)],
    },
    resource(
        "/v1/routes",
        &[
            ("GET", routes::list),
            ("POST", routes::add),
            ("DELETE", routes::clear),
        ],
    ),
    resource(
        "/v1/routes/{id}",
        &[
            ("GET", routes::show),
            ("PUT", routes::put),
            ("DELETE", routes::remove),
        ],
    ),
    resource("/v1/routes/{id}/queue", &[("POST", routes::enqueue)]),
    resource(
        "/v1/queue",
        &[
            ("GET", queue::show),
            ("POST", queue::add),
            ("DELETE", queue::clear),
        ],
    ),
    resource(
        "/v1/connection-scripts",
        &[
            ("GET", queue::show_connections),
            ("POST", queue::add_connection),
            ("DELETE", queue::clear_connections),
        ],
    ),
    resource(
        "/v1/faults",
        &[
            ("GET", faults::show),
            ("PUT", faults::put),
            ("DELETE", faults::clear),
        ],
    ),
    resource(
        "/v1/events",
        &[("GET", events::list), ("DELETE", events::clear_all)],
    ),
    resource(
        "/v1/events/{name}",
        &[
            ("GET", events::show),
            ("PUT", events::set),
            ("DELETE", events::clear),
        ],
    ),
    resource("/v1/transcripts", &[("GET", transcripts::list)]),
    resource(
        "/v1/transcripts/{connection}",
        &[("GET", transcripts::show)],
    ),
    resource(
        "/v1/transcripts/{connection}/text",
        &[("GET", transcripts::text)],
    ),
];

/// A resource whose token is in a field.
const fn resource(path: &'static str, methods: &'static [(&'static str, Act)]) -> Resource {
    Resource {
        path,
        token: TokenIn::Field,
        methods,
    }
}

impl Resource {
    /// The names of its methods.
    pub fn methods(&self) -> impl Iterator<Item = &'static str> {
        self.methods.iter().map(|(method, _)| *method)
    }

    /// What a method does. HEAD is GET without content.
    fn act(&self, method: &[u8]) -> Result<Act, Refusal> {
        let asked = match method {
            b"HEAD" => b"GET",
            other => other,
        };
        let found = self
            .methods
            .iter()
            .find(|(name, _)| name.as_bytes() == asked);
        found.map(|(_, act)| *act).ok_or_else(|| {
            let names: Vec<_> = self.methods().collect();
            Refusal::method(names.join(", "))
        })
    }
}

/// Answers all requests to the control interface.
pub(super) struct Api {
    state: State,
    token: Token,
    /// Of [`RESOURCES`], in their order.
    patterns: Vec<Pattern>,
}

impl Api {
    pub(super) fn new(state: State, token: Token) -> Self {
        let compiled = |resource: &Resource| {
            Pattern::compile(resource.path).expect("the patterns of the table are valid")
        };
        Self {
            state,
            token,
            patterns: RESOURCES.iter().map(compiled).collect(),
        }
    }

    fn answer(&self, exchange: &Exchange<'_>) -> Result<Reply, Refusal> {
        let request: &Request = &exchange.request;
        let mut candidates = self.patterns.iter().zip(RESOURCES);
        let found = candidates
            .find_map(|(pattern, one)| Some((one, pattern.matches(&request.route_path())?)));
        let place = found.as_ref().map_or(TokenIn::Field, |(one, _)| one.token);
        // Before anything else: others do not learn which resources there are.
        guard::admit(request, &self.token, place)?;
        let (resource, groups) = found.ok_or_else(|| {
            Refusal::not_found("there is no such resource; docs/control.md lists them")
        })?;
        let act = resource.act(request.method())?;
        act(&self.state, &Ask::new(exchange, groups)?)
    }
}

impl Handler for Api {
    fn handle(&self, exchange: &mut Exchange<'_>) -> Result<(), Fault> {
        let response: Response = match self.answer(exchange) {
            Ok(reply) => reply.into_response(),
            Err(refusal) => refusal.into_response(),
        };
        exchange.response = response;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_pattern_that_matches_is_the_most_specific() {
        for (index, resource) in RESOURCES.iter().enumerate() {
            let path = resource.path.replace(['{', '}'], "");
            let mut others = RESOURCES[..index].iter();
            let taken = others.find(|other| {
                let pattern = Pattern::compile(other.path).unwrap();
                pattern.matches(path.as_bytes()).is_some()
            });
            assert!(taken.is_none(), "{path}");
        }
    }
}
