//! `Location` in a response that is not a redirection.

use crate::response_fuzz::draft::{FieldLine, Framing};
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::field_lines::insert;

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Fields,
    "location-without-redirect",
    Reaction::Accept,
    "there is a `Location`, and the status is not a redirection",
    "RFC 9110 §10.2.2: only a 3xx response redirects a client",
    |draft, random| {
        // 304 is in that class.
        if draft.framing == Framing::NoContent {
            return None;
        }
        let values = ["/elsewhere", "elsewhere", "/"];
        let value = random.pick(&values);
        insert(draft, FieldLine::new("Location", value), random)
    },
);
