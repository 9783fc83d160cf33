//! Any content is filled in or refused, whatever the request. Text between placeholders is kept, and inserted
//! values can be recovered from both kinds of escaping.
//!
//! Input: the head of a request, an empty line, the content.

#![cfg_attr(fuzzing, no_main)]

#[path = "../served.rs"]
mod served;

use std::sync::LazyLock;

use regex::bytes::Regex;
use served::Served;
use wireserve::internals::pipes::Context;
use wireserve::internals::pipes::template::{self, Escape};
use wireserve::internals::text::quoted;
use wireserve::message::Head;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

/// The regular expression by which the reference finds placeholders.
static PLACEHOLDER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?s-u)\{\{([^}]*)\}\}").expect("a regular expression"));

/// Placeholders for values that the client sends.
const OF_REQUEST: [&str; 5] = [
    "GET[x]",
    "headers[Host]",
    "header_or_default(X-A, <&\"'\\>)",
    "location[path]",
    "location[query]",
];

pub(crate) fn holds(input: &[u8]) {
    let line = memchr::memmem::find(input, b"\r\n\r\n");
    let end = line.map_or(input.len(), |at| at + "\r\n\r\n".len());
    let (head, content) = input.split_at(end);
    let Ok(head) = Head::parse(head.to_vec()) else {
        return;
    };
    let served = Served::new(head);
    let context = served.context();
    assert_filled(content, &context);
    for expression in OF_REQUEST {
        assert_escaped(expression, &context);
    }
}

fn assert_filled(content: &[u8], context: &Context<'_>) {
    let has_placeholder = PLACEHOLDER.is_match(content);
    assert_eq!(template::has_placeholder(content), has_placeholder);
    let all = [Escape::None, Escape::Html, Escape::Quoted];
    let filled = all.map(|escape| template::fill(content, escape, context));
    let [text, html, _] = filled.each_ref().map(|filled| filled.as_ref().err());
    // Scripts have other errors: a value may have bytes that are not UTF-8.
    assert_eq!(text, html);
    for filled in &filled {
        match filled {
            Ok(filled) if !has_placeholder => assert_eq!(filled, content),
            Ok(filled) => assert_kept(content, filled),
            Err(error) => assert!(has_placeholder && error.to_string().len() < 10_000),
        }
    }
}

/// The text around placeholders is kept, in order.
fn assert_kept(content: &[u8], filled: &[u8]) {
    let mut rest = filled;
    for literal in PLACEHOLDER.split(content) {
        let at = memchr::memmem::find(rest, literal).expect("the literal text");
        rest = &rest[at + literal.len()..];
    }
}

fn assert_escaped(expression: &str, context: &Context<'_>) {
    let filled = |escape, content: String| template::fill(content.as_bytes(), escape, context);
    let placeholder = || format!("{{{{{expression}}}}}");
    let Ok(plain) = filled(Escape::None, placeholder()) else {
        return;
    };
    let string = filled(Escape::Quoted, format!("\"{}\"", placeholder())).expect("as before");
    assert_eq!(quoted::read(&string), Ok((plain.clone(), string.len())));
    let html = filled(Escape::Html, placeholder()).expect("as before");
    assert!(!html.iter().any(|byte| b"<>\"'".contains(byte)));
    let mut html = String::from_utf8(html).expect("UTF-8");
    for (reference, character) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#x27;", "'"),
        ("&amp;", "&"),
    ] {
        html = html.replace(reference, character);
    }
    assert_eq!(html.as_bytes(), plain);
}
