//! What Python's standard library helps to read of a request, forms, cookies and stash keys, is read or refused
//! for any bytes: the fuzz targets hold for inputs that are made of the words of their dictionaries, by a
//! generator that is the same in every run; and parts nested deeper than a fuzzer's input can be are refused.
//!
//! `PROPTEST_CASES=100000` tries more of them.

use std::fs;
use std::path::Path;

use crate::fuzz::corpus::{cookies, form, stash_key};
use crate::support::client::Client;
use crate::support::folder::folder;
use crate::support::process::Process;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};
use wireserve::internals::text::quoted;

/// What a form may be in; see the target.
const FIRST_LINES: [&str; 4] = [
    "multipart/form-data; boundary=B\n",
    "application/x-www-form-urlencoded\n",
    "parts\n",
    "",
];

#[test]
fn any_form() {
    let first_line = prop::sample::select(&FIRST_LINES[..]).prop_map(Vec::from);
    let inputs = (first_line, of_words("form", 40)).prop_map(|(line, rest)| [line, rest].concat());
    hold_for(inputs, form::holds);
}

#[test]
fn any_cookies() {
    hold_for(of_words("cookies", 40), cookies::holds);
}

#[test]
fn any_stash_key() {
    hold_for(of_words("stash_key", 6), stash_key::holds);
}

/// For as many inputs as `PROPTEST_CASES` says, or 256.
fn hold_for(inputs: impl Strategy<Value = Vec<u8>>, holds: fn(&[u8])) {
    let config = Config {
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let result = runner.run(&inputs, |input| {
        holds(&input);
        Ok(())
    });
    if let Err(TestError::Fail(reason, input)) = &result {
        panic!("{reason}\n{}", input.escape_ascii());
    }
    result.expect("no case is given up");
}

/// Some words of a target's dictionary, one after another, and any bytes between them.
fn of_words(target: &str, count: usize) -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        12 => prop::sample::select(dictionary(target)),
        2 => prop::collection::vec(any::<u8>(), 0..4),
        1 => (any::<u8>(), 0_usize..3000).prop_map(|(byte, count)| vec![byte; count]),
    ];
    prop::collection::vec(word, 0..count).prop_map(|words| words.concat())
}

fn dictionary(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/dictionaries");
    let text = fs::read_to_string(folder.join(target).with_extension("dict"));
    let text = text.expect("a dictionary");
    let words = text.lines().filter(|line| line.starts_with('"'));
    words
        .map(|line| quoted::read(line.as_bytes()).expect("a word").0)
        .collect()
}

/// Answers with the form, or with the name of the exception that it meets.
const SHOWN: &str = r#"
def main(request, response):
    try:
        return repr(list(request.POST.items()))
    except Exception as error:
        return type(error).__name__
"#;

/// Parts in parts, deeper than Python goes: the peer sees a refusal, and others see nothing.
#[test]
fn deeply_nested_parts_are_refused() {
    let mut body = b"--B\r\n".to_vec();
    for level in 0..20_000 {
        let head =
            format!("Content-Type: multipart/mixed; boundary=B{level}\r\n\r\n--B{level}\r\n");
        body.extend(head.into_bytes());
    }
    let folder = folder(&[("shown.py", SHOWN)]);
    let server = Process::wireserve(folder.path(), ["--log", "off"]);
    let mut client = Client::connect(server.addr());
    let mut form = |media_type: &str, body: &[u8]| {
        let length = body.len();
        let head = format!(
            "POST /shown.py HTTP/1.1\r\nHost: a\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n"
        );
        client.send(&[head.as_bytes(), body].concat());
        client.read_response("POST").text()
    };
    assert_eq!(
        form("multipart/form-data; boundary=B", &body),
        "RecursionError"
    );
    assert_eq!(
        form("application/x-www-form-urlencoded", b"a=b"),
        "[(b'a', [b'b'])]"
    );
}
