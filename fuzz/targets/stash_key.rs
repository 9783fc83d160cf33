//! The stash accepts the keys that Python's `uuid` parses, and all spellings of a UUID are the same key. `put`
//! and `take` refuse any other key with a `ValueError`.
//!
//! Input: a key.

#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use serde_json::{Value, json};
use uuid::Uuid;

use scripts::{Script, raised};

#[path = "../scripts.rs"]
mod scripts;

/// Tries a key as text, and also as bytes if it is ASCII. A value put with one spelling is taken with the next.
const SHOWN: &str = r#"
import uuid


def shown(request):
    stash = request.server.stash
    key = request.body.decode("utf-8", "surrogateescape")
    read = tried(lambda: str(uuid.UUID(key)))
    keys = [request.body] if request.body.isascii() else []
    refused = [] if keys else [request.body]
    if isinstance(read, dict):
        return [read, [], refusals(stash, [key] + keys + refused)]
    keys += [key] + spellings(uuid.UUID(key))
    taken = [passed(stash, put, take) for put, take in zip(keys, keys[1:] + keys[:1])]
    return [read, taken, refusals(stash, refused)]


def spellings(key):
    return [str(key), key.hex, key.hex.upper(), key.urn, "{%s}" % key, "-".join(key.hex), str(key).encode()]


def passed(stash, put, take):
    stash.put(put, "value")
    return [tried(lambda: stash.put(take, "other")), stash.take(take), stash.take(put)]


def refusals(stash, keys):
    return [tried(asked) for key in keys
            for asked in (lambda: stash.put(key, "value"), lambda: stash.take(key))]
"#;

static SCRIPT: LazyLock<Script> = LazyLock::new(|| Script::serve(SHOWN));

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let shown = SCRIPT.ask(&[], input);
    let [read, taken, refused] = shown.as_array().expect("a list").as_slice() else {
        panic!("{shown}");
    };
    if let Some(uuid) = usual(input) {
        assert_eq!(*read, json!(uuid.hyphenated().to_string()));
    }
    assert!(read.is_string() || raised(read, &["ValueError"]), "{read}");
    for passed in taken.as_array().expect("a list") {
        assert!(raised(&passed[0], &["StashError"]), "{shown}");
        assert_eq!(passed[1], json!("value"), "{shown}");
        assert_eq!(passed[2], Value::Null, "{shown}");
    }
    for refused in refused.as_array().expect("a list") {
        assert!(raised(refused, &["ValueError"]), "{shown}");
    }
}

/// The keys that the crate `uuid` parses, which are the usual spellings. Unlike Python, it also accepts
/// `urn:uuid:` in capitals.
fn usual(key: &[u8]) -> Option<Uuid> {
    let key = std::str::from_utf8(key).ok()?;
    let is_common = key.starts_with("urn:uuid:") || !key.contains(':');
    Uuid::parse_str(key).ok().filter(|_| is_common)
}
