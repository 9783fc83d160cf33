//! The halves of a wire while a thread holds them. A guard knows the stream, so that reading and writing
//! need nothing else.

use std::ops::{Deref, DerefMut};
use std::time::Duration;

use rustix_futex_sync::MutexGuard;

use crate::http::head::HeadLimits;

use super::inbound::{HeadRead, Inbound};
use super::outbound::{Gone, Outbound, Sent};
use super::stream::Stream;

/// The inbound half, held. Other threads that want to read wait.
pub struct InboundGuard<'w> {
    stream: &'w Stream,
    half: MutexGuard<'w, Inbound>,
}

impl<'w> InboundGuard<'w> {
    #[inline]
    pub(super) fn new(stream: &'w Stream, half: MutexGuard<'w, Inbound>) -> Self {
        Self { stream, half }
    }

    /// Waits for more bytes and returns how many came; 0 means that there will be no more.
    #[inline]
    pub fn fill(&mut self) -> usize {
        self.half.fill(self.stream)
    }

    /// Like [`InboundGuard::fill`], for the first bytes of a request, which need no room until they come.
    #[inline]
    pub fn fill_first(&mut self) -> usize {
        self.half.fill_first(self.stream)
    }

    /// The same, for about this time at most; `None` when nothing came. If a handler can change the socket's options,
    /// it waits as long as it takes.
    #[inline]
    pub fn fill_first_within(&mut self, limit: Duration) -> Option<usize> {
        self.half.fill_first_within(self.stream, limit)
    }

    /// Reads up to `out.len()` bytes, from the buffer if it has any; 0 means the end.
    #[inline]
    pub fn read(&mut self, out: &mut [u8]) -> usize {
        self.half.read(self.stream, out)
    }

    /// Waits for a whole head and takes it. At the end of input what there is counts as one, so that
    /// half a head gets an answer too.
    #[inline]
    pub fn read_head(&mut self, limits: &HeadLimits) -> HeadRead {
        self.half.read_head(self.stream, limits)
    }

    /// Waits until a whole head is buffered, and takes nothing. `time_left` is asked before each read how
    /// long it may wait; `None` is without a limit.
    ///
    /// # Errors
    /// [`NoHead`].
    pub fn await_head(
        &mut self,
        limits: &HeadLimits,
        time_left: impl Fn() -> Option<Duration>,
    ) -> Result<(), NoHead> {
        let stream = self.stream;
        let mut passed = false;
        let is_there = self.half.await_head(limits, |inbound| {
            passed = time_left().is_some_and(|left| !stream.is_readable_within(left));
            if passed { 0 } else { inbound.fill(stream) }
        });
        match is_there {
            true => Ok(()),
            false if passed => Err(NoHead::TooLate),
            false => Err(NoHead::Ended),
        }
    }
}

/// Why there is no whole head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHead {
    /// The limit passed.
    TooLate,
    /// The client's bytes ended, or what came cannot become a head.
    Ended,
}

impl Deref for InboundGuard<'_> {
    type Target = Inbound;

    #[inline]
    fn deref(&self) -> &Inbound {
        &self.half
    }
}

impl DerefMut for InboundGuard<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Inbound {
        &mut self.half
    }
}

/// The outbound half, held. Other threads that want to write wait.
pub struct OutboundGuard<'w> {
    stream: &'w Stream,
    half: MutexGuard<'w, Outbound>,
}

impl<'w> OutboundGuard<'w> {
    #[inline]
    pub(super) fn new(stream: &'w Stream, half: MutexGuard<'w, Outbound>) -> Self {
        Self { stream, half }
    }

    /// Hands all bytes to the kernel, waiting for the client as long as that takes.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    #[inline]
    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Gone> {
        self.half.send(self.stream, bytes)
    }

    /// Hands head bytes that wait for the next write to the kernel.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    #[inline]
    pub fn flush(&mut self) -> Result<(), Gone> {
        self.half.flush(self.stream)
    }

    /// Hands to the kernel what it takes at once.
    ///
    /// # Errors
    /// [`Gone`], now and for every later write.
    #[inline]
    pub fn send_now(&mut self, bytes: &[u8]) -> Result<Sent, Gone> {
        self.half.send_now(self.stream, bytes)
    }
}

impl Deref for OutboundGuard<'_> {
    type Target = Outbound;

    #[inline]
    fn deref(&self) -> &Outbound {
        &self.half
    }
}

impl DerefMut for OutboundGuard<'_> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Outbound {
        &mut self.half
    }
}
