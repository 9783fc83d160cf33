//! Who answers a request on a connection: a wire script that has waited for it, a test, or the site.

use std::sync::Arc;

use crate::exchange::{Exchange, Fate, Request, Requirements, Response, RouteMatch};
use crate::fault::Fault;
use crate::mock::{Choice, Unmatched};
use crate::server::admission;
use crate::server::conclusion::{announce_close, finish, send_head, send_refusal};
use crate::server::handling::handle;
use crate::server::listening::Listening;
use crate::site::Site;
use crate::wire_script::{By, Cursor};

use super::Connection;

impl Connection<'_> {
    /// Answers a request, by the steps that have waited for it if there are any.
    pub(super) fn answer(
        &self,
        exchange: &mut Exchange<'_>,
        site: &Site,
        plan: Option<(By, Cursor)>,
    ) -> Fate {
        match plan {
            None => self.answer_by_site(exchange, site),
            // `next` was the last step: the response to this request was sent before it arrived.
            Some((By::Script, steps)) if steps.is_empty() => finish(exchange, None),
            Some((By::Script, steps)) => {
                exchange.resume(steps);
                finish(exchange, None)
            }
            Some((By::Site, steps)) => match self.answer_by_site(exchange, site) {
                // The site's answer was a script that waits for a request itself: ours follows it.
                Fate::Next(by, rest) => {
                    let both = rest.followed_by(steps);
                    match both.is_within_limits() {
                        true => Fate::Next(by, Box::new(both)),
                        // A client that asks for such a script again and again adds to it each time.
                        false => {
                            log::warn!(
                                "{}: closed: its nested wire scripts have too many steps or bytes",
                                self.wire.peer()
                            );
                            Fate::Abort
                        }
                    }
                }
                by_site => {
                    exchange.resume(steps);
                    by_site.join(finish(exchange, None))
                }
            },
        }
    }

    fn answer_by_site(&self, exchange: &mut Exchange<'_>, site: &Site) -> Fate {
        let latency = self.shared.latency;
        let waits = !latency.is_zero() && !matches!(self.listening, Listening::Handler(_));
        if waits && exchange.turn().pause(latency).is_err() {
            return Fate::Abort;
        }
        let request = Arc::clone(&exchange.request);
        let (mocked, unmatched) = match self.mocked(exchange) {
            Ok(choice) => (Some(choice), None),
            Err(unmatched) => (None, unmatched),
        };
        let is_mocked = mocked.is_some();
        let route = mocked.or_else(|| self.route(&request, site));
        let requirements = route
            .as_ref()
            .map_or_else(Requirements::default, |(handler, _)| handler.requirements());
        let policy = requirements
            .policy
            .unwrap_or_else(|| self.listening.policy());
        exchange.policy = policy;
        let admitted = admission::admit(&request, policy, self.shared.limits.body);
        if let Err(fault) = admitted {
            let mut refusal = Response::from(fault);
            site.negotiate(&mut refusal, &request);
            self.record_answer(&refusal);
            send_refusal(exchange.turn(), refusal, request.method());
            return Fate::Close;
        }
        let Some((handler, route_match)) = route else {
            if exchange.send_continue().is_err() {
                return Fate::Abort;
            }
            let mut response = site.without_route(&request);
            if let Some(unmatched) = unmatched
                && response
                    .fault
                    .as_ref()
                    .is_some_and(|fault| fault.is_no_route())
            {
                let message = unmatched.message(&request);
                response = Response::from(Fault::no_route_because(message));
                site.negotiate(&mut response, &request);
            }
            self.close_if_last(exchange, Some(&mut response));
            self.record_answer(&response);
            return match response.status {
                204 => send_head(exchange, &mut response),
                _ => finish(exchange, Some(&mut response)),
            };
        };
        exchange.route_match = route_match;
        let mut response = handle(exchange, handler.as_ref(), requirements.expect);
        if let Some(response) = &mut response {
            site.negotiate(response, &request);
        }
        self.close_if_last(exchange, response.as_mut());
        if let Some(response) = &response {
            self.record_answer(response);
        }
        // What the reference answers as well is answered as there.
        let keeps_without_length = is_mocked || matches!(self.listening, Listening::Handler(_));
        match response.as_mut() {
            Some(response) if keeps_without_length && response.ends_with_head() => {
                let of_handler = exchange.turn().take_fate();
                of_handler.join(send_head(exchange, response))
            }
            response => finish(exchange, response),
        }
    }

    /// Closes the connection after this exchange, if it has had as many requests as it may have.
    fn close_if_last(&self, exchange: &mut Exchange<'_>, response: Option<&mut Response>) {
        if !self.shared.keep_alive.is_last(self.progress.requests) {
            return;
        }
        if let Some(response) = response {
            announce_close(response);
        }
        exchange.close_connection();
    }

    /// Records the response that is about to be sent.
    pub(super) fn record_answer(&self, response: &Response) {
        if let Some(ticket) = &self.ticket {
            ticket.answered(response.status);
        }
    }

    /// What a test has told the server to answer, or why it is nothing.
    fn mocked(&self, exchange: &Exchange<'_>) -> Result<Choice, Option<Unmatched>> {
        if matches!(self.listening, Listening::Handler(_)) {
            return Err(None);
        }
        // One that is refused is not taken by a route.
        let policy = self.listening.policy();
        let is_admitted =
            || admission::admit(&exchange.request, policy, self.shared.limits.body).is_ok();
        let choice = self.shared.mocks.choose(exchange, is_admitted)?;
        if let Some(ticket) = &self.ticket {
            ticket.matched();
        }
        Ok(choice)
    }

    /// What answers a request otherwise: the handler of the listener, else the site's.
    fn route(&self, request: &Request, site: &Site) -> Option<Choice> {
        if let Listening::Handler(handler) = self.listening {
            return Some((Arc::clone(handler), RouteMatch::new()));
        }
        let path = request.route_path();
        let (handler, groups) = match request.method() {
            b"CONNECT" => site.route_for_connect(&path)?,
            method => site.route(method, &path)?,
        };
        Some((Arc::clone(handler), groups))
    }
}
