//! What may differ between the two servers' bytes and is made equal before they are compared:
//! today's date, the server's own name, its port and the client's, the boundary between ranges, and the
//! frames of a traceback.
//!
//! Each mask is as narrow as it can be. A `Date` must have the form of RFC 9110, section 5.6.7; a
//! `Server` is masked only where the server names itself; of a traceback the frames of handlers and
//! the exception stay.

use crate::support::site;

/// What stands before the exception's own line in a masked traceback.
pub const EXCEPTION: &str = "<exception>";

/// The bytes of an answer with everything masked that may differ.
pub fn masked(bytes: &[u8], ports: &[u16]) -> Vec<u8> {
    // Tracebacks first: their lengths are right before anything in them is masked.
    let bytes = boundaries(&header_lines(&tracebacks(bytes)));
    ports.iter().fold(bytes, |bytes, port| {
        replaced_number(&bytes, port.to_string().as_bytes(), b"<port>")
    })
}

/// Masks the values of `Date` and `Server`, wherever a line of either is.
fn header_lines(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for line in bytes.split_inclusive(|&byte| byte == b'\n') {
        let end = if line.ends_with(b"\r\n") { "\r\n" } else { "" };
        match line.strip_suffix(b"\r\n") {
            Some(field) if field.strip_prefix(b"Date: ").is_some_and(is_date) => {
                out.extend_from_slice(b"Date: <date>");
            }
            Some(field) if field.strip_prefix(b"Server: ").is_some_and(is_own_name) => {
                out.extend_from_slice(b"Server: <server>");
            }
            Some(field) => out.extend_from_slice(field),
            None => out.extend_from_slice(line),
        }
        out.extend_from_slice(end.as_bytes());
    }
    out
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
fn is_date(value: &[u8]) -> bool {
    const FORM: &[u8] = b"Aaa, 00 Aaa 0000 00:00:00 GMT";
    value.len() == FORM.len()
        && value.iter().zip(FORM).all(|(byte, form)| match form {
            b'A' if byte.is_ascii_uppercase() => true,
            b'a' => byte.is_ascii_lowercase(),
            b'0' => byte.is_ascii_digit(),
            form => byte == form,
        })
}

fn is_own_name(value: &[u8]) -> bool {
    value.starts_with(b"BaseHTTP/") || value.starts_with(b"wireserve")
}

/// Masks the boundary that an answer of several ranges names, where it is named and where it stands,
/// by one of its length.
fn boundaries(bytes: &[u8]) -> Vec<u8> {
    const NAMED: &[u8] = b"\r\nContent-Type: multipart/byteranges; boundary=";
    let mut bytes = bytes.to_vec();
    let mut from = 0;
    while let Some(start) = find(&bytes[from..], NAMED).map(|at| from + at + NAMED.len()) {
        from = start;
        let Some(boundary) = bytes.get(start..start + BOUNDARY.len()).map(<[u8]>::to_vec) else {
            break;
        };
        if is_random_uuid(&boundary) && bytes[start + BOUNDARY.len()..].starts_with(b"\r\n") {
            for before in [&b"boundary="[..], b"\r\n--"] {
                let [own, masked] = [&boundary, BOUNDARY].map(|name| [before, name].concat());
                bytes = replaced(&bytes, &own, &masked);
            }
        }
    }
    bytes
}

/// The replacement of every boundary.
const BOUNDARY: &[u8] = b"<boundary-------------------------->";

/// A UUID of version 4 (RFC 9562, section 5.4), in small letters.
fn is_random_uuid(text: &[u8]) -> bool {
    let is_hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    text.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        14 => *byte == b'4',
        19 => b"89ab".contains(byte),
        _ => is_hex(byte),
    })
}

/// Masks the frames in JSON errors that carry a traceback, and the `Content-Length` of each such
/// answer, once it has been seen to be right.
fn tracebacks(bytes: &[u8]) -> Vec<u8> {
    const START: &[u8] = br"Traceback (most recent call last):\n";
    const END: &[u8] = br#"\n"}}"#;
    let Some(start) = find(bytes, START).map(|at| at + START.len()) else {
        return bytes.to_vec();
    };
    let Some(end) = find(&bytes[start..], END).map(|at| start + at) else {
        return bytes.to_vec();
    };
    let mut before = bytes[..start].to_vec();
    if let Some(body) = rfind(&before, b"\r\n\r\n").map(|at| at + 4) {
        let length = format!("\r\nContent-Length: {}\r\n", end + END.len() - body);
        let head = before[..body].to_vec();
        before.splice(
            ..body,
            replaced(&head, length.as_bytes(), b"\r\nContent-Length: <right>\r\n"),
        );
    }
    let traceback = frames(&String::from_utf8_lossy(&bytes[start..end]));
    let rest = tracebacks(&bytes[end + END.len()..]);
    [&before[..], traceback.as_bytes(), END, &rest].concat()
}

