//! How a connection ends, and where within the content it does (RFC 9112 §8 and §9).

use std::time::Duration;

use crate::response_fuzz::delivery::{Cut, Ending};
use crate::response_fuzz::draft::{Draft, Field, Framing};
use crate::response_fuzz::mutation::Outcome::{self, Accept, Either, Reject};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::field_lines::insert;
use super::pieces::some_time;

const fn mutation(
    name: &'static str,
    outcome: Outcome,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, outcome, what, rule, apply)
}

/// What a client needs to read what has come before RST overtakes it.
pub(super) const READING: Duration = Duration::from_millis(50);

pub(super) static MUTATIONS: [Mutation; 9] = [
    mutation(
        "cut-in-content",
        Reject,
        "the connection is closed before all of the content has come",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| cut(draft, random, Ending::Close),
    ),
    mutation(
        "silence-in-content",
        Reject,
        "not all of the content comes; the connection is silent for a while, and then closed",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = some_time(random);
            cut(draft, random, Ending::HoldThenClose(time))
        },
    ),
    mutation(
        "reset-in-content",
        Reject,
        "the connection is reset before all of the content has come",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = if random.one_in(2) {
                READING
            } else {
                Duration::ZERO
            };
            cut(draft, random, Ending::Reset(time))
        },
    ),
    mutation(
        "half-close-in-content",
        Reject,
        "the server says that it is done before all of the content has come, and does not leave",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = some_time(random);
            cut(draft, random, Ending::HalfClose(time))
        },
    ),
    mutation(
        "reset-behind",
        Either,
        "the connection is reset behind a whole response",
        "RFC 9112 §9.6: a reset may erase what has not been read; what says its end itself is complete",
        |draft, _| {
            if draft.framing == Framing::UntilClose {
                return None;
            }
            draft.delivery.ending = Ending::Reset(READING);
            Some(())
        },
    ),
    mutation(
        "reset-for-end",
        Reject,
        "the connection is reset where its end would end the content",
        "RFC 9112 §8: complete, unless the connection says that there was an error",
        |draft, _| {
            if draft.framing != Framing::UntilClose {
                return None;
            }
            draft.delivery.ending = Ending::Reset(READING);
            Some(())
        },
    ),
    mutation(
        "unannounced-end",
        Accept,
        "the connection is closed behind a whole response that does not say so",
        "RFC 9112 §9.5: a server may close at any time",
        |draft, random| {
            if draft.delivery.ending != Ending::Open {
                return None;
            }
            draft.delivery.ending = match random.below(3) {
                0 => Ending::Close,
                1 => Ending::HalfClose(some_time(random)),
                _ => Ending::HoldThenClose(some_time(random)),
            };
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "silence-before-end",
        Accept,
        "the response says that the connection ends, which it does only after a while",
        "RFC 9112 §6.3: a response that says where it ends is complete there",
        |draft, random| {
            if draft.delivery.ending != Ending::Close {
                return None;
            }
            draft.delivery.ending = Ending::HoldThenClose(some_time(random));
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "announced-end-does-not-come",
        Accept,
        "the response says that the connection ends, and it stays open",
        "RFC 9112 §9.6: a client must send no further request on it",
        |draft, random| {
            if draft.delivery.ending != Ending::Open {
                return None;
            }
            let values = ["close", "CLOSE", "keep-alive, close", "foo ,close"];
            insert(
                draft,
                Field::new("Connection", random.pick(&values)),
                random,
            )
        },
    )
    .never_reused(),
];

/// Ends a response that says how much content it has in the middle of that.
fn cut(draft: &mut Draft, random: &mut Random, ending: Ending) -> Option<()> {
    let is_said = matches!(draft.framing, Framing::Length | Framing::Chunked);
    if !is_said || draft.content.is_empty() || draft.delivery.cut.is_some() {
        return None;
    }
    draft.delivery.cut = Some(Cut::InBody(random.next()));
    draft.delivery.ending = ending;
    Some(())
}
