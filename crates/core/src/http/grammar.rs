//! The character classes of the grammar, as `problems` checks them. What handlers see does not depend
//! on them. Source: RFC 9110 §5.6.2, RFC 3986 §2.

/// A byte of a token, such as a method or a field name (RFC 9110 §5.6.2, `tchar`).
pub fn is_tchar(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A space or tab (RFC 9110 §5.6.3, `OWS`).
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A byte of a registered name or `%` (RFC 3986 §3.2.2, `reg-name`).
pub fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=%".contains(&byte)
}

/// A byte of a path or query, or `%` (RFC 3986 §3.3, §3.4).
pub fn is_path_byte(byte: u8) -> bool {
    is_name_byte(byte) || b":@/?".contains(&byte)
}

/// Offset of the first `%` that is not followed by two hexadecimal digits (RFC 3986 §2.1).
pub fn invalid_percent(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'%', text).find(|&at| {
        let digits = text.get(at + 1..at + 3);
        !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

/// Offset of the first byte that is invalid in `host [":" port]` (RFC 3986 §3.2.2, §3.2.3). An empty
/// host is valid.
pub fn invalid_authority(text: &[u8]) -> Option<usize> {
    let host = match host_length(text) {
        Ok(host) => host,
        Err(at) => return Some(at),
    };
    match &text[host..] {
        [] => None,
        [b':', port @ ..] => {
            let bad = port.iter().position(|byte| !byte.is_ascii_digit());
            bad.map(|at| host + 1 + at)
        }
        _ => Some(host),
    }
}

/// Length of the host at the beginning of `text`.
///
/// # Errors
/// Offset of the first invalid byte.
fn host_length(text: &[u8]) -> Result<usize, usize> {
    if text.first() != Some(&b'[') {
        let end = text.iter().position(|&byte| !is_name_byte(byte));
        let end = end.unwrap_or(text.len());
        return invalid_percent(&text[..end]).map_or(Ok(end), Err);
    }
    // Only the characters of an IP literal are checked, not its structure.
    let inside = |byte: u8| is_name_byte(byte) && byte != b'%' || byte == b':';
    match text[1..].iter().position(|&byte| !inside(byte)) {
        Some(at) if at > 0 && text[1 + at] == b']' => Ok(at + 2),
        Some(at) => Err(1 + at),
        None => Err(text.len() - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities() {
        for (text, invalid) in [
            ("", None),
            ("a", None),
            ("a:", None),
            ("a:80", None),
            ("a.b-c_d~", None),
            ("a%20b", None),
            ("127.0.0.1:1", None),
            ("[::1]", None),
            ("[::1]:80", None),
            ("[v1.a:b]", None),
            (":80", None),
            ("a b/c", Some(1)),
            ("a/b", Some(1)),
            ("a:8x", Some(3)),
            ("a:b:c", Some(2)),
            ("u@h", Some(1)),
            ("a%2", Some(1)),
            ("[::1", Some(3)),
            ("[]", Some(1)),
            ("[", Some(0)),
            ("[::1]x", Some(5)),
            ("a]", Some(1)),
            ("\u{e9}", Some(0)),
        ] {
            assert_eq!(invalid_authority(text.as_bytes()), invalid, "{text:?}");
        }
    }

    #[test]
    fn percent_signs() {
        for (text, invalid) in [
            ("/a%20%fF", None),
            ("%", Some(0)),
            ("%20%2", Some(3)),
            ("%%20", Some(0)),
            ("a%g0", Some(1)),
        ] {
            assert_eq!(invalid_percent(text.as_bytes()), invalid, "{text:?}");
        }
    }
}
