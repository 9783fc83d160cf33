//! The file of a listening Unix socket: binding makes it, and dropping removes it. The file of a server that
//! was killed is replaced.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use socket2::{SockAddr, Socket};

/// A file that a socket is bound to.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    /// Device and inode; another file of that name is left alone.
    identity: (u64, u64),
}

impl SocketFile {
    /// Binds a socket to a path, which must be absolute.
    ///
    /// # Errors
    /// When a process listens there, when anything but a socket is there, or when `bind` fails.
    pub(super) fn bind(socket: &Socket, path: &Path) -> io::Result<Self> {
        let address = SockAddr::unix(path).map_err(|_| too_long(path))?;
        match socket.bind(&address) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                remove_stale(path)?;
                socket.bind(&address)?;
            }
            result => result?,
        }
        Ok(Self {
            identity: identity(path)?,
            path: path.to_owned(),
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        if identity(&self.path).is_ok_and(|found| found == self.identity)
            && let Err(error) = fs::remove_file(&self.path)
        {
            log::warn!("cannot remove the socket {}: {error}", self.path.display());
        }
    }
}

/// Removes the file of a socket that nothing listens on.
fn remove_stale(path: &Path) -> io::Result<()> {
    let in_use = |reason: &str| io::Error::new(io::ErrorKind::AddrInUse, reason);
    if !fs::symlink_metadata(path)?.file_type().is_socket() {
        return Err(in_use("expected a socket or nothing, found another file"));
    }
    match UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) => Err(error),
        Ok(_) => Err(in_use("another process listens there")),
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let metadata = fs::symlink_metadata(path)?;
    Ok((metadata.dev(), metadata.ino()))
}

/// Linux has room for 107 bytes.
fn too_long(path: &Path) -> io::Error {
    let length = path.as_os_str().len();
    let reason = format!("expected a path of at most 107 bytes, found {length}");
    io::Error::new(io::ErrorKind::InvalidInput, reason)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use socket2::{Domain, Type};

    use super::*;

    fn bind(path: &Path) -> Result<(Socket, SocketFile), String> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None).unwrap();
        let file = SocketFile::bind(&socket, path).map_err(|error| error.to_string())?;
        Ok((socket, file))
    }

    #[test]
    fn what_is_at_the_path_decides() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");

        drop(UnixListener::bind(&path).unwrap());
        assert!(path.exists(), "the file is stale");
        drop(bind(&path).unwrap());
        assert!(!path.exists());

        let _listener = UnixListener::bind(&path).unwrap();
        assert_eq!(bind(&path).unwrap_err(), "another process listens there");

        let file = folder.path().join("file");
        fs::write(&file, "mine").unwrap();
        let error = bind(&file).unwrap_err();
        assert!(error.contains("found another file"), "{error}");
        assert_eq!(fs::read(&file).unwrap(), b"mine");

        let long = folder.path().join("x".repeat(120));
        let error = bind(&long).unwrap_err();
        assert!(error.contains("at most 107 bytes"), "{error}");
    }

    #[test]
    fn another_file_of_the_same_name_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("socket");
        let bound = bind(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, "mine").unwrap();
        drop(bound);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
    }
}
