//! A stand-in for a TLS session. A record has its number before its plaintext, so that one that is lost,
//! repeated or in the wrong place is noticed.

use std::io;

/// A plaintext byte to which TLS itself must answer, with the same byte.
pub(super) const ASKS_FOR_ANSWER: u8 = 0xf0;

/// The plaintext byte of close_notify.
pub(super) const CLOSE_NOTIFY: u8 = 0;

#[derive(Debug, Default)]
pub(super) struct Session {
    decrypted: u8,
    encrypted: u8,
    /// Records that TLS itself has to send.
    output: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sending {
    May,
    Ended,
    #[allow(dead_code, reason = "no client of the models sends anything malformed")]
    Failed,
}

impl Session {
    pub(super) fn decrypt(&mut self, record: &[u8], plaintext: &mut Vec<u8>) -> Sending {
        let (&number, content) = record.split_first().expect("a record");
        assert_eq!(number, self.decrypted, "the next record that has arrived");
        self.decrypted += 1;
        for &byte in content {
            match byte {
                ASKS_FOR_ANSWER => self.queue(ASKS_FOR_ANSWER),
                byte => plaintext.push(byte),
            }
        }
        Sending::May
    }

    pub(super) fn encrypt(
        &mut self,
        parts: [&[u8]; 2],
        records: &mut Vec<u8>,
    ) -> io::Result<usize> {
        let content = parts.concat();
        for &byte in &content {
            self.queue(byte);
        }
        self.take_output(records);
        Ok(content.len())
    }

    fn queue(&mut self, content: u8) {
        self.output.extend([self.encrypted, content]);
        self.encrypted += 1;
    }

    pub(super) fn take_output(&mut self, records: &mut Vec<u8>) {
        records.append(&mut self.output);
    }

    pub(super) fn has_output(&self) -> bool {
        !self.output.is_empty()
    }

    pub(super) fn close_notify(&mut self, records: &mut Vec<u8>) {
        self.queue(CLOSE_NOTIFY);
        self.take_output(records);
    }
}
