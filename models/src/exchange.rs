//! Models of events. Waits look at their client from time to time, which would repair a lost
//! wake-up within milliseconds; so time stands still here.

#[path = "../../src/exchange/events.rs"]
#[allow(dead_code, reason = "what does not wait needs no model")]
mod events;

use std::any::Any;
use std::sync::Arc;

use loom::thread;

use crate::{PREEMPTIONS, check};
use events::{Events, Waited};

/// What a thread keeps for handlers, which are not here.
#[derive(Default)]
pub struct Keepsakes {
    pub(crate) connection: Option<Box<dyn Any>>,
}

/// An event wakes everybody who waits for it, whoever comes first.
pub fn an_event_wakes_all() {
    check(PREEMPTIONS, || {
        let events = Arc::<Events>::default();
        let waiting = [(); 2].map(|()| {
            let events = Arc::clone(&events);
            thread::spawn(move || events.wait_while_connected("ready", None, || true))
        });
        events.set("ready");
        let ended = waiting.map(|waiting| waiting.join().unwrap());
        assert_eq!(ended, [Waited::Happened; 2]);
    });
}

/// One that waits for something else does not take the wake-up away.
pub fn events_are_apart() {
    check(PREEMPTIONS, || {
        let events = Arc::<Events>::default();
        let waiting = ["first", "second"].map(|name| {
            let events = Arc::clone(&events);
            thread::spawn(move || events.wait_while_connected(name, None, || true))
        });
        events.set("second");
        events.set("first");
        let ended = waiting.map(|waiting| waiting.join().unwrap());
        assert_eq!(ended, [Waited::Happened; 2]);
    });
}

/// Nobody who waits for a connection misses it.
pub fn a_connection_is_not_missed() {
    check(PREEMPTIONS, || {
        let events = Arc::<Events>::default();
        let opening = thread::spawn({
            let events = Arc::clone(&events);
            move || events.connection_opened()
        });
        let waited = events.wait_for_connection(0, None, || true);
        assert_eq!(waited, Waited::Happened);
        assert_eq!(opening.join().unwrap(), 1);
    });
}
