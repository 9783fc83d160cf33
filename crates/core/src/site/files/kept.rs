//! Small files that were served before, kept open with the header fields of their responses, so that the next
//! request looks nothing up. What has been kept is used only while `stat` finds everything as it was:
//!
//! - the file at its path, which may lead over links, but must be the file that was opened below the root;
//! - its folder, whose times change as soon as a `.headers` file comes or goes;
//! - each `.headers` file that exists.
//!
//! A file that was changed within the resolution of its file system's clock is not kept, since its next
//! change might not show. Nor is a file on a file system whose folders may not show changes, or one with a
//! `.headers` file that is a link or a template. The content is read for each request, since a program that
//! writes through a memory map does not change the times with each write.

use std::collections::HashMap;
use std::ffi::{CString, OsString};
use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::SystemTime;

use rustc_hash::FxBuildHasher;
use rustix::buffer::spare_capacity;
use rustix::fs::{FileType, Stat, StatFs, fstat, fstatfs, lstat, stat};
use rustix::io::{Errno, pread};
use rustix_futex_sync::Mutex;

use crate::http::headers::Headers;

use crate::site::files::Found;
use crate::site::files::dot_headers;
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

/// What must be as it was: paths, and what `stat` found there.
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
        if found.metadata.len() > LARGEST
            || self.silent.load(Ordering::Relaxed) == device
            || !self.has_room()
        {
            return;
        }
        if !fstatfs(&found.file).is_ok_and(|file_system| shows_changes(&file_system)) {
            self.silent.store(device, Ordering::Relaxed);
            return;
        }
        let Some((proof, length)) = Proof::of(found, began) else {
            return;
        };
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
    fn of(found: &Found, began: SystemTime) -> Option<(Self, usize)> {
        let path = found.path().into_os_string().into_vec();
        let slash = memchr::memrchr(b'/', &path);
        let folder = slash.map_or(&b"."[..], |slash| &path[..=slash]);
        let mut proof = Self(Vec::with_capacity(3));
        let file = proof.settled(path.clone(), &stat(path.as_slice()).ok()?, began)?;
        if file != Stamp::of(&fstat(&found.file).ok()?) {
            return None;
        }
        let here = proof.settled(folder.to_vec(), &stat(folder).ok()?, began)?;
        if here.device() != file.device() {
            return None;
        }
        let in_folder = slash.map_or(&b""[..], |slash| &path[..=slash]);
        for stem in [&[in_folder, dot_headers::DIR].concat(), &path] {
            for form in [dot_headers::TEMPLATE, dot_headers::PLAIN] {
                let name = [stem.as_slice(), form].concat();
                match lstat(name.as_slice()) {
                    // The folder shows when it comes.
                    Err(Errno::NOENT) => {}
                    Ok(stat)
                        if form == dot_headers::PLAIN
                            && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile =>
                    {
                        let stamp = proof.settled(name, &stat, began)?;
                        if stamp.device() != here.device() {
                            return None;
                        }
                    }
                    Ok(_) | Err(_) => return None,
                }
            }
        }
        Some((proof, file.size().try_into().ok()?))
    }

    /// Adds what was found at a path, if it has not changed since before `began`.
    fn settled(&mut self, path: Vec<u8>, found: &Stat, began: SystemTime) -> Option<Stamp> {
        let stamp = Stamp::of(found);
        if !stamp.is_settled_at(began) {
            return None;
        }
        self.0.push((CString::new(path).ok()?, stamp));
        Some(stamp)
    }

    fn holds(&self) -> bool {
        self.0
            .iter()
            .all(|(path, stamp)| stat(path.as_c_str()).is_ok_and(|now| Stamp::of(&now) == *stamp))
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
