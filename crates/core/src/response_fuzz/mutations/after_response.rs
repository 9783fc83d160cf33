//! Bytes after a complete response, which answer no request (RFC 9112 §6.3).

use crate::response_fuzz::delivery::{At, Split};
use crate::response_fuzz::draft::{Draft, Framing};
use crate::response_fuzz::mutation::Reaction::{self, Accept, Either};
use crate::response_fuzz::mutation::{Mutation, Place};
use crate::response_fuzz::random::Random;

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

/// The rule of all of them.
const EXTRA: &str = "RFC 9112 §6.3: a client must not take it for another response";

const EVIL: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nX-Evil: 1\r\n\r\nevil";

pub(super) static MUTATIONS: [Mutation; 5] = [
    mutation(
        "line-end-behind",
        Either,
        "there is one more line end behind the response",
        EXTRA,
        |draft, random| {
            let ends: [&[u8]; 3] = [b"\r\n", b"\n", b"\r\n\r\n"];
            put(draft, random.pick(&ends))
        },
    )
    .never_reused(),
    mutation(
        "response-behind",
        Accept,
        "another response follows at once",
        EXTRA,
        |draft, _| put(draft, EVIL),
    )
    .never_reused(),
    mutation(
        "later-response-behind",
        Accept,
        "another response follows after a while",
        EXTRA,
        |draft, random| {
            let pause = some_time(random);
            put(draft, EVIL)?;
            draft.delivery.splits.push(Split {
                at: At::AfterResponse,
                pause,
            });
            Some(())
        },
    )
    .never_reused(),
    mutation(
        "interim-behind",
        Accept,
        "an interim response stands behind the final one",
        EXTRA,
        |draft, random| {
            let responses: [&[u8]; 2] = [
                b"HTTP/1.1 100 Continue\r\n\r\n",
                b"HTTP/1.1 103 Early Hints\r\nLink: </evil.css>\r\n\r\n",
            ];
            put(draft, random.pick(&responses))
        },
    )
    .never_reused(),
    mutation(
        "junk-behind",
        Accept,
        "other bytes follow the response",
        EXTRA,
        |draft, random| {
            let junk: [&[u8]; 4] = [b"evil", b"\0\0\0\0", b"0\r\n\r\n", b"H"];
            put(draft, random.pick(&junk))
        },
    )
    .never_reused(),
];

/// Puts bytes after a response that does not end with the connection.
fn put(draft: &mut Draft, bytes: &[u8]) -> Option<()> {
    if draft.framing == Framing::UntilClose || !draft.after.is_empty() {
        return None;
    }
    draft.after = bytes.to_vec();
    Some(())
}
