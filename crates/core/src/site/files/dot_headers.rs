//! Header fields from `.headers` files (reference §7.3): those of `__dir__.headers` for all files
//! of a folder, then those of `X.headers` for the file `X`. `X.sub.headers` is a template, and
//! replaces `X.headers`. Nothing is cached here; `kept.rs` keeps the fields of small files as long as no file
//! that they come from has changed, so that edits apply to the next request.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use crate::fault::Fault;
use crate::pipes::Context;
use crate::pipes::template::{self, Escape};

use crate::site::files::open_in_root::Root;
use crate::site::files::unopened;

/// Calls `add` with the name and the value of each field for a file, in the order of the `.headers`
/// files and their lines.
///
/// # Errors
/// 500 for a malformed field line and for a template that cannot be filled in; 503 if the system
/// has no descriptor left.
pub fn load(
    root: &Root,
    name: &Path,
    context: &Context<'_>,
    mut add: impl FnMut(&[u8], &[u8]),
) -> Result<(), Fault> {
    let name = name.as_os_str().as_bytes();
    let folder = memchr::memrchr(b'/', name).map_or(0, |slash| slash + 1);
    let mut path = Vec::with_capacity(name.len() + DIR.len() + TEMPLATE.len());
    for stem in [&[&name[..folder], DIR][..], &[name]] {
        path.clear();
        for part in stem {
            path.extend_from_slice(part);
        }
        load_one(root, &mut path, context, &mut add)?;
    }
    Ok(())
}

/// Like [`load`], for one stem; `path` is the stem, and becomes the name of its `.headers` file.
fn load_one(
    root: &Root,
    path: &mut Vec<u8>,
    context: &Context<'_>,
    add: &mut impl FnMut(&[u8], &[u8]),
) -> Result<(), Fault> {
    let Some((form, file)) = open(root, path)? else {
        return Ok(());
    };
    let mut room = [const { MaybeUninit::uninit() }; TYPICAL];
    // A folder, which can be opened but not read, has no fields, as in the reference.
    let Ok(mut text) = read(file, &mut room) else {
        return Ok(());
    };
    if form == Form::Template {
        text = template::fill(&text, Escape::Field, context)?.into();
    }
    for line in text.split(|byte| matches!(byte, b'\r' | b'\n')) {
        if !line.is_empty() {
            let (name, value) = field(line).ok_or_else(|| malformed(path_of(path), line))?;
            add(name, value);
        }
    }
    Ok(())
}

/// The name, without suffix, of the `.headers` files for all files of a folder.
pub(super) const DIR: &[u8] = b"__dir__";

pub(super) const TEMPLATE: &[u8] = b".sub.headers";
pub(super) const PLAIN: &[u8] = b".headers";

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Template,
    Plain,
}

/// The `.headers` file for a stem: the first that exists. `path` becomes its name.
fn open(root: &Root, path: &mut Vec<u8>) -> Result<Option<(Form, File)>, Fault> {
    let stem = path.len();
    for (form, suffix) in [(Form::Template, TEMPLATE), (Form::Plain, PLAIN)] {
        path.truncate(stem);
        path.extend_from_slice(suffix);
        let name = path_of(path);
        match root.open_if_there(name) {
            Ok(file) => return Ok(Some((form, file))),
            Err(error) if Fault::of_shortage(&error).is_some() => {
                return Err(unopened(name, &error));
            }
            Err(error) => root.log_link_out(name, &error),
        }
    }
    Ok(None)
}

fn path_of(bytes: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(bytes))
}

/// Reads a file to its end, within `room` if it is enough.
fn read(mut file: File, room: &mut [MaybeUninit<u8>; TYPICAL]) -> io::Result<Cow<'_, [u8]>> {
    let (text, _) = rustix::io::read(&file, room)?;
    // A short read is the end of the file.
    if text.len() < TYPICAL {
        return Ok(Cow::Borrowed(text));
    }
    let mut text = text.to_vec();
    file.read_to_end(&mut text)?;
    Ok(Cow::Owned(text))
}

/// Bytes to read at first, enough for almost every `.headers` file; longer files are read to their
/// end.
const TYPICAL: usize = 1024;

/// Parses `name: value`, with whitespace around either.
fn field(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    Some((stripped(name), stripped(value)))
}

/// Strips the whitespace that Python's `bytes.strip` strips.
fn stripped(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t'..=b'\r', rest @ ..] | [rest @ .., b' ' | b'\t'..=b'\r'] = text {
        text = rest;
    }
    text
}

