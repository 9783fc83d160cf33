//! How a connection ends, and where within the content it does (RFC 9112 §8 and §9).

use std::time::Duration;

use crate::response_fuzz::delivery::{ConnectionEnd, Cut};
use crate::response_fuzz::draft::{Draft, FieldLine, Framing};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either, Reject};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

use super::field_lines::insert;
use super::pieces::some_time;

const fn mutation(
    name: &'static str,
    reaction: Reaction,
    what: &'static str,
    rule: &'static str,
    apply: fn(&mut Draft, &mut Random) -> Option<()>,
) -> Mutation {
    Mutation::new(Place::Body, name, reaction, what, rule, apply)
}

/// Enough time for a client to read the received bytes before RST discards them.
pub(super) const READING: Duration = Duration::from_millis(50);

pub(super) static MUTATIONS: [Mutation; 9] = [
    mutation(
        "cut-in-content",
        Reject,
        "the connection is closed before the content is complete",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| cut(draft, random, ConnectionEnd::Close),
    ),
    mutation(
        "silence-in-content",
        Reject,
        "the content stops; the connection is silent for a while, and is then closed",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = some_time(random);
            cut(draft, random, ConnectionEnd::HoldThenClose(time))
        },
    ),
    mutation(
        "reset-in-content",
        Reject,
        "the connection is reset before the content is complete",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = if random.one_in(2) {
                READING
            } else {
                Duration::ZERO
            };
            cut(draft, random, ConnectionEnd::Reset(time))
        },
    ),
    mutation(
        "half-close-in-content",
        Reject,
        "the server says that it is done before all of the content has come, and does not leave",
        "RFC 9112 §8: the content is incomplete",
        |draft, random| {
            let time = some_time(random);
            cut(draft, random, ConnectionEnd::HalfClose(time))
        },
    ),
    mutation(
        "reset-behind",
        Either,
        "the connection is reset after a complete response",
        "RFC 9112 §9.6: a reset may erase bytes that the client has not read",
        |draft, _| {
            if draft.framing == Framing::UntilClose {
                return None;
            }
            draft.delivery.end = ConnectionEnd::Reset(READING);
            Some(())
        },
    ),
    mutation(
        "reset-for-end",
        Reject,
        "the connection is reset, and its end delimits the content",
        "RFC 9112 §8: the content is complete only if the connection ends without an error",
        |draft, _| {
            if draft.framing != Framing::UntilClose {
                return None;
            }
            draft.delivery.end = ConnectionEnd::Reset(READING);
            Some(())
        },
    ),
    mutation(
        "unannounced-end",
        Accept,
        "the connection is closed behind a whole response that does not say so",
        "RFC 9112 §9.5: a server may close at any time",
        |draft, random| {
            if draft.delivery.end != ConnectionEnd::KeepOpen {
                return None;
            }
            draft.delivery.end = match random.below(3) {
                0 => ConnectionEnd::Close,
                1 => ConnectionEnd::HalfClose(some_time(random)),
                _ => ConnectionEnd::HoldThenClose(some_time(random)),
            };
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "silence-before-end",
        Accept,
        "the response announces the end of the connection, which follows after a while",
        "RFC 9112 §6.3: a response that is delimited otherwise is complete before that",
        |draft, random| {
            if draft.delivery.end != ConnectionEnd::Close {
                return None;
            }
            draft.delivery.end = ConnectionEnd::HoldThenClose(some_time(random));
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "announced-end-does-not-come",
        Accept,
        "the response announces the end of the connection, which stays open",
        "RFC 9112 §9.6: a client must send no further request on it",
        |draft, random| {
            if draft.delivery.end != ConnectionEnd::KeepOpen {
                return None;
            }
            let values = ["close", "CLOSE", "keep-alive, close", "foo ,close"];
            insert(
                draft,
                FieldLine::new("Connection", random.pick(&values)),
                random,
            )
        },
    )
    .never_reused(),
];

/// Cuts a response with a length or chunks within its content.
fn cut(draft: &mut Draft, random: &mut Random, ending: ConnectionEnd) -> Option<()> {
    let is_delimited = matches!(draft.framing, Framing::Length | Framing::Chunked);
    if !is_delimited || draft.content.is_empty() || draft.delivery.cut.is_some() {
        return None;
    }
    draft.delivery.cut = Some(Cut::InBody(random.next()));
    draft.delivery.end = ending;
    Some(())
}
