//! Which file a request means: what all handlers of files, scripts among them, ask first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::Fault;

use super::locate;

/// The files that a handler answers with.
#[derive(Clone, Debug)]
pub enum Files {
    /// The one that the URL's path names below a folder.
    Below(Arc<Path>),
    /// This one, whatever the URL.
    Single(PathBuf),
}

impl Files {
    /// The files below a folder.
    pub fn below(folder: impl Into<Arc<Path>>) -> Self {
        Self::Below(folder.into())
    }

    /// One file for every URL.
    pub fn single(path: impl Into<PathBuf>) -> Self {
        Self::Single(path.into())
    }

    /// The file for a URL's path. Whether it exists is not looked at.
    ///
    /// # Errors
    /// 404 for a path that may not name a file.
    pub fn find(&self, url_path: &[u8]) -> Result<PathBuf, Fault> {
        match self {
            Self::Below(folder) => locate::locate(folder, url_path),
            Self::Single(path) => Ok(path.clone()),
        }
    }
}
