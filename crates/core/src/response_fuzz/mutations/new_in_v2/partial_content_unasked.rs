//! 206 in answer to a request without `Range`.

use crate::response_fuzz::draft::{FieldLine, Framing};
use crate::response_fuzz::mutation::{Mutation, Place, Reaction};
use crate::response_fuzz::mutations::field_lines::insert;

/// Changes the status line and the fields, so it comes alone.
pub(super) const MUTATION: Mutation = Mutation::new(
    Place::Whole,
    "partial-content-unasked",
    Reaction::Either,
    "the status is 206 with the first part of a longer content, and the client asked for no range",
    "RFC 9110 §15.3.7: a client must find out which parts it got, and whether others are missing",
    |draft, random| {
        let is_delimited = matches!(draft.framing, Framing::Length | Framing::Chunked);
        if !is_delimited || draft.content.is_empty() {
            return None;
        }
        let (last, length) = (draft.content.len() - 1, draft.content.len());
        let whole = match random.below(3) {
            0 => "*".to_owned(),
            1 => (length + 1).to_string(),
            _ => (2 * length + 10).to_string(),
        };
        draft.status_line.code = b"206".to_vec();
        draft.status_line.reason = b"Partial Content".to_vec();
        let value = format!("bytes 0-{last}/{whole}");
        insert(draft, FieldLine::new("Content-Range", value), random)
    },
);