/// Leaves the frames of the site's handlers and the exception's own lines, after a mark.
///
/// A frame's first line names its file, all its lines are indented by four, and the exception is
/// indented by two. A count of repeated frames depends on how deep the server's own stack is.
fn frames(traceback: &str) -> String {
    let site = format!(r#"    File \"{}/"#, site().display());
    let is_exception = |line: &str| line.starts_with("  ") && !line.starts_with("   ");
    let lines = traceback.split(r"\n").collect::<Vec<_>>();
    let exception = lines
        .iter()
        .position(|line| is_exception(line))
        .unwrap_or(lines.len());
    let mut kept = vec!["<frames>"];
    let mut is_ours = false;
    for line in &lines[..exception] {
        if line.starts_with("    File ") {
            is_ours = line.starts_with(&site) || line.starts_with(CARRIED);
        }
        if is_ours && !line.is_empty() && !line.starts_with("    [Previous line repeated ") {
            kept.push(line);
        }
    }
    kept.push(EXCEPTION);
    let message = lines[exception..].join(r"\n");
    let message = addresses(&message);
    kept.push(&message);
    kept.join(r"\n")
}

/// Masks the addresses of objects, which the messages of some exceptions have.
fn addresses(message: &str) -> String {
    const BEFORE: &str = " at 0x";
    let mut parts = message.split(BEFORE);
    let mut masked = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        masked.push_str(" at <address>");
        masked.push_str(part.trim_start_matches(|digit: char| digit.is_ascii_hexdigit()));
    }
    masked
}

/// How a frame of a handler that `run.py` runs starts.
const CARRIED: &str = r#"    File \"carried\""#;

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|at| at == what)
}

fn rfind(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|at| at == what)
}

fn replaced(bytes: &[u8], what: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = find(rest, what) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(with);
        rest = &rest[at + what.len()..];
    }
    out.extend_from_slice(rest);
    out
}

/// Replaces a number where it is not part of a longer one.
fn replaced_number(bytes: &[u8], number: &[u8], with: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some(at) = find(rest, number) {
        let (before, after) = (&rest[..at], &rest[at + number.len()..]);
        out.extend_from_slice(before);
        let is_whole = !out.last().is_some_and(u8::is_ascii_digit)
            && !after.first().is_some_and(u8::is_ascii_digit);
        out.extend_from_slice(if is_whole { with } else { number });
        rest = after;
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn masks_are_narrow() {
        for (bytes, expected) in [
            (
                "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
                "Date: <date>\r\n",
            ),
            (
                "Date: Sun, 6 Nov 1994 08:49:37 GMT\r\n",
                "Date: Sun, 6 Nov 1994 08:49:37 GMT\r\n",
            ),
            ("Server: wireserve/0\r\n", "Server: <server>\r\n"),
            ("Server: ham\r\n", "Server: ham\r\n"),
            ("http://ham.test:4711/", "http://ham.test:<port>/"),
            ("14711 47112 4711", "14711 47112 <port>"),
            (
                "\r\nContent-Type: multipart/byteranges; boundary=6fa459ea-ee8a-4ca4-894e-db77e160355e\r\n\
                 \r\n\r\n--6fa459ea-ee8a-4ca4-894e-db77e160355e\r\n6fa459ea-ee8a-4ca4-894e-db77e160355e",
                "\r\nContent-Type: multipart/byteranges; boundary=<boundary-------------------------->\r\n\
                 \r\n\r\n--<boundary-------------------------->\r\n6fa459ea-ee8a-4ca4-894e-db77e160355e",
            ),
            (
                "\r\nContent-Type: multipart/byteranges; boundary=6fa459ea-ee8a-1ca4-894e-db77e160355e\r\n",
                "\r\nContent-Type: multipart/byteranges; boundary=6fa459ea-ee8a-1ca4-894e-db77e160355e\r\n",
            ),
        ] {
            assert_eq!(
                masked(bytes.as_bytes(), &[4711]),
                expected.as_bytes(),
                "{bytes}"
            );
        }
    }

    #[test]
    fn a_traceback_keeps_the_handlers_frames_and_the_exception() {
        let site = crate::support::site();
        let own = format!(r#"    File \"{}/a.py\", line 1\n    a\n\n"#, site.display());
        let text = format!(
            r#"{{"error": "Traceback (most recent call last):\n    File \"b\"\n    b\n\n{own}    File \"c\"\n    c\n  E: <ham at 0x7f3a>\n"}}}}"#
        );
        let answer = format!("Content-Length: {}\r\n\r\n{text}", text.len());
        let masked = String::from_utf8(masked(answer.as_bytes(), &[])).unwrap();
        let kept = own.trim_end_matches(r"\n");
        let expected = format!(
            "\r\n\r\n{{\"error\": \"Traceback (most recent call last):\\n<frames>\\n{kept}\\n<exception>\\n  E: <ham at <address>>\\n\"}}}}"
        );
        assert_eq!(masked, format!("Content-Length: {}{expected}", text.len()));
    }
}
