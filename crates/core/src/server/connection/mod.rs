//! The life of one connection: head, handler, response, and again. What becomes of the connection after
//! an exchange is a [`Fate`], joined from what the request, the response, the handler and a wire script
//! contribute; only this file acts on it. Between two requests, a connection may rest.

mod answering;

use std::mem;
use std::sync::Arc;
use std::time::Instant;

use crate::exchange::arrival::Previous;
use crate::exchange::{
    Arrival, Binding, Body, Exchange, Expect, Fate, Handler, Locals, Request, Response, Turn,
};
use crate::fault::Fault;
use crate::http::head::Head;
use crate::phases::{self, Phase};
use crate::record::Ticket;
use crate::site::Site;
use crate::wire::Wire;
use crate::wire::close::{self, Left};
use crate::wire::inbound::HeadRead;

use super::access_log;
use super::conclusion::{accept_connect, finish, send_refusal};
use super::handling::handle;
#[cfg(feature = "tls")]
use super::handshake;
use super::keep_alive::{Awaited, Patience};
use super::listening::{Listener, Listening};
use super::open::{OpenConnection, Progress, Stage};
use super::recording;
use super::roster::Membership;
use super::shared::Shared;

/// One connection of a server, from its first byte to its last.
struct Connection<'c> {
    wire: &'c Arc<Wire>,
    shared: &'c Shared,
    listener: &'c Listener,
    listening: &'c Listening,
    progress: Progress,
    /// Of the current request, if requests are recorded.
    ticket: Option<Arc<Ticket>>,
    locals: &'c mut Locals,
}

/// Why a connection needs its thread no longer.
pub(super) enum Served {
    /// The server has ended it. If its client may still send, it must linger for what is left.
    Ended(Option<Left>),
    /// Nothing has arrived, and it can rest.
    Rests(Progress),
}

/// Why no more requests are answered for now.
enum Stop {
    Ended(Fate),
    Rests,
    /// TLS must begin.
    #[cfg_attr(
        not(feature = "tls"),
        allow(dead_code, reason = "nothing but HTTP is spoken")
    )]
    Secures,
}

/// A request, and the site at the time when its head was read.
type Asked = (Arc<Request>, Arc<Site>);

