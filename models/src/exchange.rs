//! Models of events. Waits check from time to time whether the client is gone, which would hide a lost
//! wake-up; so time stands still here.

#[path = "../../crates/core/src/exchange/events.rs"]
#[allow(dead_code, reason = "only functions that wait are modelled")]
mod events;

use std::any::Any;
use std::sync::Arc;

use loom::thread;

use crate::{PREEMPTIONS, check};
use events::{Events, Waited};

/// A stand-in for the values that handlers keep. Jobs of the models keep none.
#[derive(Default)]
pub struct Locals {
    pub(crate) connection: Option<Box<dyn Any>>,
}

/// An event wakes all threads that wait for it, whether the waits or the event come first.
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

/// A thread that waits for another event does not consume the wake-up.
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

/// A thread that waits for a connection does not miss it.
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
