//! Digests of files, for `file_hash`. They need the feature `wpt`; without it, no algorithm is known.

use std::io;
use std::path::Path;

use super::scope::Scope;

/// The digest of a file in base64, or `None` if the client left; `None` for an unknown algorithm.
#[cfg(feature = "wpt")]
pub(super) fn of(
    algorithm: &str,
    path: &Path,
    scope: &dyn Scope<'_>,
) -> Option<io::Result<Option<String>>> {
    use hashing::digest;
    let digest = match algorithm {
        "md5" => digest::<md5::Md5>,
        "sha1" => digest::<sha1::Sha1>,
        "sha224" => digest::<sha2::Sha224>,
        "sha256" => digest::<sha2::Sha256>,
        "sha384" => digest::<sha2::Sha384>,
        "sha512" => digest::<sha2::Sha512>,
        _ => return None,
    };
    Some(digest(path, scope))
}

#[cfg(not(feature = "wpt"))]
pub(super) fn of(_: &str, _: &Path, _: &dyn Scope<'_>) -> Option<io::Result<Option<String>>> {
    None
}

#[cfg(feature = "wpt")]
mod hashing {
    use std::fs::File;
    use std::io::{self, Read as _};
    use std::path::Path;

    use base64::prelude::{BASE64_STANDARD, Engine};
    use rustix::fs::{Mode, OFlags};
    use sha2::Digest;

    use super::Scope;

    /// The digest in base64; `None` if the client left.
    pub(super) fn digest<D: Digest + Send>(
        path: &Path,
        scope: &dyn Scope<'_>,
    ) -> io::Result<Option<String>> {
        // Opening a named pipe would wait for its writer.
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let mut file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let mut digest = Hashing(D::new());
        loop {
            let mut copied = Ok(0);
            scope.blocking(&mut || copied = io::copy(&mut (&mut file).take(PIECE), &mut digest));
            if copied? == 0 {
                return Ok(Some(BASE64_STANDARD.encode(digest.0.finalize())));
            }
            if !scope.is_wanted() {
                return Ok(None);
            }
        }
    }

    /// Bytes that are read between two looks for the client.
    const PIECE: u64 = 64 * 1024;

    /// A digest as a writer.
    struct Hashing<D>(D);

    impl<D: Digest> io::Write for Hashing<D> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.update(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
}
