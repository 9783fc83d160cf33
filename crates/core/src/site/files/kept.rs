//! Small files that were served before, kept open with the header fields of their responses, so that the next
//! request looks nothing up. What has been kept is used only while `lstat` finds everything as it was:
//!
//! - the file;
//! - its folder, whose times change as soon as a `.headers` file comes or goes, and the folders above it below
//!   the root, so that a link in the place of one shows;
//! - each `.headers` file that exists.
//!
//! A file is not kept if its name leads over a link below the root; if it was changed within the resolution of its
//! file system's clock, since its next change might not show; if folders on its file system may not show changes;
//! or if it has a `.headers` file that is a link or a template. The content is read for each request, since a
//! program that writes through a memory map does not change the times with each write.

use std::collections::HashMap;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::iter;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use rustc_hash::FxBuildHasher;
use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, StatFs, fstat, fstatfs, lstat};
use rustix::io::{Errno, pread};
use rustix_futex_sync::Mutex;

use crate::http::headers::Headers;

use crate::site::files::Found;
use crate::site::files::dot_headers;
use crate::site::files::open_in_root::Root;
use crate::site::files::stamp::Stamp;

/// The most files that are kept. Each needs a descriptor.
const CAPACITY: usize = 64;

/// The largest file that is kept. Larger ones take longer to send than to open.
const LARGEST: u64 = 64 * 1024;

/// The kept files of one handler.
#[derive(Default)]
pub(super) struct KeptFiles {
    /// By name relative to the root, as it was requested. Only names of files that exist are added, and few of
    /// them, so that collisions do no harm.
    files: Mutex<HashMap<OsString, Arc<KeptFile>, FxBuildHasher>>,
    /// The device of the last file on a file system that may not show changes; 0 before there was one.
    silent: AtomicU64,
}

/// A file that is kept.
pub(super) struct KeptFile {
    file: File,
    length: usize,
    /// All fields of the handler's response.
    fields: Headers,
    /// Whether validators are among the fields.
    pub(super) has_validators: bool,
    proof: Proof,
    /// Since room was last needed.
    is_used: AtomicBool,
}

/// What must be as it was: paths, and what `lstat` found there.
struct Proof(Vec<(CString, Stamp)>);

impl KeptFiles {
    /// The file with this name, if it is kept. It may have changed.
    pub(super) fn get(&self, name: &Path) -> Option<Arc<KeptFile>> {
        self.files.lock().get(name.as_os_str()).map(Arc::clone)
    }

    /// Forgets a file.
    pub(super) fn forget(&self, name: &Path) {
        self.files.lock().remove(name.as_os_str());
    }

    /// Keeps a file that is being answered with these fields, if that is possible. Its look-ups began at this
    /// time.
    pub(super) fn keep(
        &self,
        found: &Found,
        began: SystemTime,
        fields: &Headers,
        has_validators: bool,
    ) {
        let device = found.metadata.dev();
        if found.metadata.len() > LARGEST || self.silent.load(Ordering::Relaxed) == device {
            return;
        }
        if !fstatfs(&found.file).is_ok_and(|file_system| shows_changes(&file_system)) {
            self.silent.store(device, Ordering::Relaxed);
            return;
        }
        let Some((proof, length)) = Proof::of(found, began) else {
            return;
        };
        if !self.has_room() {
            return;
        }
        let Ok(file) = found.file.try_clone() else {
            return;
        };
        let kept = Arc::new(KeptFile {
            file,
            length,
            fields: fields.clone(),
            has_validators,
            proof,
            is_used: AtomicBool::new(true),
        });
        let name = found.name().as_os_str().to_owned();
        let old = self.files.lock().insert(name, kept);
        // Closed after the lock is released.
        drop(old);
    }

    /// Whether there is room for another file. Otherwise files leave that were not used since this was last
    /// asked.
    fn has_room(&self) -> bool {
        let mut files = self.files.lock();
        if files.len() >= CAPACITY {
            files.retain(|_, file| file.is_used.swap(false, Ordering::Relaxed));
        }
        files.len() < CAPACITY
    }
}

impl KeptFile {
    /// Whether nothing has changed.
    pub(super) fn is_unchanged(&self) -> bool {
        self.proof.holds()
    }

