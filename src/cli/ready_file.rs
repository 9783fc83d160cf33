//! The file of `--ready-file`: a JSON object with the process and its listeners. It appears whole, once the
//! server listens, and is removed when the server stops; so a program may wait for it. One that a killed server
//! has left is removed before the server starts.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{self, Path, PathBuf};
use std::process;

use serde::Serialize;

use super::error::CommandError;
use super::ready::ReadyListener;

/// The ready file of this process.
#[derive(Debug)]
pub(super) struct ReadyFile {
    /// Absolute: the server changes the current folder.
    path: PathBuf,
    /// What was written.
    text: Vec<u8>,
}

/// What the file has.
#[derive(Serialize)]
struct Content<'a> {
    pid: u32,
    listeners: &'a [ReadyListener],
}

impl ReadyFile {
    /// A file that does not exist yet. An old one is removed.
    pub(super) fn new(path: PathBuf) -> Result<Self, CommandError> {
        let unusable = |source| CommandError::ReadyFile {
            path: path.clone(),
            source,
        };
        let absolute = path::absolute(&path).map_err(unusable)?;
        remove_old(&absolute).map_err(unusable)?;
        Ok(Self {
            path: absolute,
            text: Vec::new(),
        })
    }

    /// Writes the file. Its readers find all of it, or no file.
    pub(super) fn write(&mut self, listeners: &[ReadyListener]) -> Result<(), CommandError> {
        let content = Content {
            pid: process::id(),
            listeners,
        };
        self.replace(&content)
            .map_err(|source| CommandError::ReadyFile {
                path: self.path.clone(),
                source,
            })
    }

    fn replace(&mut self, content: &Content<'_>) -> io::Result<()> {
        self.text = serde_json::to_vec_pretty(content)?;
        self.text.push(b'\n');
        let folder = self.path.parent().unwrap_or_else(|| Path::new("/"));
        // As any other new file, before the umask; a token is for this user alone.
        let has_token = content.listeners.iter().any(|one| one.token.is_some());
        let permissions = fs::Permissions::from_mode(if has_token { 0o600 } else { 0o666 });
        let mut file = tempfile::Builder::new()
            .permissions(permissions)
            .tempfile_in(folder)?;
        file.write_all(&self.text)?;
        file.persist(&self.path)?;
        Ok(())
    }

    /// Removes the file, unless another process has replaced it.
    pub(super) fn remove(&self) {
        if fs::read(&self.path).is_ok_and(|text| text == self.text)
            && let Err(error) = fs::remove_file(&self.path)
        {
            log::warn!("cannot remove {}: {error}", self.path.display());
        }
    }
}

fn remove_old(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_file() => fs::remove_file(path),
        Ok(_) => Err(io::Error::other(
            "expected a file or nothing, found another kind of file",
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}
