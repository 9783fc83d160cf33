//! Opening what is below a root and nothing else. Every file that is served, listed or run is opened
//! here: the kernel looks the name up and checks every link on its way in one call (`openat2`), so that
//! nobody can change a link between the check and the opening.
//!
//! Links that lead out of the root are not there, unless the mount allows them. Links that leave the root
//! and come back, and absolute ones, are no matter for that call; where they end is then looked up, and
//! that place is opened without following any link. Where the kernel does not have the call, or a
//! sandbox forbids it, every name is opened in this second way, whose check and opening are apart.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fs::{Access, AtFlags, Mode, OFlags, ResolveFlags, Stat};
use rustix::io::Errno;

use crate::exchange::Links;

/// The place of a root. The folder stays open from one request to the next for as long as it is what
/// the path leads to: a doc root may be removed and made again, or replaced, while it is served.
#[derive(Clone, Debug)]
pub struct Place {
    path: Arc<Path>,
    kept: Arc<Mutex<Option<Kept>>>,
}

/// A folder with its device and inode, which are no other's while it is open.
#[derive(Clone, Debug)]
struct Kept {
    folder: Arc<OwnedFd>,
    identity: (u64, u64),
}

/// A root, open.
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

    /// Where the root is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the root; links in it may lead so far.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn open(&self, links: Links) -> io::Result<Root> {
        let now = identity(&rustix::fs::stat(&*self.path)?);
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = match &*kept {
            Some(kept) if kept.identity == now => Arc::clone(&kept.folder),
            _ => {
                let opened = Kept::open(&self.path)?;
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

impl Kept {
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
    /// Opens the root at a path, for once.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn at(path: impl Into<Arc<Path>>, links: Links) -> io::Result<Self> {
        Place::new(path).open(links)
    }

    /// Where the root is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens, for reading, what a relative name says; the root itself for an empty one. It may be a
    /// folder, or anything else that can be opened; a pipe is not waited for.
    ///
    /// # Errors
    /// When it is not there, or when a link leads where none may.
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

    /// Opens what may be there, as [`Root::open_file`] does. Where nothing is, this is known sooner:
    /// an open that fails costs three times as much as the question.
    ///
    /// # Errors
    /// As [`Root::open_file`].
    pub fn open_if_there(&self, name: &Path) -> io::Result<File> {
        rustix::fs::accessat(&*self.folder, name, Access::EXISTS, AtFlags::empty())?;
        self.open_file(name)
    }

    fn open_beneath(&self, name: &Path, resolve: ResolveFlags) -> rustix::io::Result<OwnedFd> {
        let mut attempts = 0;
        loop {
            match rustix::fs::openat2(&*self.folder, name, READ, Mode::empty(), resolve) {
                // Something was renamed meanwhile, so that the kernel cannot be sure.
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

/// Without `NONBLOCK` opening a named pipe would wait for its writer; for a file it means nothing.
const READ: OFlags = OFlags::RDONLY
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOCTTY)
    .union(OFlags::NONBLOCK);

/// How often the kernel is asked again when names change under its eyes; then the slower way is taken.
const ATTEMPTS: usize = 8;

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    use super::*;

    /// A folder `site` with links of all kinds, beside a secret.
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

    /// What is read there; nothing for a folder.
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
    fn links_lead_as_far_as_they_may() {
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
    fn the_slower_way_leads_to_the_same_places() {
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
