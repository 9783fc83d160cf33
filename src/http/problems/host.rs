//! Problems of `Host`: there must be one, and one only, that is a host with or without a port.
//! Source: RFC 9112 §3.2, RFC 9110 §7.2.

use super::field_lines::Field;
use super::request_line::{self, Words};
use super::{Problem, ProblemKind as Kind};
use crate::http::grammar::broken_authority;
use crate::http::request_line::Version;

/// `end` is where a missing field would stand.
pub(super) fn find(
    head: &[u8],
    request: &Words,
    fields: &[Field],
    end: usize,
    problems: &mut Vec<Problem>,
) {
    let mut hosts = fields.iter().filter(|field| field.is("Host"));
    let Some(first) = hosts.next() else {
        if request.version >= Some(Version::HTTP_11) {
            problems.push(Kind::NoHost.at(end));
        }
        return;
    };
    problems.extend(hosts.clone().map(|host| Kind::SecondHost.at(host.start)));
    for host in std::iter::once(first).chain(hosts) {
        let value = &head[host.value.clone()];
        match broken_authority(value) {
            Some(at) => problems.push(Kind::HostValue.at(host.value.start + at)),
            None if is_other(head, request, value) => {
                problems.push(Kind::OtherHost.at(host.value.start));
            }
            None => {}
        }
    }
}

/// Whether the target names another host, or the same with another port.
fn is_other(head: &[u8], request: &Words, host: &[u8]) -> bool {
    let target = &head[request.target.clone()];
    request_line::authority(target).is_some_and(|authority| {
        let authority = &target[authority];
        let user = memchr::memrchr(b'@', authority).map_or(0, |at| at + 1);
        !authority[user..].eq_ignore_ascii_case(host)
    })
}

#[cfg(test)]
mod tests {
    use crate::http::problems::find;

    #[test]
    fn hosts() {
        for (line, fields, problems) in [
            ("GET / HTTP/1.1", "", &["0 no Host"][..]),
            ("GET / HTTP/1.1", "A: b\r\n", &["6 no Host"]),
            ("GET / HTTP/1.0", "", &[]),
            ("GET / HTTP/1.1", "host:\r\n", &[]),
            (
                "GET / HTTP/1.1",
                "Host:\r\n a\r\n",
                &["7 a folded field line"],
            ),
            (
                "GET / HTTP/1.1",
                "Host : a\r\n",
                &["4 a space before the colon"],
            ),
            (
                "GET / HTTP/1.0",
                "Host: a\r\nHost: b/\r\nHost: c\r\n",
                &[
                    "9 more than one Host",
                    "16 an invalid Host",
                    "19 more than one Host",
                ],
            ),
            ("GET / HTTP/1.1", "Host: a:b\r\n", &["8 an invalid Host"]),
            ("GET / HTTP/1.1", "Host: a, b\r\n", &["8 an invalid Host"]),
            ("GET http://u@A:80/ HTTP/1.1", "Host: a:80\r\n", &[]),
            (
                "GET http://a:80 HTTP/1.1",
                "Host: a\r\n",
                &["6 another Host than the target's"],
            ),
            (
                "GET http://a HTTP/1.1",
                "Host: \r\n",
                &["6 another Host than the target's"],
            ),
            ("GET urn:a HTTP/1.1", "Host: b\r\n", &[]),
        ] {
            let head = format!("{line}\r\n{fields}\r\n");
            let found: Vec<_> = find(head.as_bytes())
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
