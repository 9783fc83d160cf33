//! The functions of templates: `uuid()`, `file_hash(algorithm, path)`, `fs_path(path)`,
//! `header_or_default(name, default)`, and `parameter_or_default(name, default)`, which the reference lacks.
//!
//! The reference's `file_hash` reads any file of the machine. Ours stays below the doc root, as `fs_path`
//! does in both, and follows symbolic links only where the server does.

use std::io;
use std::path::{Component, Path, PathBuf};

use uuid::Uuid;

use crate::exchange::Links;

use super::scope::Scope;
use super::values::{Function, Value};
use super::{Wrong, digest};

/// The result of a function.
pub(super) fn call<'e>(
    function: Function,
    arguments: &[String],
    scope: &dyn Scope<'e>,
) -> Result<Value<'e>, Wrong> {
    let count = |expected| {
        let found = arguments.len();
        Err(Wrong::Count { expected, found })
    };
    match (function, arguments) {
        (Function::Uuid, []) => Ok(Value::Text(Uuid::new_v4().to_string())),
        (Function::Uuid, _) => count(0),
        (Function::FileHash, [algorithm, path]) => file_hash(algorithm, path, scope),
        (Function::FileHash, _) => count(2),
        (Function::FsPath, [path]) => fs_path(path, scope),
        (Function::FsPath, _) => count(1),
        (Function::HeaderOrDefault, [name, default]) => {
            let value = scope.header(name)?;
            Ok(value.unwrap_or_else(|| Value::Text(default.clone())))
        }
        (Function::HeaderOrDefault, _) => count(2),
        (Function::ParameterOrDefault, [name, default]) => {
            let value = scope.parameter(name)?;
            Ok(value.unwrap_or_else(|| Value::Text(default.clone())))
        }
        (Function::ParameterOrDefault, _) => count(2),
    }
}

/// The digest in base64 of a file, whose path is relative to the doc root.
fn file_hash<'e>(algorithm: &str, path: &str, scope: &dyn Scope<'e>) -> Result<Value<'e>, Wrong> {
    let outside = || Wrong::Outside(path.to_owned());
    let unreadable = |_| Wrong::Unreadable(path.to_owned());
    let (root, links) = scope.doc_root()?;
    let file = below_root(&root, path).ok_or_else(outside)?;
    if !may_follow(&file, &root, links).map_err(unreadable)? {
        return Err(outside());
    }
    let digest = digest::of(algorithm, &file, scope);
    let digest = digest.ok_or_else(|| Wrong::NoDigest(algorithm.to_owned()))?;
    match digest.map_err(unreadable)? {
        Some(digest) => Ok(Value::Bytes(digest.into_bytes())),
        None => Err(Wrong::Unwanted),
    }
}

/// Whether the symbolic links in the path of a file stay in the folder, if they must.
fn may_follow(file: &Path, root: &Path, links: Links) -> io::Result<bool> {
    Ok(match links {
        Links::Anywhere => true,
        Links::Within => file.canonicalize()?.starts_with(root.canonicalize()?),
    })
}

/// The absolute path of a file: from the doc root if it begins with a slash, else from the folder of
/// the target. As in the reference, that folder ends at the last slash of the target, which may be in the
/// query, and a target whose only slash is its first is a folder.
fn fs_path<'e>(path: &str, scope: &dyn Scope<'e>) -> Result<Value<'e>, Wrong> {
    let relative = match path.strip_prefix('/') {
        Some(from_root) => from_root.to_owned(),
        None => {
            let base = scope.url_base()?.chars().count();
            let here: String = scope.request_path()?.chars().skip(base).collect();
            let folder = here.rsplit_once('/').map_or(&*here, |(folder, _)| folder);
            format!("{folder}/{path}")
        }
    };
    let outside = || Wrong::Outside(path.to_owned());
    let found = below_root(&scope.doc_root()?.0, &relative).ok_or_else(outside)?;
    let found = found.to_str().ok_or(Wrong::BadBytes)?;
    Ok(Value::Text(found.to_owned()))
}

/// The doc root joined with a path, without dot segments, if that is below it. `..` in a name is refused.
fn below_root(root: &Path, path: &str) -> Option<PathBuf> {
    let root = std::path::absolute(root).ok()?;
    let root = without_dots(&root);
    let found = without_dots(&root.join(path));
    let below = found.strip_prefix(&root).ok()?;
    (!below.to_string_lossy().contains("..")).then_some(found)
}

