//! What scripts ask of a request that Python's standard library helps to read is answered for any bytes: a form,
//! cookies and stash keys are read, or refused with the exceptions that are told of, within a bound; and what
//! was well-formed comes back as it was.
//!
//! The inputs are made of the words that the readers turn on, by a generator that is the same in every run;
//! `PROPTEST_CASES=100000` runs more of them.

#![cfg(feature = "python")]

mod support;

use std::fmt::Debug;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use serde_json::{Value, json};
use support::client::Client;
use support::folder::folder;
use support::process::Process;
use tempfile::TempDir;

/// What a script sees of a request, or the exceptions that it meets.
const SEEN: &str = r#"
import json
import uuid


def text(value):
    return value.decode("latin-1") if isinstance(value, bytes) else value


def tried(read):
    try:
        return read()
    except Exception as error:
        return {"error": [cls.__name__ for cls in type(error).__mro__]}


def shown(part):
    if isinstance(part, bytes):
        return text(part)
    value = part.value
    if isinstance(value, list):
        value = [shown(nested) for nested in value]
    return [part.filename, part.type, text(value)]


def form(request):
    return [[text(name), [shown(part) for part in request.POST.get_list(name)]]
            for name in request.POST]


def cookies(request):
    return [[text(name), [text(cookie.value) for cookie in request.cookies.get_list(name)]]
            for name in request.cookies]


def key(request):
    stash = request.server.stash
    said = request.body.decode("utf-8", "surrogateescape")
    expected = tried(lambda: str(uuid.UUID(said)))
    if isinstance(expected, dict):
        return [expected, tried(lambda: stash.put(said, 1)), tried(lambda: stash.take(said))]
    stash.put(said, "value")
    return [expected, stash.take(expected), stash.take(said)]


def main(request, response):
    found = {}
    for read in (form, cookies, key):
        if read.__name__.encode() in request.GET:
            found[read.__name__] = tried(lambda: read(request))
    return [("Content-Type", "application/json")], json.dumps(found)
"#;

/// How long one request may take. Most take less than a millisecond.
const BOUND: Duration = Duration::from_secs(8);

struct Asked {
    server: Process,
    _folder: TempDir,
}

impl Asked {
    fn new() -> Self {
        let folder = folder(&[("seen.py", SEEN)]);
        let server = Process::wireserve(folder.path(), ["--log", "off"]);
        Self {
            server,
            _folder: folder,
        }
    }

    /// Holds for as many inputs as `PROPTEST_CASES` says, or 256.
    fn holds<T: Debug>(
        &self,
        inputs: impl Strategy<Value = T>,
        holds: impl Fn(&mut Client, T) -> Result<(), TestCaseError>,
    ) {
        let config = Config {
            failure_persistence: None,
            ..Config::default()
        };
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config, rng);
        let client = std::cell::RefCell::new(Client::connect(self.server.addr()));
        let result = runner.run(&inputs, |input| {
            let began = Instant::now();
            let held = holds(&mut client.borrow_mut(), input);
            prop_assert!(began.elapsed() < BOUND, "it took {:?}", began.elapsed());
            held
        });
        if let Err(TestError::Fail(reason, input)) = result {
            panic!("{reason}\n{input:?}\n{}", self.server.stderr());
        }
        result.expect("no case is given up");
    }
}

/// What the script says about a request with these fields and this body.
fn seen(client: &mut Client, what: &str, fields: &[(&str, &[u8])], body: &[u8]) -> Value {
    let mut request = format!("POST /seen.py?{what} HTTP/1.1\r\nHost: a\r\n").into_bytes();
    for (name, value) in fields {
        request.extend_from_slice(name.as_bytes());
        request.extend_from_slice(b": ");
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    request.extend_from_slice(body);
    client.send(&request);
    let response = client.read_response("POST");
    assert_eq!(response.status, 200, "{}", response.text());
    let found: Value = serde_json::from_slice(&response.body).expect("JSON");
    found[what].clone()
}

/// Whether an answer is none of these exceptions, or one of a class derived from them.
fn is_told_of(seen: &Value, exceptions: &[&str]) -> bool {
    let Some(classes) = seen.get("error") else {
        return true;
    };
    let classes = classes.as_array().expect("a list").iter();
    classes
        .filter_map(Value::as_str)
        .any(|class| exceptions.contains(&class))
}

/// Some of these, one behind another, and any bytes between them.
fn of_words(words: &'static [&'static [u8]], count: usize) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        12 => prop::sample::select(words).prop_map(<[u8]>::to_vec),
        2 => prop::collection::vec(any::<u8>(), 0..4),
        1 => (any::<u8>(), 0_usize..3000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(word, 0..count).prop_map(|words| words.concat())
}

