//! docs/performance.md and its pictures. What the bench says stands between two markers; what
//! somebody has written around them stays.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::Complaint;

/// The pictures of the document, each unless there was nothing to draw.
pub(crate) struct Pictures {
    pub(crate) comparison: Option<String>,
    pub(crate) growth: Option<String>,
}

/// Writes all of it into a folder, the pictures between the two parts of the text.
pub(crate) fn write(
    folder: &Path,
    [before, behind]: [&str; 2],
    pictures: &Pictures,
) -> Result<(), Complaint> {
    let fail = |error: io::Error| format!("{}: {error}", folder.display());
    let file = folder.join("performance.md");
    let document = match fs::read_to_string(&file) {
        Ok(document) => document,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            format!("# Performance\n\n{BEGIN}\n{END}\n")
        }
        Err(error) => return Err(fail(error)),
    };
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
            fs::write(folder.join(name), picture).map_err(fail)?;
            generated += &format!("![{description}]({name})\n\n");
        }
    }
    generated += behind;
    let document = placed(&document, &generated)
        .ok_or_else(|| format!("{} has no markers for the report", file.display()))?;
    fs::write(&file, document).map_err(fail)
}

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
