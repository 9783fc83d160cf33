//! Running Python code on the thread of a connection: admitted, attached, and with the thread state that the
//! thread keeps. A thread serves one server for its whole life, and one connection after another.

use std::any::Any;
use std::thread;

use pyo3::prelude::*;

use crate::exchange::Exchange;
use crate::phases::{self, Phase};

use crate::python::classes::client;
use crate::python::classes::server_objects;
use crate::python::interpreter::forked;
use crate::python::interpreter::gate::{self, Admission};
use crate::python::interpreter::placement;
use crate::python::interpreter::presence;
use crate::python::interpreter::thread_state::{ThreadState, forget_thread};

/// Runs Python code for an exchange. A child process that the code forks ends here.
pub(crate) fn run<'c, T>(
    exchange: &mut Exchange<'c>,
    code: impl FnOnce(Python<'_>, &mut Exchange<'c>) -> T,
) -> T {
    let admission = gate::enter();
    let mut kept = Kept::of(exchange);
    client::bind_thread(exchange.turn().wire());
    let result = attached(admission, |py| {
        kept.prepare(py, Connection::of(exchange));
        let result = code(py, exchange);
        forked::end_child(py, None);
        result
    });
    *exchange.thread_local() = Some(kept);
    exchange.may_be_bound(has_values);
    result
}

/// Runs Python code on the thread of a connection, admitted and attached.
pub(crate) fn attached<T>(_admission: Option<Admission>, code: impl FnOnce(Python<'_>) -> T) -> T {
    let result = gate::attach(|py| {
        phases::enter(Phase::Converting);
        presence::run(py, code)
    });
    phases::enter(Phase::Server);
    result
}

/// How often to try to enter without waiting. The connections of a crowd become idle together, and their threads need
/// the interpreter for microseconds each.
const TRIES: u32 = 32;

/// Whether scripts have left anything on this thread that a later one of their connection may look for; `None` while
/// another thread has the slot. A request may arrive meanwhile, so this does not wait for the slot. It may still wait for
/// the GIL, which a thread without the slot can hold.
fn has_values(kept: &dyn Any) -> Option<bool> {
    let kept = kept.downcast_ref::<Kept>();
    let state = kept.and_then(|kept| kept.state.as_ref());
    let Some(state) = state.filter(|state| state.can_be_renewed()) else {
        return Some(true);
    };
    let _admission = (0..TRIES).find_map(|_| {
        let admission = gate::try_enter();
        if admission.is_none() {
            thread::yield_now();
        }
        admission
    })?;
    Some(gate::attach(|py| state.has_values(py)))
}

/// A connection among all that a server ever has: its number, and how often numbers had begun again.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Connection(u64, u64);

impl Connection {
    fn of(exchange: &Exchange<'_>) -> Self {
        let rounds = exchange.events().rounds();
        Self(rounds, exchange.request.arrival().connection)
    }
}

/// What a thread keeps after its first Python code.
struct Kept {
    state: Option<ThreadState>,
    /// The connection that the state was last reset for.
    connection: Connection,
}

impl Kept {
    /// Takes what the thread has kept, or makes it.
    fn of(exchange: &mut Exchange<'_>) -> Box<Self> {
        let connection = Connection::of(exchange);
        let kept = exchange.thread_local().take();
        let kept = kept.and_then(|kept| kept.downcast::<Self>().ok());
        // One that cannot be reset is dropped here: Python gives a thread that has a state the same one again.
        let kept = kept.filter(|kept| kept.connection == connection || kept.can_be_renewed());
        kept.unwrap_or_else(|| {
            placement::settle();
            server_objects::bind_thread(exchange.server());
            Box::new(Self {
                state: Some(ThreadState::new()),
                connection,
            })
        })
    }

    fn can_be_renewed(&self) -> bool {
        self.state.as_ref().is_some_and(ThreadState::can_be_renewed)
    }

    /// Resets what the previous connection of the thread left.
    fn prepare(&mut self, py: Python<'_>, connection: Connection) {
        if self.connection != connection
            && let Some(state) = &mut self.state
        {
            state.renew(py);
            self.connection = connection;
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let _admission = gate::enter();
        gate::attach(forget_thread);
        self.state = None;
    }
}
