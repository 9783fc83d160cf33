//! Content in a 205 response: a server must not send any, but nothing exempts 205 from the usual framing.

use crate::response_fuzz::draft::Framing;
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};

/// Changes the status line and the content, so it comes alone.
pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Whole,
    "content-with-205",
    Reaction::Either,
    "the status is 205, and there is content",
    "RFC 9110 §15.3.6: a server must not generate content; RFC 9112 §6.3: its length is found as usual",
    |draft, _| {
        let is_delimited = matches!(draft.framing, Framing::Length | Framing::Chunked);
        if !is_delimited || draft.content.is_empty() {
            return None;
        }
        draft.status_line.code = b"205".to_vec();
        draft.status_line.reason = b"Reset Content".to_vec();
        Some(())
    },
);
