//! The file that a request names. All handlers of files and scripts start here. They get an open
//! file, so that no name is looked up twice; it is below the root, unless the mount allows links
//! out of it.

pub mod content_of_range;
pub mod directory;
pub mod dot_headers;
pub mod file;
mod kept;
pub mod locate;
pub mod media_type;
pub mod needs_https;
pub mod open_in_root;
pub mod script_folder;
mod sorting;
pub mod stamp;
mod validators;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{File, Metadata};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{Dir, DirEntry};

use crate::exchange::{Links, Mount};
use crate::fault::Fault;

use crate::site::files::open_in_root::{Place, Root};

/// The files that a handler answers with.
///
/// ```
/// use std::path::Path;
///
/// use wireserve::handlers::Files;
/// use wireserve::{Links, Mount};
///
/// let below = Files::mounted(Mount::new(Path::new("/srv/a"), "/a/")).follow(Links::Anywhere);
/// assert_eq!(below.name(b"/a/b%20c.txt")?, Path::new("b c.txt"));
/// assert_eq!(below.mount().links(), Links::Anywhere);
/// assert_eq!(Files::below(Path::new("/srv")).name(b"/a/../../b").map_err(|fault| fault.status), Err(404));
/// let always = Files::single("/srv/index.html", Path::new("/srv"));
/// assert_eq!(always.name(b"/whatever")?, Path::new("index.html"));
/// # Ok::<(), wireserve::Fault>(())
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    mount: Mount,
    /// The folder that links may not leave: the root of the mount, or of the single file.
    place: Place,
    /// This file for every URL; without it, the file that the URL names.
    single: Option<PathBuf>,
}

/// A regular file or a folder, open.
#[derive(Debug)]
pub struct Found {
    /// Open for reading.
    pub file: File,
    /// The metadata at the time of opening.
    pub metadata: Metadata,
    root: Root,
    /// Relative to the root.
    name: PathBuf,
}

impl Files {
    /// The files of a folder that is served at `/`.
    ///
    /// See the example of [`Files`].
    pub fn below(folder: impl Into<Arc<Path>>) -> Self {
        Self::mounted(Mount::top(folder))
    }

    /// The files of a mount.
    ///
    /// See the example of [`Files`].
    pub fn mounted(mount: Mount) -> Self {
        Self {
            place: Place::new(Arc::clone(mount.root())),
            mount,
            single: None,
        }
    }

    /// One file for every URL, on a site with this doc root. The file may be outside the doc root;
    /// if it is a link, the link may then lead only to files in its folder.
    ///
    /// See the example of [`Files`].
    pub fn single(path: impl Into<PathBuf>, doc_root: impl Into<Arc<Path>>) -> Self {
        let (path, doc_root) = (path.into(), doc_root.into());
        let (root, name) = root_of(&path, &doc_root);
        Self {
            mount: Mount::top(doc_root),
            place: Place::new(root),
            single: Some(name),
        }
    }

    /// The same files, with this rule for links.
    ///
    /// See the example of [`Files`].
    #[must_use]
    pub fn follow(self, links: Links) -> Self {
        Self {
            mount: self.mount.follow(links),
            ..self
        }
    }

    /// The folder and its path in the site.
    ///
    /// See the example of [`Files`].
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// Opens the file or folder that the path of a URL names.
    ///
    /// # Errors
    /// 404 if it is neither a file nor a folder, or may not be served; 503 if the system has no
    /// descriptor left.
    #[doc(hidden)]
    pub fn open(&self, url_path: &[u8]) -> Result<Found, Fault> {
        self.open_name(self.name(url_path)?.into_owned())
    }

    /// The name of the file that the path of a URL names, relative to the root. It may not exist.
    ///
    /// See the example of [`Files`].
    ///
    /// # Errors
    /// 404 for a path that cannot name a file.
    pub fn name<'a>(&'a self, url_path: &'a [u8]) -> Result<Cow<'a, Path>, Fault> {
        match &self.single {
            Some(name) => Ok(Cow::Borrowed(name)),
            None => locate::locate(&self.mount, url_path),
        }
    }

    /// Opens the file or folder with this name.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[doc(hidden)]
    pub fn open_name(&self, name: PathBuf) -> Result<Found, Fault> {
        let root = self.place.open(self.mount.links());
        let root = root.map_err(|error| unopened(self.place.path(), &error))?;
        Found::open(root, name)
    }

    /// Opens the single file or folder of these files, and logs nothing.
    ///
    /// # Errors
    /// When these are the files of a folder, or the file cannot be opened.
    #[doc(hidden)]
    pub fn try_single(&self) -> io::Result<Found> {
        let name = self.single.clone().ok_or(io::ErrorKind::InvalidInput)?;
        let root = self.place.open(self.mount.links())?;
        let (file, metadata) = open_below(&root, &name)?;
        Ok(Found {
            file,
            metadata,
            root,
            name,
        })
    }
}

