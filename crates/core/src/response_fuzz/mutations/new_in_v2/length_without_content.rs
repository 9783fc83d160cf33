//! `Content-Length` in a response whose status allows no content.

use crate::response_fuzz::draft::{FieldLine, Framing};
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::field_lines::insert;

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Body,
    "length-without-content",
    Reaction::Accept,
    "a 204 or 304 response has `Content-Length`, and no content",
    "RFC 9112 §6.3: the response ends with the empty line, whatever its fields say",
    |draft, random| {
        if draft.framing != Framing::NoContent {
            return None;
        }
        let length = random.pick(&["0", "5", "1000", "4294967296"]);
        insert(draft, FieldLine::new("Content-Length", length), random)
    },
);
