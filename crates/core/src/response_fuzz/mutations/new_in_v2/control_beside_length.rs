//! A control character beside the value of `Content-Length`, which some parsers skip as whitespace.

use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::length::{length, set};

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Body,
    "control-beside-length",
    Reaction::Reject,
    "there is a control character before or after the number of `Content-Length`",
    "RFC 9112 §6.3: a user agent must close the connection and discard the response",
    |draft, random| {
        let length = length(draft)?;
        let control = random.pick(&['\x0b', '\x0c', '\x01', '\x7f']);
        let value = match random.below(2) {
            0 => format!("{control}{length}"),
            _ => format!("{length}{control}"),
        };
        set(draft, value)
    },
);