/// A field's value, which no line end or NUL can be in.
fn of_value(words: &'static [&'static [u8]], count: usize) -> impl Strategy<Value = Vec<u8>> {
    of_words(words, count).prop_map(|mut bytes| {
        bytes.retain(|byte| !matches!(byte, b'\r' | b'\n' | 0));
        bytes
    })
}

const FORM: &[&[u8]] = &[
    b"--B",
    b"--B\r\n",
    b"--B--\r\n",
    b"--C\r\n",
    b"--C--",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\n\r\n",
    b"Content-Disposition: form-data; name=\"a\"\r\n",
    b"Content-Disposition: form-data; name=a; filename=\"f\"\r\n",
    b"Content-Disposition: ",
    b"Content-Type: multipart/mixed; boundary=C\r\n",
    b"Content-Type: multipart/mixed; boundary=B\r\n\r\n",
    b"Content-Type: ",
    b"Content-Length: 3\r\n",
    b"Content-Transfer-Encoding: base64\r\n",
    b"; name=",
    b"filename*=utf-8''%e9",
    b"\"",
    b"\\\"",
    b"\\",
    b";",
    b"=",
    b":",
    b" ",
    b"&",
    b"%",
    b"+",
    b"a",
];

const TYPE: &[&[u8]] = &[
    b"multipart/form-data",
    b"multipart/",
    b"application/x-www-form-urlencoded",
    b"; boundary=B",
    b"; boundary=\"B\"",
    b"boundary=",
    b";",
    b"\"",
    b"\\",
    b" ",
    b"charset=utf-16",
];

#[test]
fn any_form_is_read_or_refused() {
    let types = prop_oneof![
        4 => Just(b"multipart/form-data; boundary=B".to_vec()),
        1 => Just(b"application/x-www-form-urlencoded".to_vec()),
        2 => of_value(TYPE, 6),
    ];
    Asked::new().holds((types, of_words(FORM, 40)), |client, (media_type, body)| {
        let form = seen(client, "form", &[("Content-Type", &media_type)], &body);
        prop_assert!(is_told_of(&form, &["ValueError", "TypeError"]), "{form}");
        Ok(())
    });
}

/// The boundary is in none of them; names and texts are those that a header can say.
#[test]
fn a_form_comes_back() {
    let name = "[a-z \u{e4};=.]{1,12}";
    let content = prop::collection::vec(any::<u8>(), 0..200);
    let part = (name, prop::option::of(name), content);
    Asked::new().holds(prop::collection::vec(part, 0..6), |client, parts| {
        let latin1 = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<_>>();
        let shown = |bytes: &[u8]| {
            bytes
                .iter()
                .map(|&byte| char::from(byte))
                .collect::<String>()
        };
        let mut body = Vec::new();
        let mut expected: Vec<(String, Vec<Value>)> = Vec::new();
        for (name, file, content) in parts {
            body.extend(b"--boundary of it\r\nContent-Disposition: form-data; name=\"");
            body.extend(latin1(&name));
            if let Some(file) = &file {
                body.extend(b"\"; filename=\"");
                body.extend(latin1(file));
            }
            body.extend(b"\"\r\n\r\n");
            body.extend(&content);
            body.extend(b"\r\n");
            let content = shown(&content);
            let value = match file {
                Some(file) => json!([file, "text/plain", content]),
                None => json!(content),
            };
            match expected.iter_mut().find(|(other, _)| *other == name) {
                Some((_, values)) => values.push(value),
                None => expected.push((name, vec![value])),
            }
        }
        body.extend(b"--boundary of it--\r\n");
        let media_type = b"multipart/form-data; boundary=\"boundary of it\"";
        let form = seen(client, "form", &[("Content-Type", media_type)], &body);
        prop_assert_eq!(form, json!(expected));
        Ok(())
    });
}

