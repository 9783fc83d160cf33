//! The life of one connection: head, handler, response, and again. What becomes of the connection after
//! an exchange is a [`Fate`], joined from what the request, the response, the handler and a wire script
//! contribute; only this file acts on it.

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use crate::exchange::arrival::Previous;
use crate::exchange::{
    Arrival, Body, Exchange, Expect, Fate, Handler, Locals, Request, Requirements, Response,
    RouteMatch, Turn,
};
use crate::fault::Fault;
use crate::http::head::Head;
use crate::mock::Choice;
use crate::phases::{self, Phase};
use crate::record::Ticket;
use crate::site::Site;
use crate::wire::Wire;
use crate::wire::close::{self, Left};
use crate::wire::inbound::HeadRead;
use crate::wire_script::{By, Cursor};

use super::access_log;
use super::admission;
use super::conclusion::{accept_connect, announce_close, finish, send_head, send_refusal};
use super::handling::handle;
#[cfg(feature = "tls")]
use super::handshake;
use super::listening::{Listener, Listening};
use super::recording;
use super::roster::Membership;
use super::shared::Shared;

/// One connection of a server, from its first byte to its last.
struct Connection<'c> {
    wire: &'c Arc<Wire>,
    shared: &'c Shared,
    listener: &'c Listener,
    listening: &'c Listening,
    /// Requests that have been read.
    requests: u64,
    previous: Option<Previous>,
    /// Of the current request, if requests are recorded.
    ticket: Option<Arc<Ticket>>,
    locals: &'c mut Locals,
}

/// A request, and the site at the time when its head was read.
type Asked = (Arc<Request>, Arc<Site>);

/// Serves a connection until the server has ended it. If its client may still send, the connection must linger for
/// what is returned.
pub(super) fn serve(
    wire: &Arc<Wire>,
    listener: &Listener,
    membership: &Membership,
    shared: &Shared,
    locals: &mut Locals,
) -> Option<Left> {
    let mut connection = Connection {
        wire,
        shared,
        listener,
        listening: &listener.listening,
        requests: 0,
        previous: None,
        ticket: None,
        locals,
    };
    let mut fate = connection.greeted();
    fate = connection.run(fate, membership);
    #[cfg(feature = "tls")]
    if let (Fate::Keep, Some(configs)) = (&fate, listener.after_connect()) {
        if !handshake::secure(wire, configs, membership) {
            // It is over already.
            locals.connection = None;
            return None;
        }
        fate = connection.run(Fate::Keep, membership);
    }
    locals.connection = None;
    match fate {
        Fate::Reset => {
            close::reset(wire);
            None
        }
        Fate::Keep | Fate::Close | Fate::Next(..) | Fate::Abort if wire.tape().is_none() => {
            close::fin(wire)
        }
        // The transcript has the time of the client's end. A server that stops does not wait for it.
        Fate::Keep | Fate::Close | Fate::Next(..) | Fate::Abort => {
            wire.wait(|| close::fin_then_drain(wire));
            None
        }
    }
}

