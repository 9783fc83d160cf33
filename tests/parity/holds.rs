//! What must hold on our side where it departs from the reference, without fixing the wording of
//! messages that are our own.

use std::io::Read;

use flate2::read::GzDecoder;

use super::mask::EXCEPTION;
use super::run::{End, Outcome};
use crate::support::response::{self, Extent, Response};

/// What must hold on our side.
pub enum Holds {
    /// One whole JSON error with this code, which says that the connection closes, as it does.
    Fault(u16),
    /// One whole JSON error with this code; then the connection ends so.
    Error(u16, End),
    /// One whole JSON error with 405, which lists these methods in `Allow`; connection kept.
    NotAllowed(&'static str),
    /// Exactly these bytes, masked; then the connection ends so.
    Exactly(&'static [u8], End),
    /// What the reference sends for a plain file, with its length added.
    FileWithLength(End),
    /// What the reference lists, in its order and with the same fields but for the length, among other
    /// things; then the connection ends so.
    Listing(End),
    /// What the reference sends; then the connection is closed.
    SameThenClosed,
    /// An internal error (500) whose traceback ends with this exception; then the connection ends
    /// so.
    Failure(&'static str, End),
    /// The same exception as the reference's, with a message in words of our own.
    OwnWords,
    /// `request/show.py`'s answer that shows exactly this, connection kept.
    Shows(&'static str),
    /// The head alone of an error with this code; then the connection ends so.
    HeadOf(u16, End),
    /// One whole page with this status code; then the connection ends so.
    Page(u16, End),
    /// What the reference sends, but compressed by another compressor; connection kept.
    Inflates,
    /// An answer with all of these in it; then the connection ends so.
    Contains(&'static [&'static str], End),
}

impl Holds {
    /// Whether `outcome` is as it must be, given what the reference does.
    pub fn check(&self, outcome: &Outcome, reference: &Outcome) -> Result<(), String> {
        match self {
            Self::Fault(code) => {
                ended(outcome, End::Closed)?;
                is_error(&outcome.bytes, *code)?;
                says_close(&outcome.bytes)
            }
            Self::Error(code, end) => {
                ended(outcome, *end)?;
                is_error(&outcome.bytes, *code)
            }
            Self::NotAllowed(methods) => {
                ended(outcome, End::Kept)?;
                is_error(&outcome.bytes, 405)?;
                match single(&outcome.bytes)?.header("allow") {
                    Some(allowed) if allowed == methods.as_bytes() => Ok(()),
                    _ => Err(format!("it must have Allow: {methods}")),
                }
            }
            Self::Exactly(bytes, end) => {
                ended(outcome, *end)?;
                same(&outcome.bytes, bytes)
            }
            Self::FileWithLength(end) => {
                ended(outcome, *end)?;
                has_length_added(&outcome.bytes, &reference.bytes)
            }
            Self::Listing(end) => {
                ended(outcome, *end)?;
                lists(&outcome.bytes, &reference.bytes)
            }
            Self::SameThenClosed => {
                ended(outcome, End::Closed)?;
                same(&outcome.bytes, &reference.bytes)
            }
            Self::OwnWords => {
                ended(outcome, reference.end)?;
                is_same_exception(&outcome.bytes, &reference.bytes)
            }
            Self::Failure(exception, end) => {
                ended(outcome, *end)?;
                is_failure(&outcome.bytes, exception)
            }
            Self::Shows(shown) => {
                ended(outcome, End::Kept)?;
                shows(&outcome.bytes, shown)
            }
            Self::HeadOf(code, end) => {
                ended(outcome, *end)?;
                is_head_of_error(&outcome.bytes, *code)
            }
            Self::Page(code, end) => {
                ended(outcome, *end)?;
                is_page(&outcome.bytes, *code)
            }
            Self::Inflates => {
                ended(outcome, End::Kept)?;
                inflates_alike(&outcome.bytes, &reference.bytes)
            }
            Self::Contains(parts, end) => {
                ended(outcome, *end)?;
                contains(&outcome.bytes, parts)
            }
        }
    }
}

fn ended(outcome: &Outcome, end: End) -> Result<(), String> {
    if outcome.end == end {
        return Ok(());
    }
    Err(format!(
        "the connection must be {end:?}, not {:?}",
        outcome.end
    ))
}

fn same(bytes: &[u8], expected: &[u8]) -> Result<(), String> {
    if bytes == expected {
        return Ok(());
    }
    Err(format!("the bytes must be {}", expected.escape_ascii()))
}

/// One whole answer and nothing else.
fn single(bytes: &[u8]) -> Result<Response, String> {
    if response::extent(bytes, "GET") != Extent::Whole(bytes.len()) {
        return Err("it must be one whole response with a length".into());
    }
    Ok(Response::parse(bytes, "GET"))
}

/// The form that every error has: JSON with its code.
fn is_error(bytes: &[u8], code: u16) -> Result<(), String> {
    let answer = single(bytes)?;
    let json: serde_json::Value =
        serde_json::from_slice(&answer.body).map_err(|error| format!("not JSON: {error}"))?;
    let is_so = answer.status == code
        && answer.header("content-type") == Some(b"application/json")
        && answer.header("server").is_some()
        && answer.header("date").is_some()
        && json["error"]["code"] == code
        && json["error"]["message"].is_string();
    if is_so {
        return Ok(());
    }
    Err(format!("it must be a JSON error with code {code}"))
}

/// The head that such an error has, and nothing else.
fn is_head_of_error(bytes: &[u8], code: u16) -> Result<(), String> {
    if response::extent(bytes, "HEAD") != Extent::Whole(bytes.len()) {
        return Err("it must be a head without content".into());
    }
    let answer = Response::parse(bytes, "HEAD");
    if answer.status == code && answer.header("content-type") == Some(b"application/json") {
        return Ok(());
    }
    Err(format!(
        "it must be the head of a JSON error with code {code}"
    ))
}

/// The form that an error has for a client that prefers HTML.
fn is_page(bytes: &[u8], code: u16) -> Result<(), String> {
    let answer = single(bytes)?;
    let is_so = answer.status == code
        && answer.header("content-type") == Some(b"text/html; charset=utf-8")
        && answer.header("vary") == Some(b"Accept")
        && answer
            .text()
            .contains(&format!("<h1><span class=\"bad\">{code}</span> "));
    if is_so {
        return Ok(());
    }
    Err(format!("it must be a page of a {code}"))
}

fn says_close(bytes: &[u8]) -> Result<(), String> {
    match single(bytes)?.header("connection") {
        Some(b"close") => Ok(()),
        _ => Err("it must say Connection: close".into()),
    }
}

/// The 500 of an exception, which has its length masked.
fn is_failure(bytes: &[u8], exception: &str) -> Result<(), String> {
    let text = String::from_utf8_lossy(bytes);
    let is_so = text.starts_with("HTTP/1.1 500 Internal Server Error\r\n")
        && text.matches("HTTP/1.1 ").count() == 1
        && text.contains(r#"{"error": {"code": 500, "message": "Internal server error loading "#)
        && text.contains(&format!("{EXCEPTION}\\n  {exception}"));
    if is_so {
        return Ok(());
    }
    Err(format!("it must be a 500 that names {exception}"))
}

/// Both are the same up to the type of an exception, but for the length.
fn is_same_exception(bytes: &[u8], reference: &[u8]) -> Result<(), String> {
    let wordless = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let (before, after) = match text.split_once(EXCEPTION) {
            Some((before, after)) => (before, after.split(':').next()),
            // What `request/show.py` shows of one that it catches.
            None => {
                let (before, after) = text.split_once("raised ")?;
                (before, after.split('(').next())
            }
        };
        let is_length = |line: &&str| line.starts_with("Content-Length: ");
        let lines = before.lines().filter(|line| !is_length(line));
        Some((
            lines.collect::<Vec<_>>().join("\n"),
            after.map(str::to_owned),
        ))
    };
    if wordless(bytes).is_some() && wordless(bytes) == wordless(reference) {
        return Ok(());
    }
    Err("it must be the same exception".into())
}

/// `bytes` are `plain` but for a `Content-Length` line, which is right.
fn has_length_added(bytes: &[u8], plain: &[u8]) -> Result<(), String> {
    let head = response::head_length(plain).ok_or("the reference sends no head")?;
    let find = |what: &[u8], from: usize| {
        let at = bytes[from..].windows(what.len()).position(|at| at == what);
        at.map(|at| from + at)
    };
    let start = find(b"Content-Length: ", 0).ok_or("it must have a Content-Length")?;
    let end = find(b"\r\n", start).ok_or("a line must end")? + 2;
    let length = String::from_utf8_lossy(&bytes[start..end]).into_owned();
    let length = length.trim_end().rsplit(' ').next();
    let content = plain.len() - head;
    if length.and_then(|length| length.parse().ok()) != Some(content) && content > 0 {
        return Err(format!("its Content-Length must be {content}"));
    }
    same(&[&bytes[..start], &bytes[end..]].concat(), plain)
}

/// Title, heading and entries of the reference's page are in ours, in order, and nothing else is
/// listed. An answer to HEAD has the same fields.
fn lists(bytes: &[u8], reference: &[u8]) -> Result<(), String> {
    let [ours, theirs] = [bytes, reference].map(|bytes| {
        let head = response::head_length(bytes).unwrap_or(bytes.len());
        let (head, page) = bytes.split_at(head);
        (
            String::from_utf8_lossy(head).into_owned(),
            String::from_utf8_lossy(page).into_owned(),
        )
    });
    let fields = |head: &str| {
        let lines = head.lines().map(|line| match line.split_once(": ") {
            Some(("Content-Length", _)) => "Content-Length".to_owned(),
            _ => line.to_owned(),
        });
        lines.collect::<Vec<_>>()
    };
    if fields(&ours.0) != fields(&theirs.0) {
        return Err("the head must be the reference's but for the length".into());
    }
    let items = |page: &str| {
        let is_item = |line: &&str| {
            ["<title>", "<h1>", "<li "]
                .iter()
                .any(|tag| line.starts_with(tag))
        };
        let lines = page.lines().filter(is_item);
        let lines = lines.map(|line| {
            let line = line.split(" <small>").next().unwrap_or(line);
            line.strip_suffix("</li>").unwrap_or(line).to_owned()
        });
        lines.collect::<Vec<_>>()
    };
    if items(&ours.1) == items(&theirs.1) {
        return Ok(());
    }
    Err(format!("it must list {:?}", items(&theirs.1)))
}

/// Both are whole answers with the same head, but for the length, and content that is the same once
/// it is inflated.
fn inflates_alike(bytes: &[u8], reference: &[u8]) -> Result<(), String> {
    let parts = |bytes: &[u8]| {
        let answer = single(bytes)?;
        let mut content = Vec::new();
        GzDecoder::new(answer.body.as_slice())
            .read_to_end(&mut content)
            .map_err(|error| format!("not gzip: {error}"))?;
        let head = &bytes[..bytes.len() - answer.body.len()];
        let head = String::from_utf8_lossy(head).into_owned();
        let is_length = |line: &&str| line.starts_with("Content-Length: ");
        let lines: Vec<_> = head.lines().filter(|line| !is_length(line)).collect();
        Ok::<_, String>((lines.join("\n"), content))
    };
    if parts(bytes)? == parts(reference)? {
        return Ok(());
    }
    Err("it must be the same once it is inflated".into())
}

/// A handler's answer with exactly this in it.
fn shows(bytes: &[u8], shown: &str) -> Result<(), String> {
    let answer = single(bytes)?;
    if answer.status == 200 && answer.text() == format!("{shown}\n") {
        return Ok(());
    }
    Err(format!("it must show {shown}"))
}

/// An answer with all of these in it.
fn contains(bytes: &[u8], parts: &[&str]) -> Result<(), String> {
    let answer = single(bytes)?;
    let text = answer.text();
    if answer.status == 200 && parts.iter().all(|part| text.contains(part)) {
        return Ok(());
    }
    Err(format!("it must contain {parts:?}"))
}