/// An absolute path without dot segments.
fn without_dots(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            // At the root this does nothing.
            Component::ParentDir => _ = plain.pop(),
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    #[cfg(feature = "wpt")]
    use std::fs;

    use super::*;
    use crate::exchange::Mount;
    use crate::pipes::template::Fixture;

    #[test]
    #[cfg(feature = "wpt")]
    fn digests() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        fs::write(root.join("abc"), "abc").unwrap();
        fs::create_dir(root.join("folder")).unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, root.join("fifo"), 0o600.into()).unwrap();
        let mount = Mount::top(root.clone());
        let fixture = Fixture::mounted("GET /folder/x HTTP/1.1\r\n\r\n", mount);
        let hash =
            |algorithm: &str, path: &str| fixture.text(&format!("file_hash({algorithm}, {path})"));
        for (algorithm, digest) in [
            ("md5", "kAFQmDzST7DWlj99KOF/cg=="),
            ("sha1", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="),
            ("sha224", "Iwl9IjQF2CKGQqR3vaJVsyqtvOS9oLP342ydpw=="),
            ("sha256", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
        ] {
            assert_eq!(hash(algorithm, "abc").as_deref(), Ok(digest), "{algorithm}");
        }
        assert_eq!(hash("sha384", "abc").unwrap().len(), 64);
        assert_eq!(hash("sha512", "abc").unwrap().len(), 88);
        let absolute = root.join("abc");
        for path in ["folder/../abc", "./abc", absolute.to_str().unwrap()] {
            assert!(hash("md5", path).is_ok(), "{path}");
        }
        for path in ["../abc", "/etc/passwd", "/", "folder/../../abc"] {
            assert!(
                matches!(hash("md5", path), Err(Wrong::Outside(_))),
                "{path}"
            );
        }
        let link = root.join("link");
        std::os::unix::fs::symlink("/etc/passwd", link).unwrap();
        assert!(matches!(hash("md5", "link"), Err(Wrong::Outside(_))));
        for path in ["nothing", "folder", "fifo", "", "abc/x"] {
            assert!(
                matches!(hash("md5", path), Err(Wrong::Unreadable(_))),
                "{path}"
            );
        }
        for algorithm in ["MD5", "crc32", ""] {
            let wrong = Wrong::NoDigest(algorithm.to_owned());
            assert_eq!(hash(algorithm, "abc"), Err(wrong));
        }
    }

    #[test]
    fn paths() {
        for (target, base, path, expected) in [
            ("/a/b/c", "/", "x", Some("/www/a/b/x")),
            ("/a/b/c?d=/e", "/", "x", Some("/www/a/b/c?d=/x")),
            ("/a", "/", "x", Some("/www/a/x")),
            ("/m/a/b", "/m/", "x", Some("/www/a/x")),
            ("/a/b", "/", "/x/y", Some("/www/x/y")),
            ("/a/b", "/", "/", Some("/www")),
            ("/a/b", "/", "../x/./y/", Some("/www/x/y")),
            ("/a/b", "/", "../../x", None),
            ("/a/b", "/", "../../www/x", Some("/www/x")),
            ("/a/b", "/", "//etc/passwd", None),
            ("/a/b", "/", "//www/x", Some("/www/x")),
            ("/a/b", "/", "/x..y", None),
            ("/caf\u{e9}/b", "/", "x", Some("/www/caf\u{c3}\u{a9}/x")),
        ] {
            let mount = Mount::new(Path::new("/www"), base);
            let fixture = Fixture::mounted(&format!("GET {target} HTTP/1.1\r\n\r\n"), mount);
            let found = fixture.text(&format!("fs_path({path})")).ok();
            assert_eq!(found.as_deref(), expected, "{target} {path}");
        }
    }

    #[test]
    fn arguments_are_counted() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        for (call, expected, found) in [
            ("uuid(a)", 0, 1),
            ("uuid( )", 0, 1),
            ("fs_path()", 1, 0),
            ("file_hash(md5)", 2, 1),
            ("header_or_default(a, b, c)", 2, 3),
        ] {
            assert_eq!(fixture.text(call), Err(Wrong::Count { expected, found }));
        }
        let uuid = fixture.text("uuid()").unwrap();
        assert_eq!(Uuid::parse_str(&uuid).unwrap().get_version_num(), 4);
        assert_ne!(fixture.text("uuid()").unwrap(), uuid);
        let first = fixture.text("uuid()[8]").unwrap();
        assert_eq!(first, "-");
    }
}
