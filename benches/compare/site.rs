//! The doc root that all servers serve: the files in `site/`, and generated files that are too large for the
//! repository.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::work::Work;

/// Size of the large file.
const LARGE: usize = 10 * 1024 * 1024;

/// The approximate size of the page with templates.
const PAGE: usize = 10 * 1024;

/// A doc root, removed when dropped.
pub(crate) struct Site(TempDir);

impl Site {
    /// Copies and generates all files.
    pub(crate) fn make() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/compare/site");
        for entry in fs::read_dir(kept)? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
        fs::write(folder.path().join("page.sub.html"), page(Text::Template))?;
        fs::write(folder.path().join("large.bin"), large())?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// The content of all responses, unless the work depends on its content.
pub(crate) const SHORT: &[u8] = b"hello";

/// The expected content of a work.
pub(crate) fn content(work: Work) -> Vec<u8> {
    match work {
        Work::Query => b"hello you".to_vec(),
        Work::Static => include_bytes!("site/static.txt").to_vec(),
        Work::Template => page(Text::Filled).into_bytes(),
        Work::Large | Work::LargeMany => large(),
        _ => SHORT.to_vec(),
    }
}

fn large() -> Vec<u8> {
    (0..LARGE).map(|at| (at % 251) as u8).collect()
}

#[derive(Clone, Copy)]
enum Text {
    Template,
    Filled,
}

/// Paragraphs, with about as many placeholders as a page of a test suite.
fn page(text: Text) -> String {
    let (name, path) = match text {
        Text::Template => ("{{GET[name]}}", "{{location[path]}}"),
        Text::Filled => ("you&amp;me", "/page.sub.html"),
    };
    let filler = "The quick brown fox jumps over the lazy dog. ".repeat(10);
    let paragraph = format!("<p>{name}: {filler} <a href=\"{path}\">here</a></p>\n");
    let template = format!("<p>{{{{GET[name]}}}}: {filler} <a href=\"{{{{location[path]}}}}\">");
    paragraph.repeat(PAGE / template.len())
}
