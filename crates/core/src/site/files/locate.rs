//! From the path of a URL to the name of a file below the doc root (reference §7.2). This looks at
//! the text only: the path is decoded, and a path that contains `..`, in any spelling, or would be
//! absolute names no file. `open_in_root.rs` finds out whether the file exists and where links
//! lead.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::Path;

use crate::exchange::Mount;
use crate::fault::Fault;
use crate::text::percent;

/// The name of the file that a path of a URL names, relative to the root of the mount; empty for
/// the root.
///
/// # Errors
/// 404 for a path that cannot name a file.
pub fn locate<'u>(mount: &Mount, url_path: &'u [u8]) -> Result<Cow<'u, Path>, Fault> {
    let base = mount.url_base().as_bytes();
    let path = match percent::decode_path(url_path) {
        Cow::Borrowed(path) => Cow::Borrowed(path.strip_prefix(base).unwrap_or(path)),
        Cow::Owned(mut path) => {
            if path.starts_with(base) {
                path.drain(..base.len());
            }
            Cow::Owned(path)
        }
    };
    if !may_name(&path) || path.starts_with(b"/") {
        return Err(Fault::not_found());
    }
    Ok(match path {
        Cow::Borrowed(path) => Cow::Borrowed(Path::new(OsStr::from_bytes(path))),
        Cow::Owned(path) => Cow::Owned(OsString::from_vec(path).into()),
    })
}

/// The canonical spelling of a path, which is equal for all paths that name the same file: decoded,
/// without empty and `.` segments.
pub fn plain(url_path: &[u8]) -> Vec<u8> {
    let decoded = percent::decode_path(url_path);
    let mut plain = Vec::with_capacity(decoded.len());
    let mut segments = decoded.split(|&byte| byte == b'/').peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        if !plain.is_empty() && !is_last && matches!(segment, b"" | b".") {
            continue;
        }
        plain.extend_from_slice(if segment == b"." { b"" } else { segment });
        if !is_last {
            plain.push(b'/');
        }
    }
    plain
}

/// Whether a path is certainly in the canonical spelling, as most are.
pub fn is_plain(url_path: &[u8]) -> bool {
    url_path.is_ascii()
        && memchr::memchr2_iter(b'%', b'/', url_path)
            .all(|at| url_path[at] == b'/' && !matches!(url_path.get(at + 1), Some(b'/' | b'.')))
}

/// Whether a decoded path can name a file.
pub fn may_name(path: &[u8]) -> bool {
    let mut before = 0;
    path.iter().all(|&byte| {
        let is_good = byte != 0 && !(byte == b'.' && before == b'.');
        before = byte;
        is_good
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let top = Mount::top(Path::new("/site"));
        let below = Mount::new(Path::new("/site"), "/m/");
        for (mount, url_path, file) in [
            (&top, "/a/b.txt", Some(&b"a/b.txt"[..])),
            (&top, "/a%2fb%20c", Some(b"a/b c")),
            (&top, "/caf%c3%a9", Some("café".as_bytes())),
            (&top, "/%ff", Some(b"\xff")),
            (&top, r"/a\b", Some(br"a\b")),
            (&top, "/", Some(b"")),
            (&top, "/a/", Some(b"a/")),
            (&top, "/a//b", Some(b"a//b")),
            (&top, "/../etc", None),
            (&top, "/%2e%2e/etc", None),
            (&top, "/.%2e%2fetc", None),
            (&top, "/a..txt", None),
            (&top, "/%2fetc/passwd", None),
            (&top, "/a%00", None),
            (&below, "/m/a", Some(b"a")),
            (&below, "/%6d/a", Some(b"a")),
            (&below, "/m/m/a", Some(b"m/a")),
            (&below, "/m", None),
            (&below, "/n/a", None),
            (&below, "/m/%2fetc", None),
        ] {
            let found = locate(mount, url_path.as_bytes());
            let file = file.map(|file| Path::new(OsStr::from_bytes(file)));
            assert_eq!(found.ok().as_deref(), file, "{url_path}");
        }
    }
    #[test]
    fn spellings() {
        for (path, same) in [
            ("/a/b", "/a/b"),
            ("/a/", "/a/"),
            ("/", "/"),
            ("/%61/./b", "/a/b"),
            ("//a///b//", "/a/b/"),
            ("/./a/.", "/a/"),
            ("/a%2fb", "/a/b"),
            ("/%2e/a", "/a"),
            ("/.a/b.", "/.a/b."),
            ("/%2561", "/%61"),
            ("", ""),
        ] {
            assert_eq!(plain(path.as_bytes()), same.as_bytes(), "{path}");
            assert!(path == same || !is_plain(path.as_bytes()), "{path}");
        }
    }
}
