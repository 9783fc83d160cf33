//! Header fields from `.headers` files (reference §7.3): those of `__dir__.headers` for all files
//! of a folder, then those of `X.headers` for the file `X`. `X.sub.headers` is a template, and
//! replaces `X.headers`. Nothing is cached, so that edits apply to the next request.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::pipes::Context;
use crate::pipes::template::{self, Escape};

use crate::site::files::open_in_root::Root;
use crate::site::files::unopened;

/// The name and value of a field.
pub type Field = (Vec<u8>, Vec<u8>);

/// The fields for a file, in the order of the `.headers` files and their lines.
///
/// # Errors
/// 500 for a malformed field line and for a template that cannot be filled in; 503 if the system
/// has no descriptor left.
pub fn load(root: &Root, name: &Path, context: &Context<'_>) -> Result<Vec<Field>, Fault> {
    let mut fields = Vec::new();
    for stem in [&name.with_file_name("__dir__"), name] {
        add(root, stem, context, &mut fields)?;
    }
    Ok(fields)
}

fn add(
    root: &Root,
    stem: &Path,
    context: &Context<'_>,
    fields: &mut Vec<Field>,
) -> Result<(), Fault> {
    let Some((form, name, file)) = open(root, stem)? else {
        return Ok(());
    };
    // A folder, which can be opened but not read, has no fields, as in the reference.
    let Ok(mut text) = read(file) else {
        return Ok(());
    };
    if form == Form::Template {
        text = template::fill(&text, Escape::Field, context)?;
    }
    for line in text.split(|byte| matches!(byte, b'\r' | b'\n')) {
        if !line.is_empty() {
            fields.push(field(line).ok_or_else(|| malformed(&name, line))?);
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Template,
    Plain,
}

/// The `.headers` file for a name: the first that exists.
fn open(root: &Root, stem: &Path) -> Result<Option<(Form, PathBuf, File)>, Fault> {
    for (form, suffix) in [(Form::Template, ".sub.headers"), (Form::Plain, ".headers")] {
        let name = with_suffix(stem, suffix);
        match root.open_if_there(&name) {
            Ok(file) => return Ok(Some((form, name, file))),
            Err(error) if Fault::of_shortage(&error).is_some() => {
                return Err(unopened(&name, &error));
            }
            Err(error) => root.log_link_out(&name, &error),
        }
    }
    Ok(None)
}

fn with_suffix(stem: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::with_capacity(stem.as_os_str().len() + suffix.len());
    name.push(stem);
    name.push(suffix);
    name.into()
}

fn read(mut file: File) -> io::Result<Vec<u8>> {
    let mut text = vec![0; TYPICAL];
    let count = file.read(&mut text)?;
    text.truncate(count);
    // A short read is the end of the file.
    if count == TYPICAL {
        file.read_to_end(&mut text)?;
    }
    Ok(text)
}

/// Bytes to read at first, enough for almost every `.headers` file; longer files are read to their
/// end.
const TYPICAL: usize = 1024;

/// Parses `name: value`, with whitespace around either.
fn field(line: &[u8]) -> Option<Field> {
    let colon = memchr::memchr(b':', line)?;
    let (name, value) = (&line[..colon], &line[colon + 1..]);
    Some((stripped(name).to_vec(), stripped(value).to_vec()))
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
