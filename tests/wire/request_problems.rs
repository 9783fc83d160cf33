//! Of every request of `catalogue/requests.json` it is known, by pure functions and without a server, which
//! lines its head came in, what is unusual about each, and what is wrong by which clause at which byte.
//!
//! What is expected is in `data/problems.json`, written by hand from the RFCs, one object a request:
//! `lines` is how many lines the head has, the empty ones before the request line and at the end
//! included; `flags` has those of a line by its number from 0, and lines that are not named have none;
//! `parts` are a line's name, separator, value and line end; `problems` are offset, text, clause and
//! severity in their order; `form` is the target's and `version` the version's bytes. Of pipelined
//! requests the first is meant.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use wireserve::internals::conform::case::bytes::Bytes;
use wireserve::internals::http::head::{HeadLimits, Progress, Scanner};
use wireserve::internals::http::{raw_lines, target};
use wireserve::message::{Flag, Head, Problem};

#[test]
fn what_is_wrong_and_where() {
    for (case, head) in cases() {
        let found: Vec<_> = Problem::find(&head)
            .into_iter()
            .map(|problem| {
                let (what, severity) = (problem.what.as_str(), problem.severity.as_str());
                (problem.offset, what, problem.clause, severity)
            })
            .collect();
        let expected: Vec<_> = case
            .problems
            .iter()
            .map(|(offset, what, clause, severity)| (*offset, &**what, &**clause, &**severity))
            .collect();
        assert_eq!(found, expected, "{}", case.id);
    }
}

#[test]
fn what_is_unusual_by_line() {
    for (case, head) in cases() {
        let lines = raw_lines::split(&head);
        assert_eq!(lines.len(), case.lines, "{}", case.id);
        let found: BTreeMap<usize, Vec<_>> = lines
            .iter()
            .map(|line| line.flags().map(Flag::as_str).collect())
            .enumerate()
            .filter(|(_, flags): &(_, Vec<_>)| !flags.is_empty())
            .collect();
        let expected: BTreeMap<usize, Vec<_>> = case
            .flags
            .iter()
            .map(|(&number, flags)| (number, flags.iter().map(String::as_str).collect()))
            .collect();
        assert_eq!(found, expected, "{}", case.id);
    }
}

#[test]
fn the_parts_of_lines() {
    for (case, head) in cases() {
        let lines = raw_lines::split(&head);
        for (number, parts) in &case.parts {
            let line = &lines[*number];
            let part = |range: &Range<usize>| head[range.clone()].escape_ascii().to_string();
            let found = [&line.name, &line.separator, &line.value, &line.line_end].map(part);
            let expected = parts
                .each_ref()
                .map(|part| part.0.escape_ascii().to_string());
            assert_eq!(found, expected, "{}", case.id);
        }
    }
}

#[test]
fn the_form_of_the_target_and_the_version_as_it_came() {
    for (case, head) in cases() {
        if case.form.is_none() && case.version.is_none() {
            continue;
        }
        let head = Head::parse(head).expect(&case.id);
        if let Some(form) = &case.form {
            let found = target::form(head.method(), head.target());
            assert_eq!(found.as_str(), form, "{}", case.id);
        }
        if let Some(version) = &case.version {
            assert_eq!(head.version_bytes(), version.as_bytes(), "{}", case.id);
        }
    }
}

/// What is expected of each request, and the bytes of its head, skipped lines included.
fn cases() -> Vec<(Case, Vec<u8>)> {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../data/problems.json")).expect("problems");
    let requests: Vec<Request> =
        serde_json::from_str(include_str!("../../catalogue/requests.json")).expect("requests");
    assert_eq!(cases.len(), requests.len());
    cases
        .into_iter()
        .zip(requests)
        .map(|(case, request)| {
            assert_eq!(case.id, request.id);
            let pieces: Vec<_> = request.sends.into_iter().map(|piece| piece.0).collect();
            let head = raw_head(pieces.concat());
            (case, head)
        })
        .collect()
}

/// Up to the end of the first head, or all of it without a head.
fn raw_head(mut sent: Vec<u8>) -> Vec<u8> {
    let limits = HeadLimits {
        request_line: usize::MAX,
        field_line: usize::MAX,
        field_lines: usize::MAX,
        head: usize::MAX,
    };
    if let Ok(Progress::Whole(range)) = Scanner::default().scan(&sent, &limits) {
        sent.truncate(range.end);
    }
    sent
}

#[derive(Deserialize)]
struct Request {
    id: String,
    sends: Vec<Bytes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    id: String,
    lines: usize,
    #[serde(default)]
    flags: BTreeMap<usize, Vec<String>>,
    #[serde(default)]
    parts: BTreeMap<usize, [Bytes; 4]>,
    #[serde(default)]
    problems: Vec<(usize, String, String, String)>,
    form: Option<String>,
    version: Option<String>,
}
