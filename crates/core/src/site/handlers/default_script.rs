//! The default script of a folder: the first file `default*.py` in it, sorted by name (reference
//! §7.1). Links that lead out of the root are skipped.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use crate::fault::Fault;

use crate::site::files::Found;

/// The default script of a folder; a file is returned as it is.
///
/// # Errors
/// 404 if the folder has none; 503 if the system has no descriptor left.
pub fn choose(found: Found) -> Result<Found, Fault> {
    if !found.is_folder() {
        return Ok(found);
    }
    let mut names: Vec<_> = found.names()?.collect();
    names.retain(|name| is_default(name));
    names.sort_unstable();
    for name in names {
        match found.entry(&name) {
            Ok((_, metadata)) if metadata.is_file() => return found.into_entry(&name),
            Err(fault) if fault != Fault::not_found() => return Err(fault),
            Ok(_) | Err(_) => {}
        }
    }
    Err(Fault::not_found())
}

fn is_default(name: &OsStr) -> bool {
    name.as_bytes()
        .strip_suffix(b".py")
        .is_some_and(|stem| stem.starts_with(b"default"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::site::files::Files;

    #[test]
    fn the_first_by_name_that_is_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("a")).unwrap();
        fs::write(folder.path().join("secret.py"), "").unwrap();
        let files = Files::below(site.clone());
        let chosen = || {
            let found = choose(files.open(b"/a/").unwrap()).ok()?;
            Some(found.path().file_name()?.to_str()?.to_owned())
        };
        assert_eq!(chosen(), None);
        for (make, expected) in [
            ("Default.py", None),
            ("default.pyc", None),
            ("adefault.py", None),
            ("default2.py", Some("default2.py")),
            ("default10.py", Some("default10.py")),
            ("default.py", Some("default.py")),
        ] {
            fs::write(site.join("a").join(make), "").unwrap();
            assert_eq!(chosen().as_deref(), expected, "{make}");
        }
        fs::create_dir(site.join("a/default-.py")).unwrap();
        symlink("../../secret.py", site.join("a/default+.py")).unwrap();
        assert_eq!(chosen().as_deref(), Some("default.py"));
        symlink("default2.py", site.join("a/default,.py")).unwrap();
        assert_eq!(chosen().as_deref(), Some("default,.py"));
    }

    #[test]
    fn a_file_is_itself() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.py"), "").unwrap();
        let found = Files::below(folder.path()).open(b"/a.py").unwrap();
        assert_eq!(choose(found).unwrap().path(), folder.path().join("a.py"));
    }
}
