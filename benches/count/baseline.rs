//! The earlier counts: a JSON file in the repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Complaint;
use super::tools::Tools;
use super::work::Work;

/// Counts to compare with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Baseline {
    pub(crate) counted_with: Tools,
    /// Instructions for one run of the work.
    pub(crate) instructions: BTreeMap<Work, u64>,
}

impl Baseline {
    pub(crate) fn read(file: &Path) -> Result<Self, Complaint> {
        let text = fs::read_to_string(file);
        text.map_err(|error| error.to_string())
            .and_then(|text| Self::parse(&text))
            .map_err(|complaint| {
                let file = file.display();
                format!("{file}: {complaint}; `./dev count --write` writes a new one")
            })
    }

    pub(crate) fn parse(text: &str) -> Result<Self, Complaint> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub(crate) fn write(&self, file: &Path) -> Result<(), Complaint> {
        fs::write(file, self.to_text()).map_err(|error| format!("{}: {error}", file.display()))
    }

    pub(crate) fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).expect("strings and numbers");
        text.push('\n');
        text
    }
}