fn malformed(name: &Path, line: &[u8]) -> Fault {
    let (name, line) = (name.display(), String::from_utf8_lossy(line));
    Fault::new(
        500,
        format!("{name}: expected a field line, found a line without a colon: {line:?}"),
    )
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::exchange::Links;
    use crate::pipes::template::Fixture;

    type Field = (Vec<u8>, Vec<u8>);

    fn load(root: &Root, name: &Path, context: &Context<'_>) -> Result<Vec<Field>, Fault> {
        let mut fields = Vec::new();
        let add = |name: &[u8], value: &[u8]| fields.push((name.to_vec(), value.to_vec()));
        super::load(root, name, context, add)?;
        Ok(fields)
    }

    /// The fields of `sub/a` with these files, as `name=value`, or the fault.
    fn fields(files: &[(&str, &str)]) -> Result<String, String> {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("sub")).unwrap();
        for (name, text) in files {
            fs::write(folder.path().join("sub").join(name), text).unwrap();
        }
        let root = Root::at(folder.path(), Links::Within).unwrap();
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        let fields = load(&root, Path::new("sub/a"), &fixture.context());
        let fields = fields.map_err(|fault| fault.message)?;
        let line =
            |(name, value): &Field| format!("{}={}", name.escape_ascii(), value.escape_ascii());
        Ok(fields.iter().map(line).collect::<Vec<_>>().join("|"))
    }

    #[test]
    fn which_files_and_lines_count() {
        let table: &[(&[(&str, &str)], &str)] = &[
            (&[], ""),
            (&[("a.headers", "")], ""),
            (&[("a.headers", "x: y")], "x=y"),
            (&[("a.headers", "x: y\r\n\n\rz:1:2\n")], "x=y|z=1:2"),
            (&[("a.headers", " x \t:\u{b} y \u{c}\n")], "x=y"),
            (&[("a.headers", ":\nb:\n: c")], "=|b=|=c"),
            (&[("a.headers", "x: 1\nX: 2")], "x=1|X=2"),
            (
                &[("a.headers", "x: 1"), ("__dir__.headers", "y: 2")],
                "y=2|x=1",
            ),
            (
                &[("a.sub.headers", "x: {{host}}"), ("a.headers", "z: 1")],
                "x=a.test",
            ),
            (
                &[
                    ("a.headers", "x: y"),
                    ("__dir__.sub.headers", "d: {{host}}"),
                    ("__dir__.headers", "f: g"),
                ],
                "d=a.test|x=y",
            ),
            (&[("b.headers", "x: y"), ("a.sub", "z: 1")], ""),
        ];
        for (files, expected) in table {
            assert_eq!(fields(files).as_deref(), Ok(*expected), "{files:?}");
        }
    }

    #[test]
    fn a_value_cannot_add_a_field() {
        let fault = |query: &str| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join("a.sub.headers"), "x: {{GET[q]}}").unwrap();
            let root = Root::at(folder.path(), Links::Within).unwrap();
            let fixture = Fixture::new(&format!("GET /?q={query} HTTP/1.1\r\n\r\n"));
            load(&root, Path::new("a"), &fixture.context()).map_err(|fault| fault.status)
        };
        assert_eq!(fault("1"), Ok(vec![(b"x".to_vec(), b"1".to_vec())]));
        for query in ["1%0d%0ay:2", "%0a", "1%0D"] {
            assert_eq!(fault(query), Err(500), "{query}");
        }
    }

    #[test]
    fn a_long_headers_file_is_read_to_its_end() {
        for length in [TYPICAL - 1, TYPICAL, TYPICAL + 1, 10 * TYPICAL] {
            let text = format!("x: {}", "y".repeat(length - "x: ".len()));
            let fields = fields(&[("a.headers", &text)]).unwrap();
            assert_eq!(fields.len(), length - " ".len(), "{length}");
        }
    }

    #[test]
    fn malformed_lines_are_reported() {
        for (file, text, message) in [
            (
                "a.headers",
                "x: y\nham",
                r#"sub/a.headers: expected a field line, found a line without a colon: "ham""#,
            ),
            (
                "__dir__.headers",
                " ",
                r#"sub/__dir__.headers: expected a field line, found a line without a colon: " ""#,
            ),
            (
                "a.sub.headers",
                "x: {{ham}}",
                r#"template: {{ham}} has no value: there is no variable "ham""#,
            ),
        ] {
            assert_eq!(fields(&[(file, text)]), Err(message.to_owned()));
        }
    }

    #[test]
    fn a_folder_has_no_fields_and_a_link_out_is_not_there() {
        let folder = tempfile::tempdir().unwrap();
        let site = folder.path().join("site");
        fs::create_dir_all(site.join("a.sub.headers")).unwrap();
        for (name, text) in [
            ("outside", "secret: yes"),
            ("site/a.headers", "x: y"),
            ("site/b.headers", "x: y"),
        ] {
            fs::write(folder.path().join(name), text).unwrap();
        }
        for link in ["b.sub.headers", "__dir__.headers"] {
            std::os::unix::fs::symlink("../outside", site.join(link)).unwrap();
        }
        let root = Root::at(site, Links::Within).unwrap();
        let fixture = Fixture::new("GET / HTTP/1.1\r\n\r\n");
        let seen = |name: &str| load(&root, Path::new(name), &fixture.context()).unwrap();
        assert_eq!(seen("a"), []);
        assert_eq!(seen("b"), [(b"x".to_vec(), b"y".to_vec())]);
    }
}
