//! Which file a request means: what all handlers of files, scripts among them, ask first. What they
//! get is open, so nobody looks a name up twice, and is below the root, wherever links lead.

pub mod content_of_range;
pub mod directory;
pub mod dot_headers;
pub mod file;
pub mod locate;
pub mod media_type;
pub mod open_in_root;

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
#[derive(Clone, Debug)]
pub struct Files {
    mount: Mount,
    /// What links may not leave: the mount's root, or that of the single file.
    place: Place,
    /// This file below the place, whatever the URL; else what the URL says.
    single: Option<PathBuf>,
}

/// A regular file or a folder, open.
#[derive(Debug)]
pub struct Found {
    /// Open for reading.
    pub file: File,
    /// What it was when it was opened.
    pub metadata: Metadata,
    root: Root,
    /// Relative to the root.
    name: PathBuf,
}

impl Files {
    /// The files below a folder that answers for the whole site.
    pub fn below(folder: impl Into<Arc<Path>>) -> Self {
        Self::mounted(Mount::top(folder))
    }

    /// The files of a mount.
    pub fn mounted(mount: Mount) -> Self {
        Self {
            place: Place::new(Arc::clone(mount.root())),
            mount,
            single: None,
        }
    }

    /// One file for every URL, on a site with this doc root. It may be elsewhere, since it is named
    /// outright; a link in its place may then lead as far as its own folder.
    pub fn single(path: impl Into<PathBuf>, doc_root: impl Into<Arc<Path>>) -> Self {
        let (path, doc_root) = (path.into(), doc_root.into());
        let (root, name) = root_of(&path, &doc_root);
        Self {
            mount: Mount::top(doc_root),
            place: Place::new(root),
            single: Some(name),
        }
    }

    /// The same files, but links may lead so far.
    #[must_use]
    pub fn follow(self, links: Links) -> Self {
        Self {
            mount: self.mount.follow(links),
            ..self
        }
    }

    /// The folder and its place in the site.
    pub fn mount(&self) -> &Mount {
        &self.mount
    }

    /// What a URL's path names.
    ///
    /// # Errors
    /// 404 when that is no file and no folder, or may not be served; 503 when the system has no
    /// descriptor left to see.
    pub fn open(&self, url_path: &[u8]) -> Result<Found, Fault> {
        self.open_name(self.name(url_path)?)
    }

    /// The name of what a URL's path names, relative to the root. It may not be there.
    ///
    /// # Errors
    /// 404 for a path that may not name a file.
    pub fn name(&self, url_path: &[u8]) -> Result<PathBuf, Fault> {
        match &self.single {
            Some(name) => Ok(name.clone()),
            None => locate::locate(&self.mount, url_path),
        }
    }

    /// What has this name.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn open_name(&self, name: PathBuf) -> Result<Found, Fault> {
        let root = self.place.open(self.mount.links());
        let root = root.map_err(|error| unopened(self.place.path(), &error))?;
        Found::open(root, name)
    }
}

/// What not to be able to open a file means for who asked for it.
pub fn unopened(name: &Path, error: &io::Error) -> Fault {
    let shortage = Fault::of_shortage(error);
    if shortage.is_some() {
        log::error!("cannot open {}: {error}", name.display());
    }
    shortage.unwrap_or_else(Fault::not_found)
}

/// A single file's root and its name there.
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
    // A bare name is in the working directory.
    let root = if root.as_os_str().is_empty() {
        Path::new(".")
    } else {
        root
    };
    (root.into(), name.to_owned())
}

impl Found {
    /// Opens a name below a root, where a file or a folder must be.
    fn open(root: Root, name: PathBuf) -> Result<Self, Fault> {
        let (file, metadata) = open_below(&root, &name)?;
        Ok(Self {
            file,
            metadata,
            root,
            name,
        })
    }

    /// Where it is. Opening it by this path again may lead elsewhere.
    pub fn path(&self) -> PathBuf {
        // `Path::join` would do but for the slash it adds to the root when the name is empty.
        if self.name.as_os_str().is_empty() {
            self.root.path().to_owned()
        } else {
            self.root.path().join(&self.name)
        }
    }

    /// The root that it is below.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// Its name relative to the root.
    pub fn name(&self) -> &Path {
        &self.name
    }

    /// Whether it is a folder; else it is a file.
    pub fn is_folder(&self) -> bool {
        self.metadata.is_dir()
    }

    /// The names in this folder, in no order.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn names(&self) -> Result<Vec<OsString>, Fault> {
        let entries =
            Dir::read_from(&self.file).map_err(|error| unopened(&self.name, &error.into()))?;
        let name = |entry: DirEntry| OsString::from_vec(entry.file_name().to_bytes().to_vec());
        Ok(entries.flatten().map(name).collect())
    }

    /// What is in this folder under a name.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn entry(&self, name: &OsStr) -> Result<(File, Metadata), Fault> {
        open_below(&self.root, &self.name.join(name))
    }

    /// This folder's entry of that name instead of the folder.
    ///
    /// # Errors
    /// As [`Files::open`].
    pub fn into_entry(self, name: &OsStr) -> Result<Self, Fault> {
        let name = self.name.join(name);
        Self::open(self.root, name)
    }
}

fn open_below(root: &Root, name: &Path) -> Result<(File, Metadata), Fault> {
    let file = root
        .open_file(name)
        .map_err(|error| unopened(name, &error))?;
    let metadata = file.metadata().map_err(|_| Fault::not_found())?;
    if metadata.is_file() || metadata.is_dir() {
        Ok((file, metadata))
    } else {
        Err(Fault::not_found())
    }
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
    fn what_is_neither_file_nor_folder_is_not_there() {
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
