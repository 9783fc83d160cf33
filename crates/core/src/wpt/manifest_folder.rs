//! Where the manifest of the test runner is kept: in the user's cache folder, so that running tests
//! does not change the checkout. Listing all tests takes minutes, so the manifest is kept for the next
//! run, one for each checkout.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The folder for the manifest of a checkout, below `$XDG_CACHE_HOME`, or else `$HOME/.cache`; `None`
/// if neither is an absolute path. The variables are read by `environment`.
pub fn of(checkout: &Path, environment: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |name| environment(name).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    let digest = Sha256::digest(checkout.as_os_str().as_bytes());
    let digest: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let name = checkout.file_name().unwrap_or_else(|| OsStr::new("root"));
    let mut folder = name.to_owned();
    folder.push(format!("-{digest}"));
    Some(cache.join("wireserve/manifests").join(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_checkout_has_its_folder() {
        let of = |checkout: &str, cache: Option<&str>, home: Option<&str>| {
            let folder = of(Path::new(checkout), |name| match name {
                "XDG_CACHE_HOME" => cache.map(PathBuf::from),
                _ => home.map(PathBuf::from),
            });
            folder.map(|folder| folder.display().to_string())
        };
        let folder = of("/home/a/wpt", Some("/cache"), Some("/home/a")).unwrap();
        assert!(
            folder.starts_with("/cache/wireserve/manifests/wpt-"),
            "{folder}"
        );
        assert_ne!(Some(folder), of("/home/b/wpt", Some("/cache"), None));
        let folder = of("/", Some("relative"), Some("/home/a")).unwrap();
        assert!(
            folder.starts_with("/home/a/.cache/wireserve/manifests/root-"),
            "{folder}"
        );
        assert_eq!(of("/wpt", None, Some("")), None);
    }
}
