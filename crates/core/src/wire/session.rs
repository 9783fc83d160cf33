//! One TLS session: ciphertext to plaintext and back, without a socket and without a lock. rustls has one state for
//! both directions.

use std::fmt;
use std::io::{self, BufRead, IoSlice, Write};

use rustls::ServerConnection;

/// The state that both directions share.
pub(super) struct Session {
    connection: ServerConnection,
}

/// Whether a client may send more plaintext.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    May,
    /// Its end has arrived: close_notify, or FIN.
    Ended,
    /// What has arrived is not what the protocol asks for.
    Failed,
}

impl Session {
    /// A session whose handshake may still be in progress.
    pub(super) fn new(mut connection: ServerConnection) -> Self {
        // With a limit, rustls would take a part of a write and lose the rest.
        connection.set_buffer_limit(None);
        Self { connection }
    }

    /// Takes ciphertext that has arrived, and appends its plaintext. After a failure, the plaintext before it
    /// is appended, and an alert waits for [`Session::take_output`].
    pub(super) fn decrypt(&mut self, ciphertext: &[u8], plaintext: &mut Vec<u8>) -> Sending {
        self.try_decrypt(ciphertext, plaintext)
            .unwrap_or_else(|error| {
                log::debug!("a TLS session failed: {error}");
                Sending::Failed
            })
    }

    /// The same, for a handshake, whose failures are reported.
    ///
    /// # Errors
    /// When the ciphertext is not what the protocol asks for.
    pub(super) fn try_decrypt(
        &mut self,
        mut ciphertext: &[u8],
        plaintext: &mut Vec<u8>,
    ) -> Result<Sending, rustls::Error> {
        let connection = &mut self.connection;
        while !ciphertext.is_empty() {
            let taken = connection.read_tls(&mut ciphertext);
            let processed = connection.process_new_packets();
            // rustls stops taking ciphertext while 16 KiB of plaintext wait.
            let ended = read_all(connection, plaintext);
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
    pub(super) fn encrypt(
        &mut self,
        parts: [&[u8]; 2],
        ciphertext: &mut Vec<u8>,
    ) -> io::Result<usize> {
        let mut writer = self.connection.writer();
        let count = match parts {
            [[], []] => 0,
            [[], bytes] | [bytes, []] => writer.write(bytes)?,
            parts => writer.write_vectored(&parts.map(IoSlice::new))?,
        };
        self.take_output(ciphertext);
        Ok(count)
    }

    /// Appends what TLS itself has to say: alerts, key updates, parts of a handshake.
    pub(super) fn take_output(&mut self, ciphertext: &mut Vec<u8>) {
        while self.has_output() {
            // Writing to a vector does not fail.
            if self.connection.write_tls(&mut *ciphertext).is_err() {
                return;
            }
        }
    }

    /// Whether TLS itself has something to say.
    pub(super) fn has_output(&self) -> bool {
        self.connection.wants_write()
    }

    /// Appends the alert close_notify.
    pub(super) fn close_notify(&mut self, ciphertext: &mut Vec<u8>) {
        self.connection.send_close_notify();
        self.take_output(ciphertext);
    }

    /// What rustls knows about it.
    pub(super) fn connection(&self) -> &ServerConnection {
        &self.connection
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
