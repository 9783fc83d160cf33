//! Opening files below a root, and only there. Every file that is served, listed or run is opened
//! here. The kernel looks up the name and checks every link on the way in one call (`openat2`), so
//! that no link can change between the check and the opening.
//!
//! Unless the mount allows links out of the root, they are treated as missing. `openat2` also
//! refuses absolute links, and links that leave the root and come back. For these, the path is
//! resolved first; if it is below the root, it is opened without following links. If the kernel
//! lacks the call, or a sandbox forbids it, every name is opened this way, with a gap between the
//! check and the opening.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{Access, AtFlags, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;
use rustix_futex_sync::Mutex;

use crate::exchange::Links;

/// The path of a root. The folder stays open across requests as long as the path leads to it, so
/// that a doc root may be replaced while it is served.
#[derive(Clone, Debug)]
pub struct Place {
    path: Arc<Path>,
    kept: Arc<Mutex<Option<OpenFolder>>>,
}

/// An open folder with its device and inode, which are unique while it is open.
#[derive(Clone, Debug)]
struct OpenFolder {
    folder: Arc<OwnedFd>,
    identity: (u64, u64),
}

/// An open root.
#[derive(Debug)]
pub struct Root {
    path: Arc<Path>,
    links: Links,
    folder: Arc<OwnedFd>,
}

impl Place {
    /// The root at this path.
    pub fn new(path: impl Into<Arc<Path>>) -> Self {
        Self {
            path: path.into(),
            kept: Arc::default(),
        }
    }

    /// The path of the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the root, with this rule for links in it.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn open(&self, links: Links) -> io::Result<Root> {
        let now = identity(&rustix::fs::stat(&*self.path)?);
        let mut kept = self.kept.lock();
        let folder = match &*kept {
            Some(kept) if kept.identity == now => Arc::clone(&kept.folder),
            _ => {
                let opened = OpenFolder::open(&self.path)?;
                Arc::clone(&kept.insert(opened).folder)
            }
        };
        drop(kept);
        Ok(Root {
            path: Arc::clone(&self.path),
            links,
            folder,
        })
    }
}

impl OpenFolder {
    fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(path, flags, Mode::empty())?;
        let identity = identity(&rustix::fs::fstat(&folder)?);
        Ok(Self {
            folder: Arc::new(folder),
            identity,
        })
    }
}

fn identity(stat: &Stat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

impl Root {
    /// Opens the root at a path, without keeping it open.
    ///
    /// # Errors
    /// When the folder cannot be opened.
    pub fn at(path: impl Into<Arc<Path>>, links: Links) -> io::Result<Self> {
        Place::new(path).open(links)
    }

    /// The path of the root.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens a relative name for reading, or the root itself for an empty name. It may be a file, a
    /// folder, or anything else that can be opened; opening a named pipe does not wait for its
    /// writer.
    ///
    /// # Errors
    /// When the name does not exist, or a link leads where links may not.
    pub fn open_file(&self, name: &Path) -> io::Result<File> {
        let name = if name.as_os_str().is_empty() {
            Path::new(".")
        } else {
            name
        };
        let opened = match self.links {
            Links::Anywhere => rustix::fs::openat(&*self.folder, name, READ, Mode::empty()),
            Links::Within => match self.open_beneath(name, ResolveFlags::BENEATH) {
                Err(Errno::XDEV | Errno::NOSYS | Errno::PERM | Errno::AGAIN) => {
                    return self.open_where_it_leads(name);
                }
                opened => opened,
            },
        };
        Ok(opened?.into())
    }

    /// Like [`Root::open_file`], but faster if the name does not exist: checking takes a third of
    /// the time of an `open` that fails.
    ///
    /// # Errors
    /// As [`Root::open_file`].
    pub fn open_if_there(&self, name: &Path) -> io::Result<File> {
        rustix::fs::accessat(&*self.folder, name, Access::EXISTS, AtFlags::empty())?;
        self.open_file(name)
    }

    /// What is at a relative name. A link at its end is not followed.
    ///
    /// # Errors
    /// When the name does not exist.
    pub fn look_at(&self, name: &Path) -> Result<Stat, Errno> {
        rustix::fs::statat(&*self.folder, name, AtFlags::SYMLINK_NOFOLLOW)
    }

    /// Logs a name that was not opened because it is a link that leads out of the root; the
    /// response does not show the difference from a missing file.
    pub fn log_link_out(&self, name: &Path, error: &io::Error) {
        if leads_out(error) {
            log::warn!(
                "{name:?} is a link that leads out of {:?} and is treated as missing; add --follow-links-out to follow it",
                self.path
            );
        }
    }

    fn open_beneath(&self, name: &Path, resolve: ResolveFlags) -> rustix::io::Result<OwnedFd> {
        let mut attempts = 0;
        loop {
            match rustix::fs::openat2(&*self.folder, name, READ, Mode::empty(), resolve) {
                // Something was renamed in the meantime, so that the kernel could not check the
                // path.
                Err(Errno::AGAIN) if attempts < ATTEMPTS => attempts += 1,
                opened => return opened,
            }
        }
    }

    fn open_where_it_leads(&self, name: &Path) -> io::Result<File> {
        let root = fs::canonicalize(&self.path)?;
        let end = fs::canonicalize(root.join(name))?;
        let name = end.strip_prefix(&root).map_err(|_| Errno::XDEV)?;
        let name = if name.as_os_str().is_empty() {
            Path::new(".")
        } else {
            name
        };
        let strict = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
        let opened = match self.open_beneath(name, strict) {
            Err(Errno::NOSYS | Errno::PERM) => {
                let flags = READ | OFlags::NOFOLLOW;
                rustix::fs::openat(&*self.folder, name, flags, Mode::empty())
            }
            opened => opened,
        };
        Ok(opened?.into())
    }
}

/// Whether a name was not opened because it leads out of its root.
pub fn leads_out(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::XDEV.raw_os_error())
}

