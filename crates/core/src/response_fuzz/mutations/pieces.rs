//! In which pieces a response comes, and when. It is the same response, and a client must not see a
//! difference (RFC 9293 §3.1: TCP carries a stream).

use std::time::Duration;

use crate::response_fuzz::delivery::{At, Split};
use crate::response_fuzz::draft::Draft;
use crate::response_fuzz::mutation::Reaction::Accept;
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

const fn mutation(
    name: &'static str,
    what: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    const STREAM: &str = "RFC 9293 §3.1: a connection carries a stream, not pieces";
    Mutation::new(Place::Pieces, name, Accept, what, STREAM, apply)
}

pub(super) static MUTATIONS: [Mutation; 8] = [
    mutation(
        "byte-by-byte",
        "a stretch of the response comes in single bytes",
        |draft, random| {
            let count = random.pick(&[16, 100, 300]);
            split(draft, At::Bytes(random.next(), count), Duration::ZERO)
        },
    ),
    mutation(
        "drip",
        "a stretch of the response comes in single bytes, with pauses between them",
        |draft, random| {
            let count = random.pick(&[10, 20, 40]);
            let pause = Duration::from_millis(random.between(1, 10));
            split(draft, At::Bytes(random.next(), count), pause)
        },
    ),
    mutation(
        "piece-ends-in-line-end",
        "a piece ends between CR and LF",
        |draft, random| {
            let pause = perhaps_some_time(random);
            let at = match random.below(3) {
                0 => At::EmptyLine,
                _ => At::LineEnd(random.next()),
            };
            split(draft, at, pause)
        },
    ),
    mutation(
        "piece-ends-in-status-line",
        "a piece ends within the status line",
        |draft, random| {
            let pause = perhaps_some_time(random);
            split(draft, At::StatusLine(random.next()), pause)
        },
    ),
    mutation(
        "pieces",
        "the response comes in several pieces",
        |draft, random| {
            for _ in 0..random.between(1, 8) {
                let pause = perhaps_some_time(random) / 4;
                split(draft, At::Anywhere(random.next()), pause)?;
            }
            Some(())
        },
    ),
    mutation("late", "nothing comes for a while", |draft, random| {
        split(draft, At::Start, some_time(random))
    }),
    mutation(
        "pause-before-content",
        "nothing comes for a while between head and content",
        |draft, random| {
            if draft.content.is_empty() {
                return None;
            }
            split(draft, At::Body, some_time(random))
        },
    ),
    mutation(
        "trickle",
        "the content comes in pieces, with pauses between them",
        |draft, random| {
            if draft.content.len() < 8 {
                return None;
            }
            for _ in 0..random.between(3, 10) {
                let pause = Duration::from_millis(random.between(5, 50));
                split(draft, At::InBody(random.next()), pause)?;
            }
            Some(())
        },
    ),
];

fn split(draft: &mut Draft, at: At, pause: Duration) -> Option<()> {
    draft.delivery.splits.push(Split { at, pause });
    Some(())
}

/// A time that a client may notice.
pub(super) fn some_time(random: &mut Random) -> Duration {
    Duration::from_millis(random.pick(&[20, 50, 100, 200, 300, 500]))
}

fn perhaps_some_time(random: &mut Random) -> Duration {
    match random.one_in(2) {
        true => some_time(random),
        false => Duration::ZERO,
    }
}
