//! Any form is parsed, or refused with one of the documented exceptions, with the same result twice. A multipart
//! form is parsed into the parts that it was made of, and an urlencoded form like a query of the same bytes.
//!
//! Input: the value of `Content-Type`, a line end, and the body; without a line end, only the body. After a line
//! `parts`, the input has the parts of a form to make, separated by \x1e. A part has a name and its content, and
//! if it is a file, a file name and a media type, separated by \x1f.

#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use serde_json::{Value, json};
use wireserve::internals::http::query;
use wireserve::internals::text::latin1;

use scripts::{Script, raised};

#[path = "../scripts.rs"]
mod scripts;

const SHOWN: &str = r#"
from wptserve.form import form_of


def shown(request):
    # A form is read from the beginning, whatever the position of `raw_input`, which does not change.
    request.raw_input.read(2)
    before = request.raw_input.tell()
    form = tried(lambda: fields(request.POST))
    after = request.raw_input.tell()
    return [form, before, after, tried(lambda: fields(form_of(request)))]


def fields(form):
    return [[text(name), [value_of(part) for part in form.get_list(name)]] for name in form]


def value_of(part):
    if isinstance(part, bytes):
        return text(part)
    value = part.value
    value = [value_of(nested) for nested in value] if isinstance(value, list) else text(value)
    return [part.filename, part.type, value]
"#;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::serve(SHOWN));

const URLENCODED: &[u8] = b"application/x-www-form-urlencoded";

/// Nested parts that Python always parses; with more, it may raise a RecursionError.
const NESTED: usize = 200;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let (line, body) = match memchr::memchr(b'\n', input) {
        Some(at) => (Some(&input[..at]), &input[at + 1..]),
        None => (None, input),
    };
    if line == Some(b"parts") {
        assert_comes_back(body.split(|&byte| byte == b'\x1e').map(Part::read));
        return;
    }
    // A field value cannot contain CR and NUL.
    let media_type = line.map(|line| {
        let bytes = line.iter().copied();
        bytes.filter(|byte| !b"\r\0".contains(byte)).collect()
    });
    assert_read(media_type, body);
}

fn assert_read(media_type: Option<Vec<u8>>, body: &[u8]) {
    let form = form(media_type.as_deref(), body);
    let media_type = media_type.unwrap_or_else(|| URLENCODED.to_vec());
    let mentions = |word| memchr::memmem::find(&media_type.to_ascii_lowercase(), word).is_some();
    if media_type == URLENCODED {
        assert_eq!(form, of_query(body));
    } else if !mentions(b"multipart/") && !mentions(URLENCODED) {
        assert_eq!(form, json!([]));
    } else if form.get("error").is_some() {
        let nested = memchr::memmem::find_iter(body, b"multipart/").count();
        assert!(
            raised(&form, &["ValueError", "TypeError"])
                || nested > NESTED && raised(&form, &["RecursionError"]),
            "{form}"
        );
    } else if mentions(b"multipart/") && !mentions(URLENCODED) {
        let fields = form.as_array().expect("fields").iter();
        for value in fields.flat_map(|field| field[1].as_array().expect("values")) {
            assert_in(body, value);
        }
    }
}

/// The content of each part is in the body, in one piece.
fn assert_in(body: &[u8], value: &Value) {
    match value {
        Value::String(text) => {
            let bytes = latin1::encode(text).expect("bytes");
            assert!(memchr::memmem::find(body, &bytes).is_some(), "{text:?}");
        }
        Value::Array(part) => match &part[2] {
            Value::Array(nested) => nested.iter().for_each(|part| assert_in(body, part)),
            content => assert_in(body, content),
        },
        other => panic!("{other}"),
    }
}

/// One part, without bytes that its fields cannot express.
struct Part<'i> {
    name: Vec<u8>,
    content: &'i [u8],
    file: Option<Vec<u8>>,
    media_type: Vec<u8>,
}

impl<'i> Part<'i> {
    fn read(text: &'i [u8]) -> Self {
        let mut fields = text.split(|&byte| byte == b'\x1f');
        let mut next = || fields.next();
        let (name, content) = (next().unwrap_or_default(), next().unwrap_or_default());
        let (file, media_type) = (next().map(quotable), next().unwrap_or_default());
        let in_type = |byte: &u8| byte.is_ascii_graphic() && !b"\";".contains(byte);
        let mut media_type: Vec<_> = media_type.iter().copied().filter(in_type).collect();
        if media_type.starts_with(b"multipart/") {
            media_type.clear();
        }
        Self {
            name: quotable(name),
            content,
            file,
            media_type,
        }
    }

