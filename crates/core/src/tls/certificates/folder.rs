//! The folder of a [`Store`](super::Store): its files are replaced as a whole, processes take turns, and other users may
//! be kept out.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{
    DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _,
};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use tempfile::Builder;

use super::store_error::StoreError;

/// How long to wait for other processes. Making certificates takes milliseconds.
const LOCK_LIMIT: Duration = Duration::from_secs(10);

/// How often to try the lock.
const LOCK_INTERVAL: Duration = Duration::from_millis(10);

/// The bits of a mode that let others change a folder.
const WRITABLE_BY_OTHERS: u32 = 0o022;

/// A folder with certificates and keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Whether it must be closed to other users.
    pub(super) is_private: bool,
}

/// Who may read a file.
pub(super) enum Secrecy {
    /// Its owner.
    Secret,
    /// Everyone.
    Public,
}

impl Folder {
    /// Replaces a file as a whole.
    pub(super) fn write(
        &self,
        path: &Path,
        text: &str,
        secrecy: Secrecy,
    ) -> Result<(), StoreError> {
        let mode = match secrecy {
            Secrecy::Secret => 0o600,
            Secrecy::Public => 0o644,
        };
        let written = Builder::new()
            .prefix(".new-")
            .permissions(fs::Permissions::from_mode(mode))
            .tempfile_in(&self.path)
            .and_then(|mut file| {
                file.write_all(text.as_bytes())?;
                file.as_file().sync_all()?;
                file.persist(path).map_err(|error| error.error)
            });
        written.map(drop).map_err(|source| unusable(path, source))
    }

    pub(super) fn prepare(&self) -> Result<(), StoreError> {
        let folder = self.path.as_path();
        let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|source| unusable(folder, source))?;
        let metadata = fs::metadata(folder).map_err(|source| unusable(folder, source))?;
        let user = rustix::process::geteuid().as_raw();
        if self.is_private && metadata.uid() != user {
            return Err(StoreError::Foreign(folder.to_owned()));
        }
        if self.is_private && metadata.mode() & WRITABLE_BY_OTHERS != 0 {
            return Err(StoreError::Open(folder.to_owned()));
        }
        Ok(())
    }

    /// Waits until no other process uses the folder. The lock ends with the file.
    pub(super) fn lock(&self) -> Result<File, StoreError> {
        let path = self.path.join(".lock");
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let file = options
            .open(&path)
            .map_err(|source| unusable(&path, source))?;
        let deadline = Instant::now() + LOCK_LIMIT;
        loop {
            match flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(file),
                Err(Errno::WOULDBLOCK) if Instant::now() < deadline => thread::sleep(LOCK_INTERVAL),
                Err(Errno::WOULDBLOCK) => return Err(StoreError::Locked(path)),
                Err(Errno::INTR) => {}
                Err(error) => return Err(unusable(&path, error.into())),
            }
        }
    }
}

fn unusable(path: &Path, source: io::Error) -> StoreError {
    StoreError::Unusable {
        path: path.to_owned(),
        source,
    }
}
