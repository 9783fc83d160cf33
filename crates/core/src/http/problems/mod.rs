//! Violations of the RFCs in a request head, with their positions: for tests of clients, and for
//! handlers that choose to be strict. The server's own parsers (`head`, `framing`) are lenient and do
//! not depend on the problems found here; but a problem of framing ends the connection after the
//! response.
//!
//! The input is the head as received (`raw_lines`), so a field is checked even if it follows a line
//! that ends the section for a handler. Each kind of problem is reported at most once for a line or a
//! list member, at its first byte. The decoder (`chunked`) checks chunks.
//!
//! Source: RFC 9112 for the message, RFC 9110 for the fields, RFC 3986 for the target. Each file begins with
//! the kinds that it finds, and their clauses.

pub mod body_length;
pub mod field_lines;
pub mod host;
mod kind;
pub mod lines;
pub mod request_line;

use crate::http::raw_lines::{self, Flag, LineKind, RawLine};
pub use kind::{ProblemKind, Severity};

/// A problem in a request head.
///
/// ```
/// # use std::io::Write;
/// use wireserve::message::Severity;
/// use wireserve::message::problem_kinds::field_lines::SPACE_BEFORE_COLON;
/// # let server = wireserve::Server::start();
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// client.write_all(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n")?;
/// let request = server.take_request(std::time::Duration::from_secs(5))?;
/// let problem = request.problems()[0];
/// assert_eq!(problem.what, SPACE_BEFORE_COLON);
/// assert_eq!(problem.offset, 20);
/// assert_eq!(problem.clause, "RFC 9112 §5.1");
/// assert_eq!(problem.severity, Severity::Violation);
/// # Ok::<(), wireserve::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Position of the first invalid byte in the raw head, or of the byte where something is missing.
    /// `offset <= raw_head.len()`
    pub offset: usize,
    /// What is wrong.
    pub what: ProblemKind,
    /// The clause that is violated, such as `RFC 9112 §5.1`.
    pub clause: &'static str,
    /// Whether a strict server would refuse the request.
    pub severity: Severity,
}

impl Problem {
    /// The problems of a head, sorted by offset. The head begins with any empty lines before the request line, and
    /// ends with the empty line after the header section or where the input ended; bytes after it are ignored.
    ///
    /// ```
    /// use wireserve::message::Problem;
    ///
    /// let [problem] = Problem::find(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n")[..] else {
    ///     panic!("expected one problem");
    /// };
    /// assert_eq!((problem.offset, problem.clause), (20, "RFC 9112 §5.1"));
    /// ```
    pub fn find(raw_head: &[u8]) -> Vec<Self> {
        let mut lines = raw_lines::split(raw_head);
        if let Some(end) = lines.iter().position(|line| line.kind == LineKind::End) {
            lines.truncate(end + 1);
        }
        let mut problems = Vec::new();
        for line in &lines {
            if line.kind == LineKind::Skipped {
                problems.push(lines::LEADING_EMPTY_LINE.at(line.range.start));
            }
            if line.has(Flag::BareLf) {
                problems.push(lines::BARE_LF.at(line.line_end.start));
            }
        }
        let line = lines.iter().find(|line| line.kind == LineKind::RequestLine);
        if let Some(line) = line.filter(|line| request_line::is_not_http(raw_head, line)) {
            // Line terminators in something other than HTTP are no problems.
            problems.retain(|problem| problem.offset < line.range.start);
            problems.push(lines::NOT_HTTP.at(line.range.start));
            return problems;
        }
        let request = line.map(|line| request_line::find(raw_head, line, &mut problems));
        if !is_ended(&lines, request.as_ref()) {
            problems.push(lines::NO_END.at(raw_head.len()));
        }
        if let Some(request) = &request {
            field_lines::find(raw_head, &lines, &mut problems);
            let fields = field_lines::unfolded(raw_head, &lines);
            let end = lines.last().map_or(0, |line| match line.kind {
                LineKind::End => line.range.start,
                _ => line.range.end,
            });
            host::find(raw_head, request, &fields, end, &mut problems);
            body_length::find(raw_head, request, &fields, &mut problems);
        }
        problems.sort_by_key(|problem| problem.offset);
        problems
    }
}