impl Connection<'_> {
    /// Lets what is there for the connection itself answer it first.
    fn greeted(&mut self) -> Fate {
        let queued = self.shared.mocks.next_connection();
        match (queued, self.listening) {
            (Some(script), _) => self.greet(&script),
            (None, Listening::Requests(_) | Listening::Handler(_)) => Fate::Keep,
            (None, Listening::Connections(handler)) => self.greet(handler.as_ref()),
        }
    }

    /// Answers requests until the connection must end, and returns how; or until TLS must begin, which is
    /// [`Fate::Keep`].
    fn run(&mut self, mut fate: Fate, membership: &Membership) -> Fate {
        loop {
            let plan = match fate {
                Fate::Close | Fate::Abort | Fate::Reset => return fate,
                Fate::Keep => None,
                Fate::Next(by, rest) => Some((by, *rest)),
            };
            let keep_alive = &self.shared.keep_alive;
            if !keep_alive.wait_for_request(self.wire, membership) || self.shared.is_stopping() {
                return Fate::Close;
            }
            // Its bytes are there: the time before was the client's.
            let measured = self.shared.phases.as_ref();
            let _measured = measured.map(|phases| phases.begin());
            fate = match self.read_request() {
                Ok(Some((request, _))) if self.listener.secures_after(&request, self.wire) => {
                    return self.exchange(request, |connection, exchange| {
                        connection.record_answer(&Response::default());
                        accept_connect(exchange)
                    });
                }
                Ok(Some((request, site))) => self.exchange(request, |connection, exchange| {
                    connection.answer(exchange, &site, plan)
                }),
                Ok(None) => return Fate::Close,
                Err(fault) => {
                    send_refusal(&Turn::begin(Arc::clone(self.wire)), fault.into(), b"");
                    return Fate::Close;
                }
            };
        }
    }

    /// Lets a handler have the connection before anything is read.
    fn greet(&mut self, handler: &dyn Handler) -> Fate {
        let request = Arc::new(Request::unread(self.arrival(0)));
        self.exchange(request, |_, exchange| {
            let mut response = handle(exchange, handler, Expect::ByServer);
            finish(exchange, response.as_mut())
        })
    }

    /// The next request, and the site at the time when its head was read. Not within its caller: the stack of
    /// an idle connection should not have room for both a head that is read and a handler that runs.
    #[inline(never)]
    fn read_request(&mut self) -> Result<Option<Asked>, Fault> {
        let limits = self.shared.limits.head();
        let read = self.wire.wait(|| {
            phases::enter(Phase::Reading);
            self.wire.inbound().read_head(&limits)
        });
        match read {
            HeadRead::Head(read) => {
                let head = Head::parse(read.head)?;
                let site = self.shared.site();
                let rewritten = match self.listening {
                    Listening::Handler(_) => None,
                    _ => site.rewritten(head.method(), head.target(), self.wire.scheme()),
                };
                self.requests += 1;
                let arrival = Arrival {
                    skipped: read.skipped,
                    ..self.arrival(read.offset)
                };
                let request = Request::with_target(head, rewritten, arrival);
                phases::enter(Phase::Server);
                Ok(Some((Arc::new(request), site)))
            }
            HeadRead::Closed => Ok(None),
            HeadRead::Malformed(malformed) => Err(malformed.into()),
        }
    }

    fn arrival(&self, offset: u64) -> Arrival {
        Arrival {
            peer: self.wire.peer().clone(),
            local: self.wire.local().clone(),
            scheme: self.wire.scheme(),
            connection: self.wire.number(),
            ordinal: self.requests,
            offset,
            skipped: Vec::new(),
            previous: self.previous,
            tls: self.wire.tls().cloned(),
        }
    }

    fn exchange(
        &mut self,
        request: Arc<Request>,
        answer: impl FnOnce(&Self, &mut Exchange<'_>) -> Fate,
    ) -> Fate {
        let logs = self.shared.access_log && log::log_enabled!(log::Level::Info);
        let began = logs.then(Instant::now);
        let (turn, body) = self.begin(&request);
        let mut locals = mem::take(self.locals);
        let mut exchange = Exchange::new(
            Arc::clone(&request),
            Arc::clone(&body),
            Arc::clone(&turn),
            Arc::clone(&self.shared.context),
            &mut locals,
        );
        let mut fate = answer(self, &mut exchange);
        let is_in_doubt = exchange.leaves_body_in_doubt();
        *self.locals = locals;
        turn.release_content();
        if !fate.ends_connection() {
            match body.drain() {
                Ok(drained) => self.note_end(&request, &turn, drained),
                // The next request cannot be found.
                Err(_) => fate = Fate::Abort,
            }
        } else if self.ticket.is_some() && fate != Fate::Reset && !is_in_doubt {
            recording::receive_rest(self.wire, &body);
        }
        body.end();
        if let Some(ticket) = self.ticket.take() {
            ticket.over(&turn);
        }
        if let Some(tape) = self.wire.tape()
            && !fate.ends_connection()
        {
            tape.exchange_over();
        }
        if let Some(began) = began {
            access_log::write(&request, &turn, began);
        }
        fate
    }

    /// What an exchange needs besides its request. Not within its caller, for the same reason.
    #[inline(never)]
    fn begin(&mut self, request: &Arc<Request>) -> (Arc<Turn>, Arc<Body>) {
        let turn = Arc::new(Turn::begin(Arc::clone(self.wire)));
        let body = Body::new(
            Arc::clone(self.wire),
            request.framing(),
            self.shared.limits.body,
        );
        let recording = self.shared.recording.as_ref();
        self.ticket = recording.and_then(|recording| {
            let on_tape = self.wire.tape().map(|tape| tape.exchange());
            recording.begin(request, on_tape)
        });
        let body = match &self.ticket {
            Some(ticket) => Arc::new(body.tapped(Arc::<Ticket>::clone(ticket))),
            None => Arc::new(body),
        };
        (turn, body)
    }

    fn note_end(&mut self, request: &Request, turn: &Turn, drained: u64) {
        if !request.is_unread() {
            self.previous = Some(Previous {
                status: turn.status(),
                sent: turn.sent(),
                drained,
            });
        }
    }

    fn answer(&self, exchange: &mut Exchange<'_>, site: &Site, plan: Option<(By, Cursor)>) -> Fate {
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
        let mocked = self.mocked(exchange);
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
}

impl Connection<'_> {
    /// Closes the connection after this exchange, if it has had as many requests as it may have.
    fn close_if_last(&self, exchange: &mut Exchange<'_>, response: Option<&mut Response>) {
        if !self.shared.keep_alive.is_last(self.requests) {
            return;
        }
        if let Some(response) = response {
            announce_close(response);
        }
        exchange.close_connection();
    }

    /// Records the response that is about to be sent.
    fn record_answer(&self, response: &Response) {
        if let Some(ticket) = &self.ticket {
            ticket.answered(response.status);
        }
    }

    /// What a test has told the server to answer.
    fn mocked(&self, exchange: &Exchange<'_>) -> Option<Choice> {
        if matches!(self.listening, Listening::Handler(_)) {
            return None;
        }
        let choice = self.shared.mocks.choose(exchange)?;
        if let Some(ticket) = &self.ticket {
            ticket.matched();
        }
        Some(choice)
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
