//! The cases of files once more, for a script that returns the content of the file: the same pipes and
//! templates, each compared with the reference again.

use super::case::{Case, Send, request};
use super::{file_pipes, ranges, templates};
use crate::support::site;

/// What the names of these cases end with.
pub const FROM_A_SCRIPT: &str = ", from a script";

/// Pipes on files, without those of a file's name.
pub fn piped() -> Vec<Case> {
    let cases = file_pipes::cases().into_iter();
    cases.filter_map(|case| from_script(&case)).collect()
}

/// Templates that the query carries.
pub fn filled_in() -> Vec<Case> {
    let cases = templates::cases().into_iter();
    cases.filter_map(|case| from_script(&case)).collect()
}

/// Ranges as `wptserve.ranges` parses them.
pub fn ranges() -> Vec<Case> {
    const SHOW: &str = "
from wptserve.ranges import RangeParser

def main(request, response):
    ranges = RangeParser()(request.headers['Range'], 26)
    shown = [(item.lower, item.upper, item.file_size, item.header_value()) for item in ranges]
    response.content = repr(ranges) + repr(shown)
";
    let cases = ranges::VALUES.iter().map(|(name, value)| {
        let fields = format!("Range: {value}\r\n");
        Case {
            name: named(name),
            ..raw(request("POST", "/run.py", &fields, SHOW.as_bytes()))
        }
    });
    cases.collect()
}

/// The name that a case has from a script.
pub fn named(name: &str) -> &'static str {
    format!("{name}{FROM_A_SCRIPT}").leak()
}

fn raw(bytes: Vec<u8>) -> Case {
    super::case::raw("", bytes)
}

/// The same request to a script with the content of the file, if the query has a pipe.
fn from_script(case: &Case) -> Option<Case> {
    let [Send { bytes, answers: 1 }] = case.sends.as_slice() else {
        return None;
    };
    let head = std::str::from_utf8(bytes).ok()?.strip_suffix("\r\n")?;
    let (line, fields) = head.split_once("\r\n")?;
    let (method, target) = line.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
    let (path, query) = target.split_once('?')?;
    let content = match path {
        _ if !query.contains("pipe") || path.ends_with(".asis") => return None,
        "/templates/carried.sub.txt" => "request.GET.first(b't')".to_owned(),
        _ if !site().join(&path[1..]).is_file() => return None,
        _ => format!("open(request.doc_root + {path:?}, 'rb').read()"),
    };
    let body = format!(
        "def main(request, response):\n    \
        response.headers.set('Content-Type', 'text/plain')\n    \
        response.content = {content}\n"
    );
    let length = body.len();
    let head =
        format!("{method} /run.py?{query} HTTP/1.1\r\n{fields}Content-Length: {length}\r\n\r\n");
    Some(Case {
        name: named(case.name),
        ..raw((head + &body).into_bytes())
    })
}
