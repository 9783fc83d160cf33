//! A stand-in for a socket and the client at its other end. A system call that would wait is a wait on a
//! condition variable, so that the checker sees which locks its thread holds meanwhile.

use std::io::{self, ErrorKind};
use std::mem::MaybeUninit;
use std::sync::PoisonError;

use crate::sync::{Condvar, Mutex, MutexGuard};

/// More than a record of the models has.
pub(super) const CIPHERTEXT_SIZE: usize = 16;

#[derive(Debug)]
pub(super) struct Socket {
    state: Mutex<State>,
    changed: Condvar,
    /// Records that must have been read before the client reads.
    reads_after: usize,
    /// Bytes that the client must have received before it sends.
    sends_after: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blocking {
    Wait,
    Return,
}

#[derive(Debug, Default)]
struct State {
    /// The client's records, in the order in which it sends them.
    from_client: Vec<Vec<u8>>,
    /// How many of them have been read.
    read: usize,
    to_client: Vec<u8>,
}

impl Socket {
    /// A client that sends these records, and reads.
    pub(super) fn of_client(records: &[&[u8]]) -> Self {
        let numbered = records.iter().enumerate();
        let numbered = numbered.map(|(number, record)| [&[number as u8], *record].concat());
        Self {
            state: Mutex::new(State {
                from_client: numbered.collect(),
                ..State::default()
            }),
            changed: Condvar::default(),
            reads_after: 0,
            sends_after: 0,
        }
    }

    /// The client reads nothing before so many of its records have been read.
    pub(super) fn reads_after(self, records: usize) -> Self {
        Self {
            reads_after: records,
            ..self
        }
    }

    /// The client sends nothing before it has received so many bytes.
    pub(super) fn sends_after(self, bytes: usize) -> Self {
        Self {
            sends_after: bytes,
            ..self
        }
    }

    /// The plaintext that the client has received. Its records must be complete and in order.
    pub(super) fn received(&self) -> Vec<u8> {
        let state = self.state();
        let mut plaintext = Vec::new();
        for (number, record) in state.to_client.chunks(2).enumerate() {
            assert_eq!(
                (record[0], record.len()),
                (number as u8, 2),
                "record {number}"
            );
            plaintext.push(record[1]);
        }
        plaintext
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the condition holds; an error if it must not wait.
    fn until(
        &self,
        blocking: Blocking,
        holds: impl Fn(&State) -> bool,
        then: impl FnOnce(&mut State),
    ) -> io::Result<()> {
        let mut state = self.state();
        while !holds(&state) {
            if blocking == Blocking::Return {
                return Err(ErrorKind::WouldBlock.into());
            }
            state = self.changed.wait(state).unwrap();
        }
        then(&mut state);
        self.changed.notify_all();
        Ok(())
    }

    /// Reads one record.
    pub(super) fn read_into<'r>(
        &self,
        room: &'r mut [MaybeUninit<u8>],
        blocking: Blocking,
    ) -> io::Result<&'r mut [u8]> {
        let mut record = Vec::new();
        let sends = |state: &State| {
            state.to_client.len() >= self.sends_after && state.read < state.from_client.len()
        };
        self.until(blocking, sends, |state| {
            record = state.from_client[state.read].clone();
            state.read += 1;
        })?;
        let room = &mut room[..record.len()];
        Ok(room.write_copy_of_slice(&record))
    }

    /// Takes one byte.
    pub(super) fn send(&self, parts: [&[u8]; 2], blocking: Blocking) -> io::Result<usize> {
        let [[], bytes] = parts else {
            unreachable!("records are in one part");
        };
        let reads = |state: &State| state.read >= self.reads_after;
        self.until(blocking, reads, |state| state.to_client.push(bytes[0]))?;
        Ok(1)
    }
}
