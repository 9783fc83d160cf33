//! The length of a request's body (RFC 9112 §6.3). As lenient as the reference: `Content-Length` is
//! parsed like Python's `int`, any method may have a body, and the data of other transfer codings is left
//! encoded. Ambiguous framing is refused, or ends the connection, because a wrong guess would turn the
//! body into the next request (request smuggling).

use crate::text::{latin1, number};

use super::Malformed;
use super::list;
use super::request_line::Version;

/// How the end of a request's body is determined.
///
/// ```
/// use wireserve::message::Framing;
/// use wireserve::{Exchange, Fault, Server};
///
/// let only_chunked = |exchange: &mut Exchange<'_>| match exchange.request.framing() {
///     Framing::Chunked => Ok(()),
///     Framing::Length(length) => Err(Fault::new(411, format!("{length} bytes at once"))),
/// };
/// let server = Server::builder().route("POST", "/", only_chunked)?.start()?;
/// # use std::io::Write;
/// # let mut client = std::net::TcpStream::connect(server.address())?;
/// # client.write_all(b"POST / HTTP/1.1\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi")?;
/// # let answer = std::io::read_to_string(client)?;
/// // A client that posts `hi` with a Content-Length gets:
/// assert!(answer.contains("2 bytes at once"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
    /// Other recipients may have seen another end of the body, so the connection must be closed: both
    /// fields, a transfer coding in HTTP/1.0 (RFC 9112 §6.1), chunked applied twice, or a length that only
    /// lenient recipients accept (RFC 9110 §8.6).
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
    let mut is_doubtful = false;
    for value in content_lengths {
        is_doubtful |= !list::trim(value).iter().all(u8::is_ascii_digit);
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
    let trust = |is_doubtful| match is_doubtful {
        true => Trust::Doubtful,
        false => Trust::Sound,
    };
    let mut last_value = None;
    let mut last_coding: &[u8] = b"";
    let mut times_chunked = 0;
    for value in transfer_encodings {
        last_value = Some(value);
        for coding in list::members(value) {
            last_coding = coding;
            times_chunked += u32::from(is_chunked(coding));
        }
    }
    let Some(value) = last_value else {
        return Ok((Framing::Length(length.unwrap_or(0)), trust(is_doubtful)));
    };
    if !is_chunked(last_coding) {
        return Err(Malformed::TransferEncoding(value.to_vec()));
    }
    let is_doubtful = length.is_some() || version < Version::HTTP_11 || times_chunked > 1;
    Ok((Framing::Chunked, trust(is_doubtful)))
}

fn is_chunked(coding: &[u8]) -> bool {
    coding.eq_ignore_ascii_case(b"chunked")
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
        for (values, length, trust) in [
            (&[][..], 0, Trust::Sound),
            (&["0"], 0, Trust::Sound),
            (&["+3"], 3, Trust::Doubtful),
            (&[" 3\t"], 3, Trust::Sound),
            (&["3\u{b}"], 3, Trust::Doubtful),
            (&["1_0"], 10, Trust::Doubtful),
            (&["007"], 7, Trust::Sound),
            (&["-0"], 0, Trust::Doubtful),
            (&["5", "5"], 5, Trust::Sound),
            (&["5", "+5"], 5, Trust::Doubtful),
        ] {
            let expected = Ok((Framing::Length(length), trust));
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
            (&["chunked\r\n "], Trust::Sound),
            (&["chunked, chunked"], Trust::Doubtful),
            (&["chunked", "gzip, chunked"], Trust::Doubtful),
            (&[r#"foo;a="b, c", chunked"#], Trust::Sound),
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
            r#"foo;a="b, chunked"#,
        ] {
            assert!(decide_text(&[], &[bad]).is_err(), "{bad:?}");
        }
    }
}
