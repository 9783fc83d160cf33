//! The folder of `--report`: one file for each format.

use std::fs;
use std::io;
use std::path::Path;

use super::data::Report;
use super::{badge, junit, markdown, page};

/// Writes all files, and makes the folder if it is missing. Files of an earlier run are replaced, each as a whole.
///
/// # Errors
/// When a file cannot be written; the message names it.
pub fn write(folder: &Path, report: &Report) -> io::Result<()> {
    let json = report.json()?;
    let named = |path: &Path, error: io::Error| {
        io::Error::new(error.kind(), format!("{}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| named(folder, error))?;
    for (name, text) in [
        ("index.html", page::html(report, &json)),
        ("junit.xml", junit::xml(report)),
        ("report.md", markdown::text(report)),
        ("badge.svg", badge::svg(report)),
        // Last: the next run may compare with it.
        ("report.json", json),
    ] {
        let path = folder.join(name);
        let draft = folder.join(format!(".{name}.new"));
        let written = fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path));
        written.map_err(|error| named(&path, error))?;
    }
    Ok(())
}
