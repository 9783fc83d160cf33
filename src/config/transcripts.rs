//! The configuration of transcripts.

use std::path::PathBuf;

use serde::Deserialize;

/// The key `transcript`: a transcript of every connection, in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transcripts {
    /// The folder, relative to the file's folder. Without one, nothing is recorded.
    pub folder: Option<PathBuf>,
    /// Whether to write JSON Lines instead of text.
    pub json: Option<bool>,
    /// Bytes of all files together, see [`TranscriptLimits::folder`](crate::transcript::TranscriptLimits::folder).
    pub limit: Option<u64>,
}

impl Transcripts {
    /// These keys, and those that only `base` has.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            folder: self.folder.or(base.folder),
            json: self.json.or(base.json),
            limit: self.limit.or(base.limit),
        }
    }
}
