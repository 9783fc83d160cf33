//! The length of a request's body (RFC 9112 §6.3). As lenient as the reference: `Content-Length` is
//! parsed like Python's `int`, and any method may have a body. Ambiguous framing is refused, because a
//! wrong guess would turn the body into the next request (request smuggling).

use crate::text::{latin1, number};

use super::Malformed;
use super::request_line::Version;

/// How the end of a request's body is determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// A number of bytes; 0 if neither field is present.
    Length(u64),
    /// The chunked transfer coding (RFC 9112 §7.1).
    Chunked,
}

/// Whether the connection may be kept open after the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The framing is unambiguous.
    Sound,
    /// Both fields, or a transfer coding in HTTP/1.0: other recipients may have seen another end, so the
    /// connection must be closed (RFC 9112 §6.1).
    Doubtful,
}

/// Limit of `Content-Length`: the largest file offset.
const LONGEST: i128 = i64::MAX as i128;

/// Determines the framing from all values of the two fields.
///
/// # Errors
/// [`Malformed::ContentLength`], [`Malformed::ConflictingLengths`],
/// [`Malformed::TransferEncoding`].
pub fn decide<'a>(
    content_lengths: impl Iterator<Item = &'a [u8]>,
    transfer_encodings: impl Iterator<Item = &'a [u8]>,
    version: Version,
) -> Result<(Framing, Trust), Malformed> {
    let mut length = None;
    for value in content_lengths {
        // The reference parses it with Python's `int`.
        let number = number::int(&latin1::decode(value));
        let number = number.filter(|number| (0..=LONGEST).contains(number));
        let number = number.and_then(|number| u64::try_from(number).ok());
        let number = number.ok_or_else(|| Malformed::ContentLength(value.to_vec()))?;
        if length.is_some_and(|other| other != number) {
            return Err(Malformed::ConflictingLengths);
        }
        length = Some(number);
    }
    let mut value = None;
    let mut last_coding = None;
    for next in transfer_encodings {
        value = Some(next);
        // Empty list members are ignored (RFC 9110 §5.6.1.2).
        let mut codings = next.split(|&byte| byte == b',').map(<[u8]>::trim_ascii);
        last_coding = codings.rfind(|coding| !coding.is_empty()).or(last_coding);
    }
    let Some(value) = value else {
        return Ok((Framing::Length(length.unwrap_or(0)), Trust::Sound));
    };
    if !last_coding.is_some_and(|coding| coding.eq_ignore_ascii_case(b"chunked")) {
        return Err(Malformed::TransferEncoding(value.to_vec()));
    }
    let trust = if length.is_some() || version < Version::HTTP_11 {
        Trust::Doubtful
    } else {
        Trust::Sound
    };
    Ok((Framing::Chunked, trust))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide_text(lengths: &[&str], encodings: &[&str]) -> Result<(Framing, Trust), Malformed> {
        decide(
            lengths.iter().map(|value| value.as_bytes()),
            encodings.iter().map(|value| value.as_bytes()),
            Version::HTTP_11,
        )
    }

    #[test]
    fn lengths() {
        for (values, length) in [
            (&[][..], 0),
            (&["0"], 0),
            (&["+3"], 3),
            (&[" 3 "], 3),
            (&["1_0"], 10),
            (&["007"], 7),
            (&["-0"], 0),
            (&["5", "5"], 5),
        ] {
            let expected = Ok((Framing::Length(length), Trust::Sound));
            assert_eq!(decide_text(values, &[]), expected, "{values:?}");
        }
        for bad in [
            "",
            "x",
            "-1",
            "1.0",
            "1__0",
            "_1",
            "1_",
            "0x1",
            "2, 2",
            "9999999999999999999",
        ] {
            let error = Err(Malformed::ContentLength(bad.as_bytes().to_vec()));
            assert_eq!(decide_text(&[bad], &[]), error, "{bad:?}");
        }
        assert_eq!(
            decide_text(&["1", "2"], &[]),
            Err(Malformed::ConflictingLengths)
        );
    }

    #[test]
    fn encodings() {
        for (values, trust) in [
            (&["chunked"][..], Trust::Sound),
            (&["CHUNKED "], Trust::Sound),
            (&["gzip, chunked"], Trust::Sound),
            (&["gzip", "chunked"], Trust::Sound),
            (&["chunked,"], Trust::Sound),
            (&[", gzip,,\tchunked ,\t, "], Trust::Sound),
            (&["chunked", "", ","], Trust::Sound),
        ] {
            assert_eq!(decide_text(&[], values), Ok((Framing::Chunked, trust)));
        }
        assert_eq!(
            decide_text(&["3"], &["chunked"]),
            Ok((Framing::Chunked, Trust::Doubtful))
        );
        let old = decide(
            std::iter::empty(),
            [&b"chunked"[..]].into_iter(),
            Version::HTTP_10,
        );
        assert_eq!(old, Ok((Framing::Chunked, Trust::Doubtful)));
        for bad in [
            "identity",
            "chunked, identity",
            "gzip",
            "",
            ",",
            "xchunked",
            "chunked x",
        ] {
            assert!(decide_text(&[], &[bad]).is_err(), "{bad:?}");
        }
    }
}
