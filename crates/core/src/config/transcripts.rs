//! The configuration of transcripts.

use std::path::PathBuf;

use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer};

/// The key `transcript`: a transcript of every connection, in a folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Transcripts {
    /// The folder, relative to the file's folder. Without one, nothing is recorded.
    pub folder: Option<PathBuf>,
    /// Whether to write JSON Lines instead of text.
    pub json: Option<bool>,
    /// At least 1: bytes of all files together, see [`TranscriptLimits::folder`](crate::transcript::TranscriptLimits::folder).
    #[serde(deserialize_with = "positive")]
    pub limit: Option<u64>,
    /// At least 1: bytes of the file of one connection, see
    /// [`TranscriptLimits::connection`](crate::transcript::TranscriptLimits::connection).
    #[serde(deserialize_with = "positive")]
    pub connection_limit: Option<u64>,
}

impl Transcripts {
    /// These keys, and those that only `base` has.
    pub(super) fn over(self, base: Self) -> Self {
        Self {
            folder: self.folder.or(base.folder),
            json: self.json.or(base.json),
            limit: self.limit.or(base.limit),
            connection_limit: self.connection_limit.or(base.connection_limit),
        }
    }
}

fn positive<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match Option::deserialize(deserializer)? {
        Some(0) => Err(D::Error::invalid_value(
            Unexpected::Unsigned(0),
            &"at least 1",
        )),
        limit => Ok(limit),
    }
}
