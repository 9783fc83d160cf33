//! What a wrapper gets beside its text, from parts of the server that wrappers know nothing of: the
//! fields that the test's `.headers` files ask for, and what templates and pipes make of the response.

use std::path::Path;

use crate::exchange::Exchange;
use crate::fault::Fault;

/// Names and values of header fields.
pub type Fields = Vec<(Vec<u8>, Vec<u8>)>;

/// The two things that a wrapper's response is dressed with.
#[derive(Clone, Copy)]
pub struct Dressing {
    /// The fields for the file of a test, to be set in their order, the last of a name winning.
    pub fields: fn(&Path, &Exchange<'_>) -> Result<Fields, Fault>,
    /// Applies what the path of the script that a wrapper loads (`.sub.` in it) and the query
    /// (`pipe`) ask for to the response that is filled in.
    pub transform: fn(&[u8], &mut Exchange<'_>) -> Result<(), Fault>,
}

impl Dressing {
    /// No fields, and no changes.
    pub const BARE: Self = Self {
        fields: |_, _| Ok(Vec::new()),
        transform: |_, _| Ok(()),
    };
}
