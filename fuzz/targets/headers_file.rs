//! The fields of a file are the lines of its `.headers` file, stripped as Python strips bytes. A line
//! without a colon is a fault whose message names the file. A `.sub.headers` file without placeholders
//! gives the same fields.
//!
//! Input: a `.headers` file.

#![cfg_attr(fuzzing, no_main)]

#[path = "../served.rs"]
mod served;

use std::fs;
use std::path::Path;

use served::Served;
use wireserve::Links;
use wireserve::internals::pipes::template;
use wireserve::internals::site::files::dot_headers;
use wireserve::internals::site::files::open_in_root::Root;
use wireserve::message::Head;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|text: &[u8]| holds(text));

pub(crate) fn holds(text: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str| fs::write(folder.path().join(name), text).expect("a file");
    write("plain.headers");
    write("filled.sub.headers");
    let root = Root::at(folder.path(), Links::Within).expect("the folder");
    let head = Head::parse(b"GET /a HTTP/1.1\r\n\r\n".to_vec()).expect("a head");
    let served = Served::new(head);
    let load = |name: &str| {
        let mut fields = Vec::new();
        let add = |name: &[u8], value: &[u8]| fields.push((name.to_vec(), value.to_vec()));
        let loaded = dot_headers::load(&root, Path::new(name), &served.context(), add);
        loaded.map(|()| fields)
    };

    let plain = load("plain");
    match (&plain, expected(text)) {
        (Ok(fields), Some(expected)) => assert_eq!(*fields, expected),
        (Err(fault), None) => {
            assert_eq!(fault.status, 500);
            assert!(
                fault
                    .message
                    .starts_with("plain.headers: expected a field line")
            );
        }
        (fields, expected) => panic!("{fields:?}, not {expected:?}"),
    }
    let filled = load("filled");
    if !template::has_placeholder(text) {
        assert_eq!(filled.ok(), plain.ok());
    }
}

type Field = (Vec<u8>, Vec<u8>);

/// `None` if a line is not a field.
fn expected(text: &[u8]) -> Option<Vec<Field>> {
    let lines = text.split(|byte| b"\r\n".contains(byte));
    let fields = lines.filter(|line| !line.is_empty()).map(|line| {
        let at = line.iter().position(|&byte| byte == b':')?;
        Some((stripped(&line[..at]), stripped(&line[at + 1..])))
    });
    fields.collect()
}

fn stripped(text: &[u8]) -> Vec<u8> {
    let is_inside = |byte: &u8| !b" \t\n\r\x0b\x0c".contains(byte);
    let first = text.iter().position(is_inside);
    let last = text.iter().rposition(is_inside);
    match (first, last) {
        (Some(first), Some(last)) => text[first..=last].to_vec(),
        _ => Vec::new(),
    }
}
