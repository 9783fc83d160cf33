//! The folder of a script, whose wire scripts name files: relative to the script, and below the root in which
//! it is.

use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::exchange::{Links, Mount};
use crate::wire_script::{Folder, WireScript};

use super::open_in_root::Root;
use super::{open_below, root_of};

/// A folder below a root.
#[derive(Debug)]
pub struct ScriptFolder {
    root: Arc<Path>,
    links: Links,
    /// Relative to the root.
    folder: PathBuf,
}

impl ScriptFolder {
    /// The folder of a script. Its root is that of the mount, if the script is below it; otherwise the folder
    /// itself.
    pub fn of(script: &Path, mount: &Mount) -> Self {
        let (root, name) = root_of(script, mount.root());
        Self {
            root,
            links: mount.links(),
            folder: name.parent().unwrap_or_else(|| Path::new("")).to_owned(),
        }
    }
}

impl Folder for ScriptFolder {
    fn open(&self, name: &str) -> io::Result<File> {
        let name = below(&self.folder, name)?;
        let root = Root::at(Arc::clone(&self.root), self.links)?;
        let (file, metadata) = open_below(&root, &name)?;
        match metadata.is_file() {
            true => Ok(file),
            false => Err(io::Error::other("expected a file, found a folder")),
        }
    }
}

impl WireScript {
    /// Lets the files that the script names be those of a folder and its subfolders.
    ///
    /// ```
    /// # use std::io::Write;
    /// use wireserve::wire_script::Data;
    /// use wireserve::{Server, WireScript};
    ///
    /// let folder = tempfile::tempdir()?;
    /// std::fs::write(folder.path().join("large.bin"), vec![b'x'; 100_000])?;
    /// let download = Data::from("HTTP/1.1 200 OK\r\n\r\n").file("large.bin");
    /// let script = WireScript::new().send_data(download).close().files_in(folder.path());
    /// let server = Server::start();
    /// server.enqueue(script);
    /// # let mut client = std::net::TcpStream::connect(server.address())?;
    /// # client.write_all(b"GET / HTTP/1.1\r\n\r\n")?;
    /// # let answer = std::io::read_to_string(client)?;
    /// assert_eq!(answer.len(), 100_019); // what a client gets
    /// # Ok::<(), wireserve::Error>(())
    /// ```
    #[must_use]
    pub fn files_in(self, folder: impl Into<PathBuf>) -> Self {
        let folder: PathBuf = folder.into();
        self.with_folder(
            &(Arc::new(ScriptFolder {
                root: folder.into(),
                links: Links::Within,
                folder: PathBuf::new(),
            }) as Arc<dyn Folder>),
        )
    }
}

/// The name of a file from the root, for a name from a folder. A name with a slash at its beginning is one from
/// the root.
fn below(folder: &Path, name: &str) -> io::Result<PathBuf> {
    let mut below = match name.starts_with('/') {
        true => PathBuf::new(),
        false => folder.to_owned(),
    };
    for component in Path::new(name).components() {
        match component {
            Component::Normal(part) => below.push(part),
            Component::ParentDir if !below.pop() => {
                return Err(io::Error::other("expected a file below the root"));
            }
            _ => {}
        }
    }
    Ok(below)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Read as _;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn names_lead_only_to_files_below_the_root() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("sub/deep")).unwrap();
        for name in ["secret", "site/a", "site/sub/b"] {
            fs::write(folder.path().join(name), name).unwrap();
        }
        symlink("../../secret", site.join("sub/out")).unwrap();
        let mount = Mount::top(site.clone());
        let of_script = ScriptFolder::of(&site.join("sub/x.wire"), &mount);
        let outside = ScriptFolder::of(&folder.path().join("x.wire"), &mount);
        let read = |folder: &ScriptFolder, name: &str| {
            let mut text = String::new();
            folder.open(name).ok()?.read_to_string(&mut text).ok()?;
            Some(text)
        };
        for (name, expected) in [
            ("b", Some("site/sub/b")),
            ("./deep/../b", Some("site/sub/b")),
            ("../a", Some("site/a")),
            ("/a", Some("site/a")),
            ("/../a", None),
            ("../../secret", None),
            ("out", None),
            ("deep", None),
            ("a", None),
            ("", None),
            ("b\0", None),
        ] {
            assert_eq!(read(&of_script, name).as_deref(), expected, "{name:?}");
        }
        assert_eq!(read(&outside, "secret").as_deref(), Some("secret"));
        assert_eq!(read(&outside, "site/a").as_deref(), Some("site/a"));
        assert_eq!(read(&outside, "../etc/passwd"), None);
    }
}
