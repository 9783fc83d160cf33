//! The goals of wireserve, relative to other servers and absolute.

use super::contender::Contender;
use super::sample::Measure;
use super::work::Work;

/// A goal of wireserve in a work.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Goal {
    /// At least so many times the requests per second of another server.
    Beside(Contender, f64),
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
            Work::Trivial16 => &[
                Self::Beside(Patched, 45.0),
                Self::Beside(Ceiling, 0.65),
                Self::Beside(Granian, 1.0),
            ],
            Work::Trivial64 => &[Self::Beside(Patched, 50.0), Self::Beside(Ceiling, 0.55)],
            Work::Trivial256 => &[
                Self::Beside(Patched, 50.0),
                Self::Beside(Ceiling, 0.55),
                Self::AtMost(Measure::P99, 0.020),
            ],
            Work::Trivial4096 => &[Self::OfTheBest(0.5)],
            Work::Pinned => &[
                Self::Beside(Patched, 20.0),
                Self::AtMost(Measure::Cpu, 7.5e-6),
            ],
            Work::Stash => &[Self::Beside(Patched, 33.0)],
            Work::Writer | Work::Template => &[Self::Beside(Patched, 40.0)],
            Work::NewConnection => &[Self::Beside(Patched, 19.0)],
            Work::Static => &[Self::Beside(Shipped, 80.0), Self::Beside(Nginx, 0.55)],
            Work::Large | Work::LargeMany => &[Self::Beside(Nginx, 1.0)],
            Work::TlsTrivial => &[Self::Beside(Plain, 0.85), Self::Beside(Granian, 1.2)],
            Work::TlsLarge | Work::TlsLargeMany | Work::TlsNewConnection => {
                &[Self::Beside(Nginx, 1.0)]
            }
            Work::Burst => &[Self::AtMost(Measure::Time, 1.0)],
            Work::Sleepers => &[Self::AtMost(Measure::Time, 0.5)],
            Work::Idle => &[Self::AtMost(Measure::Memory, 45e6)],
            Work::ColdStart => &[Self::AtMost(Measure::Time, 0.060)],
            Work::Query | Work::Trivial1 | Work::Trivial1024 => &[],
        }
    }

    pub(crate) fn is_reached_by(self, value: f64) -> bool {
        match self {
            Self::Beside(_, least) | Self::OfTheBest(least) => value >= least,
            Self::AtMost(_, most) => value <= most,
        }
    }
}
