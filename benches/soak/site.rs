//! The doc root: the files in `site/`, and a generated file that is too large for the repository.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempDir;

use super::support::repository;

/// Size of the large file, which exceeds a connection's buffers.
pub(crate) const LARGE: usize = 10 * 1024 * 1024;

/// A doc root, removed when dropped.
pub(crate) struct Site(TempDir);

impl Site {
    /// Copies and generates all files.
    pub(crate) fn make() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        for entry in fs::read_dir(repository().join("benches/soak/site"))? {
            let entry = entry?;
            fs::copy(entry.path(), folder.path().join(entry.file_name()))?;
        }
        let large: Vec<_> = (0..LARGE).map(large_byte).collect();
        fs::write(folder.path().join("large.bin"), large)?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A byte of the large file, by its offset.
pub(crate) fn large_byte(at: usize) -> u8 {
    (at % 251) as u8
}
