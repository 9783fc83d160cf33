//! The goals of wireserve, relative to other servers and absolute.

use super::contender::Contender;
use super::sample::Measure;
use super::work::Work;

/// A goal of wireserve in a work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// At least so many times the requests per second of another server.
    Beside(Contender, f64),
    /// The same, of [`Contender::Workers`].
    WorkersBeside(Contender, f64),
    /// At most so many times the processor time of another server for each request.
    CpuBeside(Contender, f64),
    /// At most this value.
    AtMost(Measure, f64),
    /// At least this share of its requests per second with the best number of connections.
    OfTheBest(f64),
}

impl Goal {
    /// The goals of a work.
    pub(crate) fn of(work: Work) -> &'static [Self] {
        use Contender::{Ceiling, Granian, Nginx, Patched, Plain, Shipped};
        match work {
            Work::Trivial16 => &[Self::Beside(Ceiling, 0.85), Self::Beside(Granian, 1.0)],
            Work::Trivial64 => &[
                Self::Beside(Ceiling, 0.85),
                Self::WorkersBeside(Granian, 1.25),
            ],
            Work::Trivial256 => &[
                Self::Beside(Ceiling, 0.85),
                Self::WorkersBeside(Granian, 1.3),
                Self::AtMost(Measure::P99, 0.020),
            ],
            Work::Trivial4096 => &[Self::OfTheBest(0.5)],
            Work::Pinned => &[Self::Beside(Ceiling, 0.85)],
            Work::Stash => &[Self::Beside(Patched, 33.0)],
            Work::Template => &[Self::Beside(Patched, 40.0)],
            Work::NewConnection => &[Self::Beside(Granian, 1.25)],
            Work::Static => &[
                Self::Beside(Shipped, 80.0),
                Self::Beside(Nginx, 1.1),
                Self::CpuBeside(Nginx, 1.0),
            ],
            Work::Large | Work::LargeMany => &[Self::Beside(Nginx, 1.0)],
            Work::TlsTrivial => &[Self::Beside(Plain, 0.85), Self::Beside(Granian, 1.2)],
            Work::TlsLarge | Work::TlsLargeMany | Work::TlsNewConnection => {
                &[Self::Beside(Nginx, 1.0)]
            }
            Work::Burst => &[Self::AtMost(Measure::Time, 1.0)],
            Work::Sleepers => &[Self::AtMost(Measure::Time, 0.5)],
            Work::Idle => &[Self::AtMost(Measure::Memory, 30e6)],
            Work::ColdStart => &[Self::AtMost(Measure::Time, 0.060)],
            Work::Writer | Work::Query | Work::Trivial1 | Work::Trivial1024 => &[],
        }
    }

    pub(crate) fn is_reached_by(self, value: f64) -> bool {
        match self {
            Self::Beside(_, least) | Self::WorkersBeside(_, least) | Self::OfTheBest(least) => {
                value >= least
            }
            Self::CpuBeside(_, most) | Self::AtMost(_, most) => value <= most,
        }
    }
}
