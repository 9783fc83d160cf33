//! One TLS session: ciphertext to plaintext and back, without a socket.
//!
//! rustls has one state for both directions, so that a thread that decrypts and one that encrypts share a
//! lock. It is held for the cryptography alone, never across a system call: a thread that waits for the client
//! does not hold it.

use std::fmt;
use std::io::{self, BufRead, IoSlice, Write};
use std::sync::{Mutex, MutexGuard};

use rustls::ServerConnection;

use super::lock;

/// The state that both directions share.
pub(super) struct Session {
    connection: Mutex<ServerConnection>,
}

/// Whether a client may send more plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    May,
    /// It has sent close_notify.
    Ended,
}

impl Session {
    /// A session whose handshake may still be in progress.
    pub(super) fn new(mut connection: ServerConnection) -> Self {
        // With a limit, rustls would take a part of a write and lose the rest.
        connection.set_buffer_limit(None);
        Self {
            connection: Mutex::new(connection),
        }
    }

    /// Takes ciphertext that has arrived, and appends its plaintext.
    ///
    /// # Errors
    /// When it is not what the protocol asks for. The plaintext before it is appended, and an alert waits
    /// for [`Session::take_output`].
    pub(super) fn decrypt(
        &self,
        mut ciphertext: &[u8],
        plaintext: &mut Vec<u8>,
    ) -> Result<Sending, rustls::Error> {
        let mut connection = self.lock();
        while !ciphertext.is_empty() {
            let taken = connection.read_tls(&mut ciphertext);
            let processed = connection.process_new_packets();
            // rustls stops taking ciphertext while 16 KiB of plaintext wait.
            let ended = read_all(&mut connection, plaintext);
            processed?;
            match taken {
                // Bytes after close_notify mean nothing (RFC 8446 §6.1).
                _ if ended => return Ok(Sending::Ended),
                Ok(1..) => {}
                Ok(0) => return Ok(Sending::Ended),
                Err(error) => return Err(rustls::Error::General(error.to_string())),
            }
        }
        Ok(Sending::May)
    }

    /// Appends the records of these parts, which are split only where a record is full. What TLS itself
    /// had to say precedes them.
    ///
    /// # Errors
    /// When the session has failed.
    pub(super) fn encrypt(&self, parts: [&[u8]; 2], ciphertext: &mut Vec<u8>) -> io::Result<usize> {
        let mut connection = self.lock();
        let count = match parts {
            [[], []] => 0,
            [[], bytes] | [bytes, []] => connection.writer().write(bytes)?,
            parts => connection
                .writer()
                .write_vectored(&parts.map(IoSlice::new))?,
        };
        take_output(&mut connection, ciphertext);
        Ok(count)
    }

    /// Appends what TLS itself has to say: alerts, key updates, parts of a handshake.
    pub(super) fn take_output(&self, ciphertext: &mut Vec<u8>) {
        take_output(&mut self.lock(), ciphertext);
    }

    /// Whether TLS itself has something to say.
    pub(super) fn has_output(&self) -> bool {
        self.lock().wants_write()
    }

    /// Appends the alert close_notify.
    pub(super) fn close_notify(&self, ciphertext: &mut Vec<u8>) {
        let mut connection = self.lock();
        connection.send_close_notify();
        take_output(&mut connection, ciphertext);
    }

    /// The state, for a question.
    pub(super) fn lock(&self) -> MutexGuard<'_, ServerConnection> {
        lock(&self.connection)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// Appends all plaintext that rustls has; whether the client has sent close_notify.
fn read_all(connection: &mut ServerConnection, plaintext: &mut Vec<u8>) -> bool {
    let mut reader = connection.reader();
    loop {
        match reader.fill_buf() {
            Ok([]) => return true,
            Ok(chunk) => {
                plaintext.extend_from_slice(chunk);
                let count = chunk.len();
                reader.consume(count);
            }
            // There is no more for now. The end of TCP is never reported to rustls.
            Err(_) => return false,
        }
    }
}

fn take_output(connection: &mut ServerConnection, ciphertext: &mut Vec<u8>) {
    while connection.wants_write() {
        // Writing to a vector does not fail.
        if connection.write_tls(&mut *ciphertext).is_err() {
            return;
        }
    }
}
