//! Problems of `Host`: a request must have exactly one, with a host and an optional port as value.
//! Source: RFC 9112 §3.2, RFC 9110 §7.2.
//!
//! ```
//! use wireserve::message::Problem;
//! use wireserve::message::problem_kinds::host::{HOST_VALUE, NO_HOST, OTHER_HOST, SECOND_HOST};
//!
//! let found = |head: &str| Problem::find(head.as_bytes())[0].what;
//! assert_eq!(found("GET / HTTP/1.1\r\n\r\n"), NO_HOST);
//! assert_eq!(found("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), SECOND_HOST);
//! assert_eq!(found("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), HOST_VALUE);
//! assert_eq!(found("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n"), OTHER_HOST);
//! ```

use super::field_lines::UnfoldedField;
use super::kind::{Facts, kinds};
use super::request_line::{self, Words};
use super::{Problem, ProblemKind, Severity};
use crate::http::grammar::invalid_authority;
use crate::http::request_line::Version;

kinds! {
    /// Required since HTTP/1.1.
    pub const NO_HOST = Violation, "RFC 9112 §3.2", "no Host field";
    /// Invalid in every HTTP version.
    pub const SECOND_HOST = Violation, "RFC 9112 §3.2", "more than one Host field line";
    /// Expected a host with an optional port; an empty value is valid.
    pub const HOST_VALUE = Violation, "RFC 9112 §3.2", "an invalid Host value";
    /// Servers must ignore `Host` and use the target.
    pub const OTHER_HOST = Tolerated, "RFC 9112 §3.2.2", "a Host that differs from the authority of the request target";
}

/// `end` is the offset at which a missing field is reported.
pub(super) fn find(
    head: &[u8],
    request: &Words,
    fields: &[UnfoldedField],
    end: usize,
    problems: &mut Vec<Problem>,
) {
    let mut hosts = fields.iter().filter(|field| field.is("Host"));
    let Some(first) = hosts.next() else {
        if request.version >= Some(Version::HTTP_11) {
            problems.push(NO_HOST.at(end));
        }
        return;
    };
    problems.extend(hosts.clone().map(|host| SECOND_HOST.at(host.start)));
    for host in std::iter::once(first).chain(hosts) {
        let value = &head[host.value.clone()];
        match invalid_authority(value) {
            Some(at) => problems.push(HOST_VALUE.at(host.value.start + at)),
            None if differs_from_target(head, request, value) => {
                problems.push(OTHER_HOST.at(host.value.start));
            }
            None => {}
        }
    }
}

/// Whether the authority of the target has another host or port.
fn differs_from_target(head: &[u8], request: &Words, host: &[u8]) -> bool {
    let target = &head[request.target.clone()];
    request_line::authority(target).is_some_and(|authority| {
        let authority = &target[authority];
        let user = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
        !authority[user..].eq_ignore_ascii_case(host)
    })
}

#[cfg(test)]
mod tests {
    use crate::http::problems::Problem;

    #[test]
    fn hosts() {
        for (line, fields, problems) in [
            ("GET / HTTP/1.1", "", &["0 no Host field"][..]),
            ("GET / HTTP/1.1", "A: b\r\n", &["6 no Host field"]),
            ("GET / HTTP/1.0", "", &[]),
            ("GET / HTTP/1.1", "host:\r\n", &[]),
            (
                "GET / HTTP/1.1",
                "Host:\r\n a\r\n",
                &["7 a folded field line (obs-fold)"],
            ),
            (
                "GET / HTTP/1.1",
                "Host : a\r\n",
                &["4 whitespace between field name and colon"],
            ),
            (
                "GET / HTTP/1.0",
                "Host: a\r\nHost: b/\r\nHost: c\r\n",
                &[
                    "9 more than one Host field line",
                    "16 an invalid Host value",
                    "19 more than one Host field line",
                ],
            ),
            (
                "GET / HTTP/1.1",
                "Host: a:b\r\n",
                &["8 an invalid Host value"],
            ),
            (
                "GET / HTTP/1.1",
                "Host: a, b\r\n",
                &["8 an invalid Host value"],
            ),
            ("GET http://u@A:80/ HTTP/1.1", "Host: a:80\r\n", &[]),
            (
                "GET http://a:80 HTTP/1.1",
                "Host: a\r\n",
                &["6 a Host that differs from the authority of the request target"],
            ),
            (
                "GET http://a HTTP/1.1",
                "Host: \r\n",
                &["6 a Host that differs from the authority of the request target"],
            ),
            ("GET urn:a HTTP/1.1", "Host: b\r\n", &[]),
        ] {
            let head = format!("{line}\r\n{fields}\r\n");
            let found: Vec<_> = Problem::find(head.as_bytes())
                .iter()
                .map(|problem| {
                    let offset = problem.offset - line.len() - 2;
                    format!("{offset} {}", problem.what.as_str())
                })
                .collect();
            assert_eq!(found, problems, "{head:?}");
        }
    }
}
