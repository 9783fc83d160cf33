//! Which transcripts are made, and where they go.

use std::path::PathBuf;

use serde::Deserialize;

use crate::transcript::{Format, TranscriptLimits};

/// Transcripts of every connection, in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transcripts {
    /// Where they go; relative paths are to the file's folder. Without one there are none.
    pub folder: Option<PathBuf>,
    /// Whether they are JSON lines, not text.
    pub json: Option<bool>,
    /// Bytes of all files together, see [`TranscriptLimits::folder`].
    pub limit: Option<u64>,
}

impl Transcripts {
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            folder: self.folder.or(base.folder),
            json: self.json.or(base.json),
            limit: self.limit.or(base.limit),
        }
    }

    /// How their lines are written.
    pub fn format(&self) -> Format {
        match self.json {
            Some(true) => Format::Json,
            _ => Format::Text,
        }
    }

    /// How much is kept.
    pub fn limits(&self) -> TranscriptLimits {
        let mut limits = TranscriptLimits::default();
        limits.folder = self.limit.unwrap_or(limits.folder);
        limits
    }
}
