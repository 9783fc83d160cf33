//! Two `Connection` field lines, which are one list: `close` counts in either of them.

use crate::response_fuzz::delivery::ConnectionEnd;
use crate::response_fuzz::draft::FieldLine;
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::field_lines::insert;

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Body,
    "close-in-one-of-two-fields",
    Reaction::Accept,
    "there are two `Connection` fields, one of them has `close`, and the connection stays open",
    "RFC 9110 §5.3, RFC 9112 §9.6: the fields are one list; a client must send no further request",
    |draft, random| {
        if draft.delivery.end != ConnectionEnd::KeepOpen {
            return None;
        }
        let other = random.pick(&["keep-alive", "X-Option", ""]);
        for value in [other, "close"] {
            insert(draft, FieldLine::new("Connection", value), random)?;
        }
        Some(())
    },
)
.never_reused();