    fn write(&self, form: &mut Vec<u8>) {
        let disposition = b"Content-Disposition: form-data; name=";
        form.extend([disposition, &*quoted(&self.name)].concat());
        if let Some(file) = &self.file {
            form.extend([b"; filename=", &*quoted(file)].concat());
        }
        if !self.media_type.is_empty() {
            form.extend([b"\r\nContent-Type: ", &*self.media_type].concat());
        }
        form.extend([b"\r\n\r\n", self.content, b"\r\n"].concat());
    }

    /// The value that a script gets: bytes, unless the part is a file with a name.
    fn shown(&self) -> Value {
        let content = latin1::decode(self.content);
        let media_type = match &*self.media_type {
            b"" => "text/plain".into(),
            own => latin1::decode(own),
        };
        match self.file.as_deref() {
            None | Some(b"") => json!(content),
            Some(file) => json!([latin1::decode(file), media_type, content]),
        }
    }
}

/// A name without line ends, and without a backslash at its end, which would escape the closing quote.
fn quotable(name: &[u8]) -> Vec<u8> {
    let bytes = name.iter().copied();
    let mut name: Vec<_> = bytes.filter(|byte| !b"\r\n".contains(byte)).collect();
    while name.last() == Some(&b'\\') {
        name.pop();
    }
    name
}

/// RFC 2045 §5.1: a quoted string, and backslashes before quotes and backslashes.
fn quoted(text: &[u8]) -> Vec<u8> {
    let mut quoted = b"\"".to_vec();
    for &byte in text {
        if b"\"\\".contains(&byte) {
            quoted.push(b'\\');
        }
        quoted.push(byte);
    }
    quoted.push(b'"');
    quoted
}

fn assert_comes_back<'i>(parts: impl Iterator<Item = Part<'i>>) {
    let parts: Vec<_> = parts.collect();
    let is_in = |boundary: &str, content: &[u8]| {
        memchr::memmem::find(content, format!("--{boundary}").as_bytes()).is_some()
    };
    let boundary = (0..)
        .map(|number| format!("boundary {number}"))
        .find(|boundary| !parts.iter().any(|part| is_in(boundary, part.content)))
        .expect("a boundary that is in no part");

    let mut body = Vec::new();
    for part in &parts {
        body.extend(format!("--{boundary}\r\n").into_bytes());
        part.write(&mut body);
    }
    body.extend(format!("--{boundary}--\r\n").into_bytes());
    let media_type = format!("multipart/form-data; boundary=\"{boundary}\"");
    let form = form(Some(media_type.as_bytes()), &body);
    assert_eq!(
        form,
        by_name(parts.iter().map(|part| (&*part.name, part.shown()))),
        "{}",
        body.escape_ascii()
    );
}

/// The fields of a query, by the server's parser, which is not Python's.
fn of_query(body: &[u8]) -> Value {
    let pairs: Vec<_> = query::pairs(body).collect();
    let pairs = pairs.iter();
    by_name(pairs.map(|(name, value)| (&**name, json!(latin1::decode(value)))))
}

/// Names in the order of their first values, each with all of its values.
fn by_name<'n>(values: impl Iterator<Item = (&'n [u8], Value)>) -> Value {
    let mut all: Vec<(&[u8], Vec<Value>)> = Vec::new();
    for (name, value) in values {
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => values.push(value),
            None => all.push((name, vec![value])),
        }
    }
    let all = all.into_iter();
    all.map(|(name, values)| json!([latin1::decode(name), values]))
        .collect()
}

/// The form as the script shows it, twice.
fn form(media_type: Option<&[u8]>, body: &[u8]) -> Value {
    let field = media_type.map(|media_type| ("Content-Type", media_type));
    let shown = SCRIPT.ask(field.as_slice(), body);
    let [form, before, after, again] = shown.as_array().expect("a list").as_slice() else {
        panic!("{shown}");
    };
    assert_eq!(form, again);
    assert!(form.get("error").is_some() || before == after, "{shown}");
    form.clone()
}