/// Serves a connection until the server has ended it, or it rests.
pub(super) fn serve(open: &OpenConnection, shared: &Shared, locals: &mut Locals) -> Served {
    let OpenConnection {
        wire,
        listener,
        membership,
        stage,
    } = open;
    let mut connection = Connection {
        wire,
        shared,
        listener,
        listening: &listener.listening,
        progress: Progress::default(),
        ticket: None,
        locals,
    };
    let (fate, patience) = match *stage {
        Stage::Accepted => {
            // That of another connection.
            connection.locals.binding = Binding::Free;
            (connection.greeted(), None)
        }
        Stage::Rested(progress) => {
            connection.locals.binding = Binding::Free;
            connection.progress = progress;
            (Fate::Keep, Some(Patience::Rested))
        }
        Stage::Kept(progress) => {
            connection.progress = progress;
            (Fate::Keep, Some(Patience::UntilItRests))
        }
    };
    let stop = connection.run(fate, membership, patience);
    #[cfg(feature = "tls")]
    let stop = match (stop, listener.after_connect()) {
        (Stop::Secures, Some(configs)) => {
            if !handshake::secure(wire, configs, membership) {
                // It is over already.
                connection.locals.connection = None;
                return Served::Ended(None);
            }
            connection.run(Fate::Keep, membership, None)
        }
        (stop, _) => stop,
    };
    let progress = connection.progress;
    let fate = match stop {
        Stop::Rests => return Served::Rests(progress),
        Stop::Ended(fate) => fate,
        Stop::Secures => Fate::Close,
    };
    locals.connection = None;
    Served::Ended(match fate {
        Fate::Reset => {
            close::reset(wire);
            None
        }
        Fate::Keep | Fate::Close | Fate::Next(..) | Fate::Abort if wire.tape().is_none() => {
            // One that was closed for another needs no more, and its thread may be needed.
            if membership.is_dismissed() {
                None
            } else {
                close::fin(wire)
            }
        }
        // The transcript has the time of the client's end. A server that stops does not wait for it.
        Fate::Keep | Fate::Close | Fate::Next(..) | Fate::Abort => {
            wire.wait(|| close::fin_then_drain(wire));
            None
        }
    })
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

    /// Answers requests until there is a reason to stop. If the connection is idle already, its thread has this patience
    /// for the first one.
    fn run(&mut self, fate: Fate, membership: &Membership, idle: Option<Patience>) -> Stop {
        let (mut fate, mut idle) = (fate, idle);
        loop {
            let plan = match fate {
                Fate::Close | Fate::Abort | Fate::Reset => return Stop::Ended(fate),
                Fate::Keep => None,
                Fate::Next(by, rest) => Some((by, *rest)),
            };
            let awaited = match idle.take() {
                Some(patience) => self.await_request(membership, patience),
                None if self.has_request(membership) => Awaited::Request,
                None if plan.is_some() || self.locals.is_bound() => {
                    self.await_request(membership, Patience::Unlimited)
                }
                None => self.await_request(membership, Patience::UntilItRests),
            };
            match awaited {
                Awaited::Request if !self.shared.is_stopping() => {}
                Awaited::Request | Awaited::End => return Stop::Ended(Fate::Close),
                Awaited::Nothing => return Stop::Rests,
            }
            // Its bytes are there: the time before was the client's.
            let measured = self.shared.phases.as_ref();
            let _measured = measured.map(|phases| phases.begin());
            fate = match self.read_request() {
                Ok(Some((request, _))) if self.listener.secures_after(&request, self.wire) => {
                    let fate = self.exchange(request, |connection, exchange| {
                        connection.record_answer(&Response::default());
                        accept_connect(exchange)
                    });
                    return match fate {
                        Fate::Keep => Stop::Secures,
                        fate => Stop::Ended(fate),
                    };
                }
                Ok(Some((request, site))) => self.exchange(request, |connection, exchange| {
                    connection.answer(exchange, &site, plan)
                }),
                Ok(None) => return Stop::Ended(Fate::Close),
                Err(fault) => {
                    if let Some(recording) = &self.shared.recording {
                        let connection = self.wire.number();
                        recording.refuse(format!("connection {connection}: {}", fault.message));
                    }
                    send_refusal(&Turn::begin(Arc::clone(self.wire)), fault.into(), b"");
                    return Stop::Ended(Fate::Close);
                }
            };
        }
    }

    /// Whether bytes of a request are buffered. Otherwise the connection is idle now.
    fn has_request(&self, membership: &Membership) -> bool {
        let mut inbound = self.wire.inbound();
        let has_request = !inbound.buffered().is_empty();
        if !has_request {
            inbound.release_head();
            membership.idle();
        }
        has_request
    }

    /// Waits until bytes of a request are buffered, or the idle connection can rest.
    fn await_request(&mut self, membership: &Membership, patience: Patience) -> Awaited {
        let mut patience = patience;
        let (keep_alive, crowd) = (&self.shared.keep_alive, &self.shared.context.crowd);
        loop {
            match keep_alive.wait_for_request(self.wire, membership, crowd, patience) {
                Awaited::Nothing => {}
                awaited => return awaited,
            }
            match self.locals.can_continue_elsewhere() {
                Some(true) => return Awaited::Nothing,
                Some(false) => patience = Patience::Unlimited,
                // Another thread uses the interpreter. What had arrived was no request.
                None if patience == Patience::Rested => patience = Patience::UntilItRests,
                None => {}
            }
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
                self.progress.requests += 1;
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
            ordinal: self.progress.requests,
            offset,
            skipped: Vec::new(),
            previous: self.progress.previous,
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
            self.progress.previous = Some(Previous {
                status: turn.status(),
                sent: turn.sent(),
                drained,
            });
        }
    }
}
