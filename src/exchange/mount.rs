//! A mount: a folder, and the prefix of the URL paths that are looked up in it.

use std::path::Path;
use std::sync::Arc;

/// A folder at a place in the site; scripts see it as `request.doc_root` and `request.url_base`.
///
/// ```
/// use wireserve::{Mount, Server, Site};
///
/// let folder = tempfile::tempdir()?;
/// let mut site = Site::new(folder.path());
/// site.mount(&Mount::new(folder.path(), "/again/"))?;
/// let server = Server::builder().site(site).start()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    root: Arc<Path>,
    /// Begins and ends with a slash.
    url_base: Arc<str>,
    links: Links,
}

/// Where the symbolic links of a folder may lead.
///
/// ```
/// use wireserve::{Links, Site};
///
/// let site = Site::with_links("/srv", Links::Anywhere);
/// assert_eq!(Links::default(), Links::Within);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Links {
    /// Within the folder. Other links are treated as missing.
    #[default]
    Within,
    /// Wherever they point. Anyone who can create links in the folder decides what is served.
    Anywhere,
}

impl Mount {
    /// A folder that serves the whole site.
    pub fn top(root: impl Into<Arc<Path>>) -> Self {
        Self::new(root, "/")
    }

    /// A folder that serves the paths below `url_base`, which begins and ends with a slash. The
    /// folder does not end with a slash.
    pub fn new(root: impl Into<Arc<Path>>, url_base: impl Into<Arc<str>>) -> Self {
        Self {
            root: root.into(),
            url_base: url_base.into(),
            links: Links::default(),
        }
    }

    /// The same mount, with this rule for links.
    #[must_use]
    pub fn follow(self, links: Links) -> Self {
        Self { links, ..self }
    }

    /// The folder.
    pub fn root(&self) -> &Arc<Path> {
        &self.root
    }

    /// Where its links may lead.
    pub fn links(&self) -> Links {
        self.links
    }

    /// The prefix of its paths.
    pub fn url_base(&self) -> &str {
        &self.url_base
    }
}