impl ProblemKind {
    /// All kinds.
    ///
    /// See the example of [`ProblemKind`].
    pub fn all() -> impl Iterator<Item = Self> {
        let parts = [
            lines::ALL,
            request_line::ALL,
            field_lines::ALL,
            host::ALL,
            body_length::ALL,
        ];
        parts.into_iter().flatten().copied()
    }
}

/// Whether a head has a problem of framing ([`ProblemKind::is_of_framing`]).
pub fn is_misframed(raw_head: &[u8]) -> bool {
    let mut problems = Problem::find(raw_head).into_iter();
    problems.any(|problem| problem.what.is_of_framing())
}

/// Whether the head is complete: it ends with an empty line, or is an HTTP/0.9 request line.
fn is_ended(lines: &[RawLine], request: Option<&request_line::Words>) -> bool {
    lines.last().is_some_and(|last| match last.kind {
        LineKind::End => true,
        LineKind::RequestLine => {
            request.is_some_and(request_line::Words::is_simple) && !last.line_end.is_empty()
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::time::{Duration, Instant};

    use proptest::prelude::*;

    use super::*;

    /// `offset text` for every problem.
    fn found(head: &str) -> Vec<String> {
        let show = |problem: Problem| format!("{} {}", problem.offset, problem.what.as_str());
        Problem::find(&latin1(head)).into_iter().map(show).collect()
    }

    fn latin1(text: &str) -> Vec<u8> {
        text.chars()
            .map(|c| u8::try_from(u32::from(c)).unwrap())
            .collect()
    }

    fn check(cases: &[(&str, &[&str])]) {
        for (head, problems) in cases {
            assert_eq!(found(head), *problems, "{head:?}");
        }
    }

    #[test]
    fn line_ends() {
        check(&[
            ("", &["0 no empty line after the header section"]),
            (
                "\n\r\n",
                &[
                    "0 an empty line before the request line",
                    "0 a line that ends with a bare LF",
                    "1 an empty line before the request line",
                    "3 no empty line after the header section",
                ],
            ),
            (
                "GET / HTTP/1.0\r\nA: b",
                &["20 no empty line after the header section"],
            ),
            (
                "GET /",
                &[
                    "5 a request line without an HTTP version",
                    "5 no empty line after the header section",
                ],
            ),
            ("GET / HTTP/1.0\r\n\r\nrest\nof it", &[]),
            (
                "\r\n\u{16}\u{3}\n\n",
                &[
                    "0 an empty line before the request line",
                    "2 not an HTTP request",
                ],
            ),
        ]);
    }

    #[test]
    fn request_lines() {
        for (line, problems) in [
            ("GET / HTTP/1.0", &[][..]),
            (
                "get /?a[b HTTP/1.0",
                &["7 an invalid byte in the request target"],
            ),
            ("GET http://u@[::1]:80/a?b HTTP/1.0", &[]),
            (
                "GET http://a?[ HTTP/1.0",
                &["13 an invalid byte in the request target"],
            ),
            (
                "GET urn:a[ HTTP/1.0",
                &["9 an invalid byte in the request target"],
            ),
            (
                "GET /%2 HTTP/1.0",
                &["5 a percent sign that is not followed by two hexadecimal digits"],
            ),
            (
                "GET /#a#\u{7f} HTTP/1.0",
                &[
                    "5 a fragment in the request target",
                    "8 an invalid byte in the request target",
                ],
            ),
            (
                "GET /\u{e9}|#% HTTP/1.0",
                &[
                    "5 an invalid byte in the request target",
                    "7 a fragment in the request target",
                    "8 a percent sign that is not followed by two hexadecimal digits",
                ],
            ),
            ("G(T / HTTP/1.0", &["1 a method that is not a valid token"]),
            (
                "\u{e9} / HTTP/1.0",
                &["0 a method that is not a valid token"],
            ),
            (
                "GET x HTTP/1.0",
                &["4 a request target in none of the four forms"],
            ),
            (
                "GET * HTTP/1.0",
                &["4 an asterisk-form target with a method other than OPTIONS"],
            ),
            ("OPTIONS * HTTP/1.0", &[]),
            (
                "GET a:1 HTTP/1.0",
                &["4 an authority-form target with a method other than CONNECT"],
            ),
            ("CONNECT a:1 HTTP/1.0", &[]),
            (
                "CONNECT / HTTP/1.0",
                &["8 a CONNECT target that is not in authority-form"],
            ),
            (
                "CONNECT a HTTP/1.0",
                &["8 a CONNECT target that is not in authority-form"],
            ),
            (
                "GET",
                &["3 a request line that is not method, target and version"],
            ),
            (
                "POST /",
                &["6 a request line that is not method, target and version"],
            ),
            (
                "GET / a b",
                &["6 a request line that is not method, target and version"],
            ),
            ("GET /", &["5 a request line without an HTTP version"]),
            (
                "GET /a\t b HTTP/1.0",
                &["6 whitespace in the request target"],
            ),
            (
                "GET /a b  HTTP/1.0 ",
                &[
                    "6 whitespace in the request target",
                    "9 whitespace other than single spaces in the request line",
                ],
            ),
            (
                " GET / HTTP/1.0",
                &["0 whitespace other than single spaces in the request line"],
            ),
            (
                "GET /\rHTTP/1.0",
                &["5 whitespace other than single spaces in the request line"],
            ),
            (
                "GET / HTTP/1.0\r",
                &["14 whitespace other than single spaces in the request line"],
            ),
            (
                "GET /\u{1c} HTTP/1.0",
                &["5 a control character between the parts of the request line"],
            ),
            (
                "GET /  \u{1c}HTTP/1.0",
                &[
                    "6 whitespace other than single spaces in the request line",
                    "7 a control character between the parts of the request line",
                ],
            ),
            ("GET / HTTP/1.9", &["16 no Host field"]),
            ("GET / HTTP/2.0", &["11 an HTTP major version other than 1"]),
            ("GET / HTTP/0.9", &["11 an HTTP major version other than 1"]),
            ("GET / HTTP/1.1.1", &["14 a malformed HTTP version"]),
            ("GET / HTTP/11", &["12 a malformed HTTP version"]),
            ("GET / HTTP/1.", &["13 a malformed HTTP version"]),
            ("GET / HTTX/1.1", &["9 a malformed HTTP version"]),
            (
                "GET / hTTP/1.1",
                &["6 an HTTP version that is not in uppercase"],
            ),
            (
                "GET / HTTp/1.1",
                &["9 an HTTP version that is not in uppercase"],
            ),
            ("PRI * HTTP/2.0", &["0 the HTTP/2 connection preface"]),
            (
                "PRI * HTTP/1.0",
                &["4 an asterisk-form target with a method other than OPTIONS"],
            ),
        ] {
            assert_eq!(found(&format!("{line}\r\n\r\n")), problems, "{line:?}");
        }
    }

    #[test]
    fn field_sections() {
        const LINE: &str = "GET / HTTP/1.0\r\n";
        for (section, problems) in [
            (
                "A: b\r\n a: b\r\n",
                &["6 a folded field line (obs-fold)"][..],
            ),
            (
                " a\r\n\tb\0\r\nA: b\r\n c\r\n",
                &[
                    "0 whitespace before the first field line",
                    "4 whitespace before the first field line",
                    "6 a NUL in a field value",
                    "15 a folded field line (obs-fold)",
                ],
            ),
            (
                "A \t: b\r\n",
                &["1 whitespace between field name and colon"],
            ),
            (": b\r\n", &["0 a field name that is not a valid token"]),
            (
                "A B\0: b\r\n",
                &["1 a field name that is not a valid token"],
            ),
            ("A\r: b\r\n", &["1 a field name that is not a valid token"]),
            (
                "A: \r\0\u{1}\u{80}\r\0\u{1}\u{80}\r\n",
                &[
                    "3 a bare CR",
                    "4 a NUL in a field value",
                    "5 a control character in a field value",
                    "6 a non-ASCII byte in a field value (obs-text)",
                ],
            ),
            (
                "\r:\r\r\n",
                &["0 a field name that is not a valid token", "2 a bare CR"],
            ),
            (
                "garbage\r\nA: b\r\nA: b\r\n",
                &["0 a field line without a colon"],
            ),
            ("Expect: 100-Continue\r\n", &[]),
            (
                "Expect: 100-continue, a\r\nexpect:\r\nexpect: b\r\n",
                &[
                    "22 an expectation other than 100-continue",
                    "42 an expectation other than 100-continue",
                ],
            ),
        ] {
            let shift = |problem: &Problem| {
                format!("{} {}", problem.offset - LINE.len(), problem.what.as_str())
            };
            let head = latin1(&format!("{LINE}{section}\r\n"));
            let found: Vec<_> = Problem::find(&head).iter().map(shift).collect();
            assert_eq!(found, problems, "{section:?}");
        }
    }

    #[test]
    fn every_kind_has_a_distinct_text() {
        let texts: HashSet<_> = ProblemKind::all().map(ProblemKind::as_str).collect();
        assert_eq!(texts.len(), ProblemKind::all().count());
    }

    #[test]
    fn time_is_linear() {
        let fields: String = (0..5_000)
            .map(|n| format!("X-{n}: v\nHost: a\r\n x\r\n"))
            .collect();
        let lists = format!(
            "{0}: {1}1\r\nContent-Length: {1}1\r\n",
            "Transfer-Encoding",
            "1,".repeat(50_000)
        );
        let head = format!("GET / HTTP/1.1\r\n{fields}{lists}\r\n");
        let start = Instant::now();
        assert!(Problem::find(head.as_bytes()).len() > 100_000);
        assert!(start.elapsed() < Duration::from_secs(30));
    }

    /// Heads without problems.
    fn clean() -> impl Strategy<Value = String> {
        let origin = "/([a-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}){0,20}(\\?[a-z/?&=]{0,9})?";
        let line = prop_oneof![
            ("[A-Za-z!#$%&'*+.^_`|~-]{1,9}", origin)
                .prop_filter("CONNECT requires authority-form", |(method, _)| method
                    != "CONNECT")
                .prop_map(|(method, target)| format!("{method} {target}")),
            Just("OPTIONS *".to_owned()),
            Just("CONNECT a.example:443".to_owned()),
            Just("GET http://a.example:443/x?y".to_owned()),
        ];
        let field = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,10}-x:[ \t]{0,2}([!-~]([!-~ \t]{0,9}[!-~])?)?[ \t]{0,2}\r\n";
        let framing = prop_oneof![
            Just(""),
            Just("content-length: 007\r\n"),
            Just("Content-Length:18446744073709551615 \r\n"),
            Just("Transfer-Encoding: Chunked\r\n"),
            Just("Transfer-Encoding: \r\nTRANSFER-ENCODING: ,chunked, \r\n"),
        ];
        let fields = proptest::collection::vec(field, 0..6);
        (line, "[1-9]", fields, framing).prop_map(|(line, minor, fields, framing)| {
            let fields = fields.concat();
            format!("{line} HTTP/1.{minor}\r\n{fields}Host: a.example:443\r\n{framing}\r\n")
        })
    }

    proptest! {
        #[test]
        fn a_clean_request_has_no_problems(head in clean()) {
            prop_assert_eq!(found(&head), Vec::<String>::new(), "{:?}", head);
        }

        #[test]
        fn problems_are_in_the_head_and_in_order(
            cut in 0..100_usize,
            place in 0..100_usize,
            bytes in proptest::collection::vec(any::<u8>(), 0..5),
            head in clean(),
        ) {
            let mut head = head.into_bytes();
            head.truncate(head.len().saturating_sub(cut % 7));
            let place = place.min(head.len());
            head.splice(place..place, bytes);
            let problems = Problem::find(&head);
            prop_assert!(problems.is_sorted_by_key(|problem| problem.offset));
            prop_assert!(problems.iter().all(|problem| problem.offset <= head.len()));
        }

        #[test]
        fn any_bytes_can_be_checked(head: Vec<u8>) {
            prop_assert!(Problem::find(&head).iter().all(|problem| problem.offset <= head.len()));
        }
    }
}
