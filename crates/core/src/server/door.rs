//! Whether the server lets new clients in. While it does not, no socket listens: the system refuses connections as
//! if there were no server, although the ports stay taken. The accepting threads wait meanwhile.

use std::io;
use std::mem;
use std::sync::Arc;

use rustix_futex_sync::{Condvar, Mutex};

use crate::wire::listener::Listener;

/// The listeners of a server, all open or all closed.
#[derive(Debug)]
pub struct Door {
    state: Mutex<State>,
    opened: Condvar,
}

#[derive(Debug)]
struct State {
    /// None are left once the server stops.
    listeners: Vec<Arc<Listener>>,
    refuses: bool,
}

impl Door {
    /// The open door of these listeners.
    pub(super) fn of(listeners: Vec<Arc<Listener>>) -> Self {
        Self {
            state: Mutex::new(State {
                listeners,
                refuses: false,
            }),
            opened: Condvar::new(),
        }
    }

    /// Whether new connections are refused.
    #[cfg(feature = "control")]
    pub(crate) fn refuses(&self) -> bool {
        self.state.lock().refuses
    }

    /// Refuses new connections from now on, or lets them in again.
    ///
    /// # Errors
    /// When another process has taken a port meanwhile. All are still refused then.
    pub fn set_refuses(&self, refuse: bool) -> io::Result<()> {
        let mut state = self.state.lock();
        if state.refuses == refuse {
            return Ok(());
        }
        // First, since an accepting thread looks here when its listener is closed.
        state.refuses = true;
        if refuse {
            return state.listeners.iter().try_for_each(|one| one.refuse());
        }
        for listener in &state.listeners {
            if let Err(error) = listener.listen_again() {
                for listener in &state.listeners {
                    // Some of them do not listen.
                    let _ = listener.refuse();
                }
                let message = format!("cannot listen on {} again: {error}", listener.address());
                return Err(io::Error::new(error.kind(), message));
            }
        }
        state.refuses = false;
        self.opened.notify_all();
        Ok(())
    }

    /// Waits while new connections are refused; `false` if they are not.
    pub(super) fn wait(&self) -> bool {
        let state = self.state.lock();
        let refused = state.refuses;
        drop(self.opened.wait_while(state, |state| state.refuses));
        refused
    }

    /// The listeners; none once the server stops.
    #[cfg(feature = "python")]
    pub(super) fn listeners(&self) -> Vec<Arc<Listener>> {
        self.state.lock().listeners.clone()
    }

    /// Ends the waits, and returns the listeners, for a server that stops.
    pub(super) fn remove(&self) -> Vec<Arc<Listener>> {
        let mut state = self.state.lock();
        state.refuses = false;
        self.opened.notify_all();
        mem::take(&mut state.listeners)
    }
}
