//! docs/performance.md and its pictures. What the bench says stands between two markers; what
//! somebody has written around them stays.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Complaint;

/// The document as it is, found before anything is measured, since it may turn out not to be one.
pub(crate) struct Document {
    folder: PathBuf,
    text: String,
}

/// The pictures of the document, each unless there was nothing to draw.
pub(crate) struct Pictures {
    pub(crate) comparison: Option<String>,
    pub(crate) growth: Option<String>,
}

impl Document {
    /// In a folder, which has to be there.
    pub(crate) fn find(folder: &Path) -> Result<Self, Complaint> {
        let file = folder.join(NAME);
        let text = match fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound && folder.is_dir() => {
                format!("# Performance\n\n{BEGIN}\n{END}\n")
            }
            Err(error) => return Err(format!("{}: {error}", file.display())),
        };
        if placed(&text, "").is_none() {
            return Err(format!("{} has no markers for the report", file.display()));
        }
        Ok(Self {
            folder: folder.to_owned(),
            text,
        })
    }

    /// Writes all of it, the pictures between the two parts of the report.
    pub(crate) fn write(&self, report: [&str; 2], pictures: &Pictures) -> Result<(), Complaint> {
        let [before, behind] = report;
        let mut generated = before.to_owned();
        for (picture, name, description) in [
            (
                &pictures.comparison,
                "performance-comparison.svg",
                "Requests per second, by work and server",
            ),
            (
                &pictures.growth,
                "performance-growth.svg",
                "wireserve's requests per second and memory by connections",
            ),
        ] {
            if let Some(picture) = picture {
                self.put(name, picture)?;
                generated += &format!("![{description}]({name})\n\n");
            }
        }
        generated += behind;
        self.put(NAME, &placed(&self.text, &generated).unwrap_or_default())
    }

    fn put(&self, name: &str, content: &str) -> Result<(), Complaint> {
        let file = self.folder.join(name);
        fs::write(&file, content).map_err(|error| format!("{}: {error}", file.display()))
    }
}

const NAME: &str = "performance.md";

/// The document with something else between its markers.
pub(crate) fn placed(document: &str, generated: &str) -> Option<String> {
    let (before, rest) = document.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!(
        "{before}{BEGIN}\n\n{}\n\n{END}{after}",
        generated.trim()
    ))
}

pub(crate) const BEGIN: &str = "<!-- From here on by `./dev bench --write` -->";
pub(crate) const END: &str = "<!-- By `./dev bench --write` up to here -->";
