//! Which file a request means: what all handlers of files, scripts among them, ask first.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::exchange::Mount;
use crate::fault::Fault;

use super::locate;

/// The files that a handler answers with.
#[derive(Clone, Debug)]
pub struct Files {
    mount: Mount,
    /// This file, whatever the URL; else the one that the URL's path names below the mount.
    single: Option<PathBuf>,
}

impl Files {
    /// The files below a folder that answers for the whole site.
    pub fn below(folder: impl Into<Arc<Path>>) -> Self {
        Self::mounted(Mount::top(folder))
    }

    /// The files of a mount.
    pub fn mounted(mount: Mount) -> Self {
        let single = None;
        Self { mount, single }
    }

    /// One file for every URL, on a site with this doc root.
    pub fn single(path: impl Into<PathBuf>, doc_root: impl Into<Arc<Path>>) -> Self {
        Self {
            mount: Mount::top(doc_root),
            single: Some(path.into()),
        }
    }

    /// The folder and its place in the site.
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// The file for a URL's path. Whether it exists is not looked at.
    ///
    /// # Errors
    /// 404 for a path that may not name a file.
    pub fn find(&self, url_path: &[u8]) -> Result<PathBuf, Fault> {
        match &self.single {
            Some(path) => Ok(path.clone()),
            None => locate::locate(&self.mount, url_path),
        }
    }
}
