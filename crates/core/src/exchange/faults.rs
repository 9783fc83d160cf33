//! Faults of a response as a whole: how late it begins, how fast it is sent, and after how many bytes the
//! connection is reset. A [`Turn`](super::Turn) on which they are imposed sends all bytes accordingly.

use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

/// How a response differs from one that is sent at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Before the first byte.
    pub delay: Duration,
    /// At most so many, in pieces that are sent one after the other.
    pub bytes_per_second: Option<u64>,
    /// Bytes, after which the connection is reset.
    pub reset_after: Option<u64>,
}

impl Faults {
    /// These, and for what they leave open, others.
    #[must_use]
    pub fn over(self, others: Self) -> Self {
        Self {
            delay: match self.delay.is_zero() {
                true => others.delay,
                false => self.delay,
            },
            bytes_per_second: self.bytes_per_second.or(others.bytes_per_second),
            reset_after: self.reset_after.or(others.reset_after),
        }
    }
}

/// The sending of a response with faults.
#[derive(Debug)]
pub(super) struct Pacing {
    faults: Faults,
    progress: Mutex<Progress>,
}

#[derive(Debug, Default)]
struct Progress {
    has_begun: bool,
    /// When the first byte was sent, or will be; `None` if no clock reaches that time.
    began: Option<Instant>,
    sent: u64,
}

/// What to do next with the bytes that are left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Pause(Duration),
    /// Send so many; at least one if any are left.
    Send(usize),
    Reset,
}

/// How often a slow response sends: a piece takes about this long.
const TICK: Duration = Duration::from_millis(20);

impl Pacing {
    pub(super) fn new(faults: Faults) -> Self {
        Self {
            faults,
            progress: Mutex::default(),
        }
    }

    /// The wait before the first byte, once.
    pub(super) fn begin(&self) -> Option<Duration> {
        let mut progress = self.progress.lock();
        if progress.has_begun {
            return None;
        }
        progress.has_begun = true;
        progress.began = Instant::now().checked_add(self.faults.delay);
        (!self.faults.delay.is_zero()).then_some(self.faults.delay)
    }

    /// What comes next, with so many bytes left.
    pub(super) fn next(&self, left: usize) -> Next {
        let progress = self.progress.lock();
        let allowed = match self.faults.reset_after {
            Some(limit) if progress.sent >= limit => return Next::Reset,
            Some(limit) => limit - progress.sent,
            None => u64::MAX,
        };
        let piece = match self.faults.bytes_per_second {
            None => left as u64,
            Some(rate) => {
                let rate = rate.max(1);
                let due = Duration::from_secs_f64(progress.sent as f64 / rate as f64);
                let passed = progress.began.map_or(Duration::ZERO, |began| {
                    Instant::now().saturating_duration_since(began)
                });
                if left > 0 && due > passed {
                    return Next::Pause(due - passed);
                }
                let piece = (rate as f64 * TICK.as_secs_f64()) as u64;
                piece.max(1).min(left as u64)
            }
        };
        Next::Send(usize::try_from(piece.min(allowed)).unwrap_or(left))
    }

    pub(super) fn sent(&self, count: usize) {
        self.progress.lock().sent += count as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reset_comes_after_exactly_so_many_bytes() {
        let pacing = Pacing::new(Faults {
            reset_after: Some(5),
            ..Faults::default()
        });
        assert_eq!(pacing.begin(), None);
        assert_eq!(pacing.next(3), Next::Send(3));
        pacing.sent(3);
        assert_eq!(pacing.next(9), Next::Send(2));
        pacing.sent(2);
        assert_eq!(pacing.next(7), Next::Reset);
        assert_eq!(pacing.next(0), Next::Reset);
    }

    #[test]
    fn a_rate_sends_pieces_when_they_are_due() {
        let pacing = Pacing::new(Faults {
            delay: Duration::from_secs(9),
            bytes_per_second: Some(100),
            ..Faults::default()
        });
        assert_eq!(pacing.begin(), Some(Duration::from_secs(9)));
        assert_eq!(pacing.begin(), None, "only once");
        assert_eq!(pacing.next(50), Next::Send(2));
        pacing.sent(2);
        let Next::Pause(time) = pacing.next(48) else {
            panic!("the next piece is due later");
        };
        assert!(time <= TICK, "{time:?}");
    }
}
