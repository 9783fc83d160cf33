//! What wireserve should reach beside others.

use super::contender::Contender;
use super::work::Work;

/// What wireserve should reach beside somebody else.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Goal {
    pub(crate) beside: Contender,
    /// wireserve's requests per second as a multiple of theirs, at least.
    pub(crate) ratio: f64,
}

impl Goal {
    const fn new(beside: Contender, ratio: f64) -> Self {
        Self { beside, ratio }
    }

    /// The goals of a work.
    pub(crate) fn of(work: Work) -> &'static [Self] {
        match work {
            Work::Trivial => const { &[Self::new(Contender::Patched, 30.0)] },
            Work::Query => &[],
            Work::Writer | Work::Template => const { &[Self::new(Contender::Patched, 40.0)] },
            Work::Stash => const { &[Self::new(Contender::Patched, 33.0)] },
            Work::NewConnection => const { &[Self::new(Contender::Patched, 19.0)] },
            Work::Static => {
                const {
                    &[
                        Self::new(Contender::Shipped, 80.0),
                        Self::new(Contender::Nginx, 0.55),
                    ]
                }
            }
            Work::Large | Work::LargeMany => const { &[Self::new(Contender::Nginx, 1.0)] },
        }
    }
}