/// Parts in parts, deeper than Python goes: the peer sees a refusal, and others see nothing.
#[test]
fn deeply_nested_parts_are_refused() {
    let mut body = b"--B\r\n".to_vec();
    for level in 0..20_000 {
        let head =
            format!("Content-Type: multipart/mixed; boundary=B{level}\r\n\r\n--B{level}\r\n");
        body.extend(head.into_bytes());
    }
    let asked = Asked::new();
    let mut client = Client::connect(asked.server.addr());
    let media_type = b"multipart/form-data; boundary=B";
    let form = seen(&mut client, "form", &[("Content-Type", media_type)], &body);
    assert!(form["error"][0] == "RecursionError", "{form}");
    let form = seen(&mut client, "form", &[], b"a=b");
    assert_eq!(form, json!([["a", ["b"]]]));
}

const COOKIES: &[&[u8]] = &[
    b"a",
    b"b=1",
    b"=",
    b"==========",
    b";",
    b"; ",
    b" ",
    b"\"",
    b"\\\"",
    b"\\073",
    b"Path=/",
    b"a=1; path=\"",
    b"\\\\\\\\",
    b"$Version=1",
    b"expires=Wed, 09 Jun 2021 10:18:14 GMT",
    b"HttpOnly",
    b"{",
    b"[",
    b",",
    b"\xe9",
    b"\x01",
];

#[test]
fn any_cookies_are_read_or_refused() {
    let fields = prop::collection::vec(of_value(COOKIES, 30), 0..4);
    Asked::new().holds(fields, |client, fields| {
        let fields: Vec<_> = fields.iter().map(|field| ("Cookie", &field[..])).collect();
        let cookies = seen(client, "cookies", &fields, b"");
        prop_assert!(is_told_of(&cookies, &["CookieError"]), "{cookies}");
        Ok(())
    });
}

#[test]
fn cookies_come_back() {
    let cookie = (
        "[a-c]{1,3}x",
        "[!#-+./-:<-\\[\\]-~]{0,20}|\"[ !#-\\[\\]-~]{0,20}\"",
    );
    Asked::new().holds(prop::collection::vec(cookie, 0..8), |client, cookies| {
        let pairs = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let field = pairs.collect::<Vec<_>>().join("; ");
        let mut expected: Vec<(&str, Vec<&str>)> = Vec::new();
        for (name, value) in &cookies {
            // The last one of a name counts, in the place of the first.
            match expected.iter_mut().find(|(other, _)| other == name) {
                Some((_, values)) => *values = vec![value],
                None => expected.push((name, vec![value])),
            }
        }
        let found = seen(client, "cookies", &[("Cookie", field.as_bytes())], b"");
        prop_assert_eq!(found, json!(expected));
        Ok(())
    });
}

const KEY: &[&[u8]] = &[
    b"01234567",
    b"-89ab",
    b"-cdef",
    b"0123456789abcdef",
    b"0123456789abcdef0123456789ABCDEF",
    b"01234567-89ab-cdef-0123-456789abcdef",
    b"{",
    b"}",
    b"urn:uuid:",
    b"-",
    b"_",
    b" ",
    b"+",
    b"0x",
    b"g",
    "\u{661}".as_bytes(),
    b"\0",
];

/// A key of the stash is what Python's `uuid` takes for one, and the same whatever its spelling.
#[test]
fn any_stash_key_is_a_uuid_or_refused() {
    Asked::new().holds(of_words(KEY, 6), |client, key| {
        let seen = seen(client, "key", &[], &key);
        let seen = seen
            .as_array()
            .ok_or_else(|| TestCaseError::fail(seen.to_string()))?;
        match &seen[0] {
            Value::String(_) => {
                prop_assert_eq!(&seen[1..], [json!("value"), json!(null)]);
            }
            refused => {
                prop_assert!(is_told_of(refused, &["ValueError"]), "{refused}");
                for tried in &seen[1..] {
                    let is_refused = tried.get("error").is_some();
                    prop_assert!(is_refused && is_told_of(tried, &["ValueError"]), "{tried}");
                }
            }
        }
        Ok(())
    });
}
