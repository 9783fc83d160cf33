//! Any cookies are parsed, or refused with a `CookieError`, with the same result twice. Plain pairs are parsed by
//! RFC 6265, and short values like Python's `http.cookies` parses them.
//!
//! Input: the values of `Cookie` fields, one in a line.

#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use serde_json::{Value, json};

use scripts::{Script, raised};

#[path = "../scripts.rs"]
mod scripts;

/// The standard library takes minutes for some values of 64 KiB, but milliseconds for any that is `SHORT`.
const SHOWN: &str = r#"
from http.cookies import BaseCookie
from wptserve.request import cookies_of

SHORT = 200
ATTRIBUTES = ("expires", "path", "comment", "domain", "max-age", "secure", "version", "httponly")


def shown(request):
    value = b"; ".join(request.headers.get_list(b"cookie", []))
    own = tried(lambda: cookies(request.cookies))
    again = tried(lambda: cookies(cookies_of(request.headers)))
    library = tried(lambda: morsels(text(value))) if len(value) <= SHORT else own
    return [text(value), own, again, library]


def cookies(found):
    return [[text(name), [[text(cookie.value), str(cookie)] + attributes(cookie)
                          for cookie in found.get_list(name)]] for name in found]


def attributes(cookie):
    return [getattr(cookie, name.replace("-", "_")) for name in ATTRIBUTES]


def morsels(text):
    found = BaseCookie(text)
    return [[name, [[morsel.coded_value, morsel.OutputString()]
                    + [morsel[attribute] for attribute in ATTRIBUTES]]]
            for name, morsel in found.items()]
"#;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::serve(SHOWN));

/// Further fields are left out: a head has a limit, and the fields are joined anyway.
const FIELDS: usize = 16;

/// Names that some version of Python treats as attributes of a cookie.
const RESERVED: [&str; 10] = [
    "expires",
    "path",
    "comment",
    "domain",
    "max-age",
    "secure",
    "httponly",
    "version",
    "samesite",
    "partitioned",
];

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let lines = input.split(|&byte| byte == b'\n').take(FIELDS);
    let fields: Vec<Vec<u8>> = lines
        .map(|line| {
            let bytes = line.iter().copied();
            bytes.filter(|byte| !b"\r\0".contains(byte)).collect()
        })
        .collect();
    let fields: Vec<_> = fields.iter().map(|field| ("Cookie", &**field)).collect();
    let shown = SCRIPT.ask(&fields, b"");
    let [Value::String(value), own, again, library] = shown.as_array().expect("a list").as_slice()
    else {
        panic!("{shown}");
    };
    assert_eq!(own, again);
    assert_eq!(own, library, "{value:?}");
    let plain = plain(value);
    let Some(found) = own.as_array() else {
        assert!(raised(own, &["CookieError"]), "{own}");
        assert_eq!(plain, None);
        return;
    };
    for cookie in found {
        for part in [&cookie[0], &cookie[1][0][0]] {
            let part = part.as_str().expect("a name and a value");
            assert!(value.contains(part), "{part:?} is not in {value:?}");
        }
    }
    if let Some(plain) = plain {
        let pairs: Vec<_> = found
            .iter()
            .map(|cookie| (&cookie[0], &cookie[1][0][0]))
            .collect();
        assert_eq!(json!(pairs), json!(plain), "{value:?}");
    }
}

/// The pairs of a `cookie-string` (RFC 6265 §4.2.1), with any spaces between them; `None` for other text.
fn plain(text: &str) -> Option<Vec<(&str, &str)>> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    if text.is_empty() {
        return Some(pairs);
    }
    for piece in text.split(';') {
        let (name, value) = piece.trim_matches([' ', '\t']).split_once('=')?;
        let is_attribute = RESERVED.iter().any(|own| name.eq_ignore_ascii_case(own));
        if !is_token(name) || name.starts_with('$') || is_attribute || !is_value(value) {
            return None;
        }
        // The last value of a name counts, at the position of the first.
        match pairs.iter_mut().find(|(other, _)| *other == name) {
            Some((_, old)) => *old = value,
            None => pairs.push((name, value)),
        }
    }
    Some(pairs)
}

fn is_token(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// `*cookie-octet`, or the same within quotes.
fn is_value(value: &str) -> bool {
    let inner = value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let is_octet = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    inner.unwrap_or(value).bytes().all(is_octet)
}
