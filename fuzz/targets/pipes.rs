//! Any expression is applied completely, or refused with the reason; escaped arguments arrive unchanged; and
//! the pieces of trickled content, joined, are the content.
//!
//! Input: an expression, a line end, the content.

#![cfg_attr(fuzzing, no_main)]

#[path = "../served.rs"]
mod served;

use std::path::Path;

use served::Served;
use wireserve::internals::pipes::{self, PipeError};
use wireserve::internals::text::{latin1, percent};
use wireserve::message::Head;
use wireserve::{Chunk, Content, Response};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

/// The most pieces and pauses that are read; a trickle may pause indefinitely.
const MOST_CHUNKS: usize = 2000;

pub(crate) fn holds(input: &[u8]) {
    let line = memchr::memchr(b'\n', input).unwrap_or(input.len());
    let content = input.get(line + 1..).unwrap_or_default();
    let Ok(expression) = std::str::from_utf8(&input[..line]) else {
        return;
    };
    match applied(expression, content) {
        Ok(response) => drain(response.content),
        Err(PipeError::Backslash) => assert!(expression.ends_with('\\')),
        Err(PipeError::Unknown(pipe) | PipeError::Arguments(pipe, _)) => {
            assert!(expression.contains(&pipe), "{pipe}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    assert_comes_through(expression, content);
    assert_trickles(expression, content);
}

fn applied(expression: &str, content: &[u8]) -> Result<Response, PipeError> {
    let head = Head::parse(b"GET /a HTTP/1.1\r\n\r\n".to_vec()).expect("a head");
    let mut response = Response {
        content: Content::Bytes(content.to_vec()),
        ..Response::default()
    };
    let query = format!("pipe={}", percent::encode_segment(expression.as_bytes()));
    match pipes::requested(Path::new("/a"), query.as_bytes()) {
        Some(pipeline) => {
            pipeline.apply(&mut response, &Served::new(head).context(), usize::MAX)?;
        }
        None => assert!(expression.is_empty()),
    }
    Ok(response)
}

/// Sets a field whose name is the expression and whose value is the content. Line ends are refused.
fn assert_comes_through(name: &str, value: &[u8]) {
    let value = latin1::decode(value);
    let expression = format!("header({},{})", escaped(name), escaped(&value));
    let is_line = !name.contains(['\r', '\n']) && !value.contains(['\r', '\n']);
    match (applied(&expression, b""), latin1::encode(name)) {
        (Ok(response), Ok(name)) if is_line => {
            let value = latin1::encode(&value).expect("as it was decoded");
            let fields: Vec<_> = response.headers.iter().collect();
            assert_eq!(fields, [(&name[..], &value[..])]);
        }
        (Err(PipeError::Arguments(pipe, _)), name) if name.is_err() || !is_line => {
            assert_eq!(pipe, "header");
        }
        (applied, _) => panic!("{expression:?}: {applied:?}"),
    }
}

fn escaped(argument: &str) -> String {
    let mut escaped = String::with_capacity(argument.len());
    for character in argument.chars() {
        match character {
            '\n' => escaped.push_str("\\n"),
            ',' | ')' | '\\' => escaped.extend(['\\', character]),
            character => escaped.push(character),
        }
    }
    escaped
}

fn assert_trickles(steps: &str, content: &[u8]) {
    let expression = format!("trickle({})", escaped(steps));
    let Ok(response) = applied(&expression, content) else {
        return;
    };
    let Content::Chunks(mut chunks) = response.content else {
        panic!("{expression:?} is not sent in pieces");
    };
    let mut sent = Vec::new();
    for _ in 0..MOST_CHUNKS {
        match chunks.next_chunk() {
            Some(Ok(Chunk::Bytes(bytes))) => sent.extend(bytes),
            Some(Ok(Chunk::Pause(time))) => assert!(!time.is_zero()),
            Some(Ok(other)) => panic!("expected bytes or a pause, found {other:?}"),
            Some(Err(error)) => panic!("{error}"),
            None => return assert_eq!(sent, content),
        }
    }
    assert!(content.starts_with(&sent));
}

fn drain(content: Content) {
    if let Content::Chunks(mut chunks) = content {
        for _ in 0..MOST_CHUNKS {
            if chunks.next_chunk().is_none() {
                return;
            }
        }
    }
}
