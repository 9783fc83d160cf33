//! A mount: a folder, and the prefix of the URL paths that are looked up in it.

use std::path::Path;
use std::sync::Arc;

/// A folder at a place in the site; scripts see it as `request.doc_root` and `request.url_base`.
///
/// ```
/// # use std::io::Write;
/// use wireserve::{Links, Mount, Server, Site};
///
/// let folder = tempfile::tempdir()?;
/// std::fs::write(folder.path().join("a.txt"), "a file")?;
/// let mut site = Site::bare(folder.path());
/// let mount = Mount::new(folder.path(), "/again/").follow(Links::Anywhere);
/// assert_eq!((&**mount.root(), mount.url_base()), (folder.path(), "/again/"));
/// assert_eq!((mount.links(), Mount::top(folder.path()).url_base()), (Links::Anywhere, "/"));
/// site.mount(&mount)?;
/// let server = Server::builder().site(site).start()?;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"GET /again/a.txt HTTP/1.1\r\nConnection: close\r\n\r\n")?;
/// # assert!(std::io::read_to_string(client)?.ends_with("\r\n\r\na file"));
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
    ///
    /// See the example of [`Mount`].
    pub fn top(root: impl Into<Arc<Path>>) -> Self {
        Self::new(root, "/")
    }

    /// A folder that serves the paths below `url_base`, which begins and ends with a slash. The
    /// folder does not end with a slash.
    ///
    /// See the example of [`Mount`].
    pub fn new(root: impl Into<Arc<Path>>, url_base: impl Into<Arc<str>>) -> Self {
        Self {
            root: root.into(),
            url_base: url_base.into(),
            links: Links::default(),
        }
    }

    /// The same mount, with this rule for links.
    ///
    /// See the example of [`Mount`].
    #[must_use]
    pub fn follow(self, links: Links) -> Self {
        Self { links, ..self }
    }

    /// The folder.
    ///
    /// See the example of [`Mount`].
    pub fn root(&self) -> &Arc<Path> {
        &self.root
    }

    /// Where its links may lead.
    ///
    /// See the example of [`Mount`].
    pub fn links(&self) -> Links {
        self.links
    }

    /// The prefix of its paths.
    ///
    /// See the example of [`Mount`].
    pub fn url_base(&self) -> &str {
        &self.url_base
    }
}
