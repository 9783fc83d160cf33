//! Models of how the thread that sends gathered heads sleeps and wakes up, and of the locks of a connection
//! through TLS.

#[path = "../../crates/core/src/wire/directions.rs"]
#[allow(
    dead_code,
    reason = "only functions that several threads call are modelled"
)]
mod directions;
#[path = "../../crates/core/src/wire/flusher.rs"]
mod flusher;
mod session;
mod socket;

use std::sync::{Arc, Weak};

use loom::thread::{self, JoinHandle};

use crate::{PREEMPTIONS, check};
use directions::Directions;
use flusher::Flusher;
use session::{ASKS_FOR_ANSWER, Sending, Session};
use socket::{Blocking, Socket};

/// A placeholder, which is only handed over.
struct Wire;

/// Every wire is taken: a wire that is added while the thread goes to sleep wakes it, also after an
/// earlier sleep.
pub fn every_wire_is_taken() {
    check(PREEMPTIONS, || {
        let flusher = Arc::<Flusher>::default();
        let flushing = thread::spawn({
            let flusher = Arc::clone(&flusher);
            move || {
                let mut due = Vec::new();
                while due.len() < 3 {
                    flusher.rest();
                    let before = due.len();
                    flusher.take(&mut due);
                    assert!(due.len() > before, "woke up for nothing");
                }
            }
        });
        let writing = thread::spawn({
            let flusher = Arc::clone(&flusher);
            move || flusher.watch(Weak::<Wire>::new())
        });
        flusher.watch(Weak::new());
        flusher.watch(Weak::new());
        writing.join().unwrap();
        flushing.join().unwrap();
    });
}

/// A connection through TLS, with a client that is part of its socket.
struct Connection {
    directions: Directions,
    socket: Socket,
}

impl Connection {
    fn new(socket: Socket) -> Arc<Self> {
        Arc::new(Self {
            directions: Directions::new(Session::default(), Vec::new(), Sending::May),
            socket,
        })
    }

    fn write(&self, byte: u8) {
        let sent = self
            .directions
            .send(&self.socket, [&[], &[byte]], Blocking::Wait);
        assert_eq!(sent.unwrap(), 1);
    }

    /// A thread that writes.
    fn writing(self: &Arc<Self>, byte: u8) -> JoinHandle<()> {
        let connection = Arc::clone(self);
        thread::spawn(move || connection.write(byte))
    }

    /// Reads once, and returns what has arrived.
    fn read(&self) -> Vec<u8> {
        let mut plaintext = Vec::new();
        let count = self.directions.read_to_vec(&self.socket, &mut plaintext);
        assert_eq!(count.unwrap(), plaintext.len());
        plaintext
    }
}

/// A client that reads nothing before all of its bytes have been read does not block the thread that reads
/// them: a thread that waits in a system call holds no lock that the other direction needs.
pub fn a_write_that_waits_does_not_block_a_read() {
    check(PREEMPTIONS, || {
        let connection = Connection::new(Socket::of_client(&[b"a", b"b"]).reads_after(2));
        let writing = connection.writing(b'x');
        assert_eq!(connection.read(), b"a");
        assert_eq!(connection.read(), b"b");
        writing.join().unwrap();
        assert_eq!(connection.socket.received(), b"x");
    });
}

/// A thread that waits for the client's bytes does not block one that writes: this client sends only after it has
/// received something.
pub fn a_read_that_waits_does_not_block_a_write() {
    check(PREEMPTIONS, || {
        let connection = Connection::new(Socket::of_client(&[b"a"]).sends_after(1));
        let reading = thread::spawn({
            let connection = Arc::clone(&connection);
            move || assert_eq!(connection.read(), b"a")
        });
        connection.write(b'x');
        reading.join().unwrap();
        assert_eq!(connection.socket.received(), b"x");
    });
}

/// A client whose record asks TLS for an answer gets it, from the thread that reads or with the next write, and
/// reading does not wait for that: the client reads only once its last record has been read.
pub fn an_answer_of_tls_blocks_no_read() {
    check(PREEMPTIONS - 1, || {
        let asking = [ASKS_FOR_ANSWER, b'a'];
        let connection = Connection::new(Socket::of_client(&[&asking, b"b"]).reads_after(2));
        let writing = connection.writing(b'x');
        assert_eq!(connection.read(), b"a");
        assert_eq!(connection.read(), b"b");
        writing.join().unwrap();
        connection.write(b'y');
        let mut received = connection.socket.received();
        assert_eq!(
            received
                .iter()
                .filter(|&&byte| byte == ASKS_FOR_ANSWER)
                .count(),
            1
        );
        received.retain(|&byte| byte != ASKS_FOR_ANSWER);
        assert_eq!(received, b"xy");
    });
}

/// The answer leaves at once if no thread writes.
pub fn an_answer_of_tls_awaits_no_write() {
    check(PREEMPTIONS, || {
        let asking = [ASKS_FOR_ANSWER, b'a'];
        let connection = Connection::new(Socket::of_client(&[&asking]));
        assert_eq!(connection.read(), b"a");
        assert_eq!(connection.socket.received(), [ASKS_FOR_ANSWER]);
    });
}

/// Records leave in the order in which they were encrypted, whichever threads write. The socket, which takes one
/// byte at a time, checks their numbers.
pub fn records_keep_their_order() {
    check(PREEMPTIONS - 1, || {
        let asking = [ASKS_FOR_ANSWER, b'a'];
        let connection = Connection::new(Socket::of_client(&[&asking]));
        let writing = connection.writing(b'x');
        let reading = thread::spawn({
            let connection = Arc::clone(&connection);
            move || assert_eq!(connection.read(), b"a")
        });
        connection.write(b'y');
        writing.join().unwrap();
        reading.join().unwrap();
        connection
            .directions
            .close_notify(&connection.socket, || true);
        let mut received = connection.socket.received();
        received.sort_unstable();
        assert_eq!(
            received,
            [session::CLOSE_NOTIFY, b'x', b'y', ASKS_FOR_ANSWER]
        );
    });
}

/// Two threads that read get each record once, in order for each of them; neither waits although there is one
/// for it.
pub fn records_are_read_once() {
    check(PREEMPTIONS, || {
        let connection = Connection::new(Socket::of_client(&[b"a", b"b"]));
        let reading = thread::spawn({
            let connection = Arc::clone(&connection);
            move || connection.read()
        });
        let mut both = [connection.read(), reading.join().unwrap()].concat();
        both.sort_unstable();
        assert_eq!(both, b"ab");
    });
}
