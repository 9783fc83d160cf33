//! The lines of a head, joined, are the head, and the flags of each line follow from its bytes. Problems are
//! within the head, in order, and none is reported twice. A head without problems is parsed alike by httparse,
//! the lenient grammar and `raw_lines`.
//!
//! Input: a head, and the bytes that follow it.

#![cfg_attr(fuzzing, no_main)]

use std::collections::HashSet;

use wireserve::internals::http::raw_lines;
use wireserve::message::problem_kinds::lines::NO_END;
use wireserve::message::{Flag, Head, LineKind, Problem, RawLine};

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|head: &[u8]| holds(head));

pub(crate) fn holds(head: &[u8]) {
    let lines = raw_lines::split(head);
    assert_joined(head, &lines);
    assert_flagged(head, &lines);

    let problems = Problem::find(head);
    let mut seen = HashSet::new();
    for problem in &problems {
        assert!(problem.offset <= head.len(), "{problem:?}");
        assert!(seen.insert((problem.offset, problem.what)), "{problem:?}");
        assert_eq!(problem.clause, problem.what.clause());
        assert_eq!(problem.severity, problem.what.severity());
    }
    assert!(problems.is_sorted_by_key(|problem| problem.offset));
    if problems.is_empty() {
        assert_is_read(head, &lines);
    }
    let end = lines.iter().find(|line| line.kind == LineKind::End);
    let has_end = problems.iter().all(|it| it.what != NO_END);
    if let Some(end) = end {
        assert!(has_end, "the head has its empty line");
        assert_eq!(problems, Problem::find(&head[..end.range.end]));
    }
}

fn assert_joined(head: &[u8], lines: &[RawLine]) {
    let mut at = 0;
    for line in lines {
        assert_eq!(line.range.start, at);
        for part in [&line.name, &line.separator, &line.value, &line.line_end] {
            assert_eq!(part.start, at, "{line:?}");
            assert!(part.end >= at, "{line:?}");
            at = part.end;
        }
        assert_eq!(line.range.end, at);
        assert!(!line.range.is_empty());
    }
    assert_eq!(at, head.len());
}

fn assert_flagged(head: &[u8], lines: &[RawLine]) {
    let mut names = HashSet::new();
    for line in lines {
        let content = &head[line.range.start..line.line_end.start];
        let has = |test: fn(&u8) -> bool| content.iter().any(test);
        let name = &head[line.name.clone()];
        let is_field = line.kind == LineKind::Field;
        for (flag, expected) in [
            (Flag::BareCr, has(|&byte| byte == b'\r')),
            (Flag::Nul, has(|&byte| byte == 0)),
            (Flag::ObsText, !content.is_ascii()),
            (Flag::BareLf, head[line.line_end.clone()] == *b"\n"),
            (Flag::NoColon, line.kind == LineKind::NoColon),
            (
                Flag::Duplicate,
                is_field && !names.insert(name.to_ascii_lowercase()),
            ),
        ] {
            assert_eq!(line.has(flag), expected, "{flag:?} of {line:?}");
        }
        let separator = &head[line.separator.clone()];
        assert_eq!(is_field, separator.contains(&b':'), "{line:?}");
        let flags: Vec<_> = Flag::ALL
            .into_iter()
            .filter(|&flag| line.has(flag))
            .collect();
        assert_eq!(line.flags().collect::<Vec<_>>(), flags);
    }
}

/// All parsers agree on a head without problems.
fn assert_is_read(head: &[u8], lines: &[RawLine]) {
    let ours: Vec<_> = lines
        .iter()
        .take_while(|line| line.kind != LineKind::End)
        .filter(|line| line.kind == LineKind::Field)
        .map(|line| (&head[line.name.clone()], &head[line.value.clone()]))
        .collect();
    let end = lines.iter().find(|line| line.kind == LineKind::End);
    let head = &head[..end.map_or(head.len(), |line| line.range.end)];
    let read = Head::parse(head.to_vec()).expect("a head without problems");
    assert_eq!(read.fields().collect::<Vec<_>>(), ours);

    let mut room = [httparse::EMPTY_HEADER; 512];
    let mut request = httparse::Request::new(&mut room);
    match request.parse(head) {
        Ok(httparse::Status::Complete(length)) => {
            assert_eq!(length, head.len());
            assert_eq!(request.headers.len(), ours.len());
        }
        Err(httparse::Error::TooManyHeaders) => {}
        // httparse accepts no other versions, which are not a problem of the client.
        Err(httparse::Error::Version) => assert_ne!(read.version_bytes(), b"HTTP/1.1"),
        refused => panic!("httparse: {refused:?}"),
    }
}
