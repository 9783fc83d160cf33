//! Whitespace around the value of `Content-Length`, which is not part of it.

use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::length::{length, set};

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Body,
    "blanks-around-length",
    Reaction::Accept,
    "the value of `Content-Length` has spaces or tabs around it",
    "RFC 9112 §5.1: whitespace around a field value is not part of the value",
    |draft, random| {
        let length = length(draft)?;
        let (before, after) = random.pick(&[("", " "), ("", "\t"), ("  \t", ""), ("\t", " \t ")]);
        set(draft, format!("{before}{length}{after}"))
    },
);