    /// The fields of the response.
    pub(super) fn fields(&self) -> Headers {
        self.is_used.store(true, Ordering::Relaxed);
        self.fields.clone()
    }

    /// Bytes of the content.
    pub(super) fn length(&self) -> u64 {
        self.length as u64
    }

    /// The content; `None` if it has become shorter meanwhile, or cannot be read.
    pub(super) fn content(&self) -> Option<Vec<u8>> {
        let mut content = Vec::with_capacity(self.length);
        while content.len() < self.length {
            let offset = content.len() as u64;
            match pread(&self.file, spare_capacity(&mut content), offset) {
                Ok(1..) | Err(Errno::INTR) => {}
                Ok(0) | Err(_) => return None,
            }
        }
        content.truncate(self.length);
        Some(content)
    }
}

impl Proof {
    /// What proves that the answer to a request for this file, which began at this time, is still right; and
    /// the length of the file. `None` if nothing can.
    ///
    /// Everything is looked up from the open root, as it was for the answer. If a folder has been exchanged since
    /// then, its last change is not settled.
    fn of(found: &Found, began: SystemTime) -> Option<(Self, usize)> {
        let mut proof = Self(Vec::with_capacity(3));
        let mut settled = |name: &Path, kind| proof.settled(found.root(), name, kind, began);
        let name = found.name();
        let file = settled(name, FileType::RegularFile)??;
        if file != Stamp::of(&fstat(&found.file).ok()?) {
            return None;
        }
        // The folder of the file and those above it. The root may be a link.
        let folder = name.parent()?;
        let is_root = |folder: &&Path| folder.as_os_str().is_empty();
        let upper = folder
            .ancestors()
            .skip(1)
            .take_while(|upper| !is_root(upper));
        let own = if is_root(&folder) {
            Path::new(".")
        } else {
            folder
        };
        for folder in iter::once(own).chain(upper) {
            if settled(folder, FileType::Directory)??.device() != file.device() {
                return None;
            }
        }
        for stem in [&folder.join(OsStr::from_bytes(dot_headers::DIR)), name] {
            for form in [dot_headers::TEMPLATE, dot_headers::PLAIN] {
                let mut headers = stem.as_os_str().to_owned();
                headers.push(OsStr::from_bytes(form));
                match settled(Path::new(&headers), FileType::RegularFile)? {
                    // The folder shows when it comes.
                    None => {}
                    Some(stamp)
                        if form == dot_headers::PLAIN && stamp.device() == file.device() => {}
                    Some(_) => return None,
                }
            }
        }
        Some((proof, file.size().try_into().ok()?))
    }

    /// Adds what is found at a name, if it is of this kind, and has not changed since before `began`. Nothing is
    /// found at a name that does not exist.
    fn settled(
        &mut self,
        root: &Root,
        name: &Path,
        kind: FileType,
        began: SystemTime,
    ) -> Option<Option<Stamp>> {
        let found = match root.look_at(name) {
            Err(Errno::NOENT) => return Some(None),
            found => found.ok()?,
        };
        let stamp = Stamp::of(&found);
        if FileType::from_raw_mode(found.st_mode) != kind || !stamp.is_settled_at(began) {
            return None;
        }
        let path = root.path().join(name).into_os_string().into_vec();
        self.0.push((CString::new(path).ok()?, stamp));
        Some(Some(stamp))
    }

    fn holds(&self) -> bool {
        self.0
            .iter()
            .all(|(path, stamp)| lstat(path.as_c_str()).is_ok_and(|now| Stamp::of(&now) == *stamp))
    }
}

/// Whether a file system is known to change the times of a folder with the names in it, and of a file with
/// each write, before the call returns that changes them. Some of those on a network or in another process do
/// not.
fn shows_changes(file_system: &StatFs) -> bool {
    const KNOWN: [i64; 7] = [
        0xef53,      // ext2, ext3, ext4
        0x5846_5342, // XFS
        0x9123_683e, // Btrfs
        0xf2f5_2010, // F2FS
        0x2fc1_2fc1, // ZFS
        0x0102_1994, // tmpfs
        0x794c_7630, // overlayfs
    ];
    // The type of the field differs among platforms.
    #[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
    KNOWN.contains(&(file_system.f_type as i64))
}
