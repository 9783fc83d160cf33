//! Accepting connections: one thread for each listener, which hands each connection to a thread.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use super::conclusion;
#[cfg(feature = "tls")]
use super::handshake;
use super::listening;
use super::open::{OpenConnection, Stage};
use super::roster::{Full, Membership};
use super::serving;
use super::shared::Shared;
use super::threads::Job;
use crate::fault::Fault;
use crate::wire::Wire;
use crate::wire::listener::Listener;

/// How long to wait before accepting again when the system has no descriptor left.
const SHORTAGE_PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until the server stops.
pub(super) fn accept(socket: &Listener, listener: &Arc<listening::Listener>, shared: &Arc<Shared>) {
    while !shared.is_stopping() {
        match socket.accept(shared.freed.take(Instant::now())) {
            Ok(accepted) => {
                let number = shared.context.events.connection_opened();
                let scheme = listener.scheme();
                let recorder = shared.recorder.as_deref();
                admit(
                    Wire::recorded(accepted, scheme, number, recorder, &shared.budgets),
                    listener,
                    shared,
                );
            }
            Err(_) if shared.is_stopping() => return,
            Err(error) if is_shortage(&error) => {
                let closed = shared.roster.make_room();
                let done = if closed {
                    "; closed the connection that was idle longest"
                } else {
                    ""
                };
                log::error!("cannot accept a connection: {error}{done}");
                thread::sleep(SHORTAGE_PAUSE);
            }
            Err(_) if shared.door.wait() => {}
            Err(error) => log::debug!("a connection failed before it could be accepted: {error}"),
        }
    }
}

fn admit(wire: Arc<Wire>, listener: &Arc<listening::Listener>, shared: &Arc<Shared>) {
    let on_thread = Arc::clone(shared);
    let listener = Arc::clone(listener);
    let job: Job = match shared.roster.join(Arc::clone(&wire)) {
        Ok(membership) => Box::new(move |locals| {
            if let Some(tape) = wire.tape() {
                tape.open();
            }
            if is_ready(&wire, &listener, &membership) {
                let open = OpenConnection {
                    wire,
                    listener,
                    membership,
                    stage: Stage::Accepted,
                };
                serving::serve(open, &on_thread, locals);
            } else {
                on_thread.freed.add(Instant::now());
            }
        }),
        Err(Full) => {
            log::error!(
                "refused a connection: all {} allowed connections are busy",
                shared.limits.connections
            );
            // The accepting thread must not wait for a client, so that the response needs a thread.
            let Ok(membership) = shared.refusing.join(Arc::clone(&wire)) else {
                return;
            };
            Box::new(move |_| {
                if is_ready(&wire, &listener, &membership) {
                    conclusion::refuse(&wire, Fault::new(503, "too many connections").into());
                }
            })
        }
    };
    if let Err(error) = shared.threads.run(job) {
        log::error!("closed a connection: cannot start a thread for it: {error}");
    }
}

/// Does what precedes HTTP on a connection; `false` if it is over.
#[cfg(feature = "tls")]
fn is_ready(wire: &Arc<Wire>, listener: &listening::Listener, membership: &Membership) -> bool {
    match &listener.tls {
        None => true,
        Some(configs) if configs.follow_connect() => true,
        Some(configs) => handshake::secure(wire, configs, membership),
    }
}

/// In the clear, nothing precedes HTTP.
#[cfg(not(feature = "tls"))]
fn is_ready(_: &Arc<Wire>, _: &listening::Listener, _: &Membership) -> bool {
    true
}

/// Whether descriptors or memory are exhausted. The connection stays in the backlog, so trying
/// again at once would spin.
fn is_shortage(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::ENOBUFS | libc::ENOMEM)
    )
}
