//! Several `Set-Cookie` field lines, which cannot be joined to a list.

use crate::response_fuzz::draft::FieldLine;
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};

pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Fields,
    "several-cookies",
    Reaction::Accept,
    "there are several `Set-Cookie` fields, with commas in their dates",
    "RFC 9110 §5.3: `Set-Cookie` fields cannot be combined, and a recipient ought to treat each alone",
    |draft, random| {
        for number in 0..random.between(2, 6) {
            let value =
                format!("c{number}=v{number}; Expires=Sat, 21 Nov 2026 12:00:00 GMT; Path=/");
            draft.fields.push(FieldLine::new("Set-Cookie", value));
        }
        Some(())
    },
);
