//! URL path → file (contract §7.2): the path is decoded, and nothing that contains `..`, however it
//! was written, or that would be absolute below the doc root, names a file.

use std::path::{Path, PathBuf};

use crate::exchange::Mount;
use crate::fault::Fault;
use crate::text::percent;

/// The file that a URL's path names below a mount. Whether it exists is not looked at.
///
/// # Errors
/// 404 for a path that may not name a file.
pub fn locate(mount: &Mount, url_path: &[u8]) -> Result<PathBuf, Fault> {
    let root: &Path = mount.root();
    let path = percent::decode_path(url_path);
    let path = path.strip_prefix(mount.url_base()).unwrap_or(&path);
    if path.contains("..") || path.contains('\0') || path.starts_with('/') {
        return Err(Fault::not_found());
    }
    // `Path::join` would do but for the slash it adds to the root when the path is empty.
    Ok(if path.is_empty() {
        root.to_owned()
    } else {
        root.join(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let root = Mount::top(Path::new("/site"));
        for (url_path, file) in [
            ("/a/b.txt", Some("/site/a/b.txt")),
            ("/a%2fb%20c", Some("/site/a/b c")),
            ("/caf%c3%a9", Some("/site/café")),
            ("/", Some("/site")),
            ("/a/", Some("/site/a/")),
            ("/../etc", None),
            ("/%2e%2e/etc", None),
            ("/a..txt", None),
            ("/%2fetc/passwd", None),
            ("/a%00", None),
        ] {
            let found = locate(&root, url_path.as_bytes());
            assert_eq!(found.ok().as_deref(), file.map(Path::new), "{url_path}");
        }
    }
}
