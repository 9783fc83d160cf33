//! Which folder answers which URLs: a folder, and the prefix of the paths that are looked up in it.

use std::path::Path;
use std::sync::Arc;

/// A folder at a place in the site; scripts see it as `request.doc_root` and `request.url_base`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    root: Arc<Path>,
    /// Begins and ends with a slash.
    url_base: Arc<str>,
}

impl Mount {
    /// A folder that answers for the whole site.
    pub fn top(root: impl Into<Arc<Path>>) -> Self {
        Self::new(root, "/")
    }

    /// A folder that answers for the paths below `url_base`, which begins and ends with a slash. The
    /// folder has no slash at its end.
    pub fn new(root: impl Into<Arc<Path>>, url_base: impl Into<Arc<str>>) -> Self {
        Self {
            root: root.into(),
            url_base: url_base.into(),
        }
    }

    /// The folder.
    pub fn root(&self) -> &Arc<Path> {
        &self.root
    }

    /// What paths begin with.
    pub fn url_base(&self) -> &str {
        &self.url_base
    }
}