/// `NONBLOCK` keeps the opening of a named pipe from waiting for its writer, and has no effect on
/// files.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY)
    .union(OFlags::NONBLOCK);

/// How often `openat2` is called again if names change during the call; then the path is resolved.
const ATTEMPTS: usize = 8;

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    /// A folder `site` with links of all kinds, next to a file `secret`.
    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("sub")).unwrap();
        fs::create_dir(folder.path().join("site2")).unwrap();
        for (name, text) in [
            ("secret", "secret"),
            ("site2/secret", "secret"),
            ("site/a", "a"),
            ("site/sub/b", "b"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        let absolute = site.join("a");
        for (link, target) in [
            ("inside", Path::new("a")),
            ("sub/up", Path::new("../a")),
            ("folder", Path::new("sub")),
            ("round", Path::new("../site/a")),
            ("absolute", &absolute),
            ("out", Path::new("../secret")),
            ("out2", Path::new("../site2")),
            ("through", Path::new("sub/out")),
            ("sub/out", Path::new("../../secret")),
            ("etc", Path::new("/etc")),
            ("gone", Path::new("nowhere")),
            ("loop", Path::new("loop")),
        ] {
            symlink(target, site.join(link)).unwrap();
        }
        (folder, site)
    }

    /// The text of the file; empty for a folder.
    fn text(opened: io::Result<File>) -> Option<String> {
        let mut file = opened.ok()?;
        let mut text = String::new();
        if file.metadata().unwrap().is_file() {
            file.read_to_string(&mut text).unwrap();
        }
        Some(text)
    }

    const NAMES: [(&str, Option<&str>, Option<&str>); 19] = [
        ("a", Some("a"), Some("a")),
        ("sub/b", Some("b"), Some("b")),
        ("sub/", Some(""), Some("")),
        ("sub", Some(""), Some("")),
        ("", Some(""), Some("")),
        ("inside", Some("a"), Some("a")),
        ("sub/up", Some("a"), Some("a")),
        ("folder/b", Some("b"), Some("b")),
        ("round", Some("a"), Some("a")),
        ("absolute", Some("a"), Some("a")),
        ("out", None, Some("secret")),
        ("out2/secret", None, Some("secret")),
        ("through", None, Some("secret")),
        ("sub/out", None, Some("secret")),
        ("etc/", None, Some("")),
        ("gone", None, None),
        ("loop", None, None),
        ("a/", None, None),
        ("a/b", None, None),
    ];

    #[test]
    fn links_lead_only_where_allowed() {
        let (_folder, site) = folder();
        let root = |links| Root::at(site.clone(), links).unwrap();
        for (name, within, anywhere) in NAMES {
            for (links, expected) in [(Links::Within, within), (Links::Anywhere, anywhere)] {
                let seen = text(root(links).open_file(Path::new(name)));
                assert_eq!(seen.as_deref(), expected, "{name} {links:?}");
            }
        }
    }

    #[test]
    fn resolving_the_path_opens_the_same_files() {
        let (_folder, site) = folder();
        let root = Root::at(site, Links::Within).unwrap();
        for (name, within, _) in NAMES {
            let seen = text(root.open_where_it_leads(Path::new(name)));
            assert_eq!(seen.as_deref(), within, "{name}");
        }
    }

    #[test]
    fn a_root_may_be_a_link_itself() {
        let (folder, _site) = folder();
        let link = folder.path().join("link");
        symlink("site", &link).unwrap();
        let root = Root::at(link, Links::Within).unwrap();
        for name in ["a", "round", "absolute"] {
            assert_eq!(text(root.open_file(Path::new(name))).as_deref(), Some("a"));
        }
        assert!(root.open_file(Path::new("out")).is_err());
    }
}