/// The fault for a file that cannot be opened.
pub fn unopened(name: &Path, error: &io::Error) -> Fault {
    match Fault::of_shortage(error) {
        Some(shortage) => Fault::new(
            shortage.status,
            format!("cannot open {}: {}", name.display(), shortage.message),
        ),
        None => Fault::no_file(name),
    }
}

/// The root of a single file, and its name below the root.
fn root_of(path: &Path, doc_root: &Arc<Path>) -> (Arc<Path>, PathBuf) {
    let is_plain = |name: &Path| {
        name.components()
            .all(|part| matches!(part, Component::Normal(_)))
    };
    if let Ok(name) = path.strip_prefix(doc_root)
        && is_plain(name)
    {
        return (Arc::clone(doc_root), name.to_owned());
    }
    let (root, name) = match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) => (folder, Path::new(name)),
        _ => (path, Path::new("")),
    };
    // A name without a folder is in the working directory.
    let root = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    (root.into(), name.to_owned())
}

impl Found {
    /// Opens a name below a root, which must be a file or a folder.
    fn open(root: Root, name: PathBuf) -> Result<Self, Fault> {
        let (file, metadata) =
            open_below(&root, &name).map_err(|error| missed(&root, &name, &error))?;
        Ok(Self {
            file,
            metadata,
            root,
            name,
        })
    }

    /// The path. Opening it again may lead to another file.
    pub fn path(&self) -> PathBuf {
        // `Path::join` would add a slash to the root if the name is empty.
        if self.name.as_os_str().is_empty() {
            self.root.path().to_owned()
        } else {
            self.root.path().join(&self.name)
        }
    }

    /// The root.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The name relative to the root.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Whether it is a folder and not a file.
    pub fn is_folder(&self) -> bool {
        self.metadata.is_dir()
    }

    /// The names in this folder, unordered.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn names(&self) -> Result<impl Iterator<Item = OsString>, Fault> {
        let entries =
            Dir::read_from(&self.file).map_err(|error| unopened(&self.name, &error.into()))?;
        let name = |entry: DirEntry| OsString::from_vec(entry.file_name().to_bytes().to_vec());
        Ok(entries.flatten().map(name))
    }

    /// Opens an entry of this folder.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn entry(&self, name: &OsStr) -> Result<(File, Metadata), Fault> {
        let name = self.name.join(name);
        open_below(&self.root, &name).map_err(|error| missed(&self.root, &name, &error))
    }

    /// Like [`entry`](Self::entry), but does not log a link that leads out of the root.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn listed_entry(&self, name: &OsStr) -> Result<(File, Metadata), Fault> {
        let name = self.name.join(name);
        open_below(&self.root, &name).map_err(|error| unopened(&name, &error))
    }

    /// Replaces this folder by its entry of that name.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn into_entry(self, name: &OsStr) -> Result<Self, Fault> {
        let name = self.name.join(name);
        Self::open(self.root, name)
    }
}

fn open_below(root: &Root, name: &Path) -> io::Result<(File, Metadata)> {
    let file = root.open_file(name)?;
    let metadata = file.metadata()?;
    if metadata.is_file() || metadata.is_dir() {
        Ok((file, metadata))
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, NOT_A_FILE))
    }
}

const NOT_A_FILE: &str = "expected a regular file or a folder";

/// The fault for a name below a root that cannot be opened. A link that leads out is logged.
fn missed(root: &Root, name: &Path, error: &io::Error) -> Fault {
    root.log_link_out(name, error);
    unopened(name, error)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_single_file_s_root() {
        for (path, root, name) in [
            ("/site/a", "/site", "a"),
            ("/site/sub/a", "/site", "sub/a"),
            ("/site", "/site", ""),
            ("/site/../a", "/site/..", "a"),
            ("/elsewhere/a", "/elsewhere", "a"),
            ("/site2/a", "/site2", "a"),
            ("a", ".", "a"),
            ("/", "/", ""),
        ] {
            let found = root_of(Path::new(path), &Path::new("/site").into());
            assert_eq!(
                (&*found.0, &*found.1),
                (Path::new(root), Path::new(name)),
                "{path}"
            );
        }
    }

    #[test]
    fn only_files_and_folders_are_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "ham").unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
        rustix::fs::mkfifoat(
            rustix::fs::CWD,
            folder.path().join("pipe"),
            rustix::fs::Mode::RUSR,
        )
        .unwrap();
        let files = Files::below(folder.path());
        let seen = |path: &str| {
            let found = files.open(path.as_bytes()).ok()?;
            Some((found.path(), found.is_folder()))
        };
        assert_eq!(seen("/a"), Some((folder.path().join("a"), false)));
        assert_eq!(seen("/"), Some((folder.path().to_owned(), true)));
        assert_eq!(seen("/pipe"), None);
        assert_eq!(seen("/socket"), None);
        assert_eq!(seen("/b"), None);
    }
}
