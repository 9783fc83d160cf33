//! `Content-Range` in a response whose status gives it no meaning.

use crate::response_fuzz::draft::FieldLine;
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::field_lines::insert;

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Fields,
    "content-range-unasked",
    Reaction::Accept,
    "there is a `Content-Range`, and the status is neither 206 nor 416",
    "RFC 9110 §14.4: the field has no meaning for other status codes",
    |draft, random| {
        let values = [
            "bytes 0-3/100",
            "bytes */0",
            "bytes 90-99/100",
            "lines 1-2/3",
        ];
        let value = random.pick(&values);
        insert(draft, FieldLine::new("Content-Range", value), random)
    },
);
