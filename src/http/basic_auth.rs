//! The credentials of the Basic scheme (RFC 7617) as the reference reads them (reference §8.8.4): the
//! scheme is spelt exactly `Basic`, base64 is taken as leniently as Python's `b64decode` takes it, and
//! the first colon ends the name. Both parts are bytes; which coding they are in is the reader's guess.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// A name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// What is before the first colon.
    pub username: Vec<u8>,
    /// What is behind it, more colons included.
    pub password: Vec<u8>,
}

/// Why the value of an `Authorization` field has no credentials of this scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadCredentials {
    /// Another scheme, which is here as it was written.
    Scheme(Vec<u8>),
    /// No space, so nothing behind the scheme.
    Missing,
    /// What is behind the scheme is not base64.
    Base64,
    /// There is no colon in what was decoded.
    NoColon,
}

impl Credentials {
    /// Reads the value of an `Authorization` field.
    ///
    /// # Errors
    /// [`BadCredentials`].
    pub fn parse(value: &[u8]) -> Result<Self, BadCredentials> {
        let (scheme, data) = split_at_first(value, b' ').ok_or(BadCredentials::Missing)?;
        if scheme != b"Basic" {
            return Err(BadCredentials::Scheme(scheme.to_vec()));
        }
        let decoded = decode(data).ok_or(BadCredentials::Base64)?;
        let (username, password) = split_at_first(&decoded, b':').ok_or(BadCredentials::NoColon)?;
        Ok(Self {
            username: username.to_vec(),
            password: password.to_vec(),
        })
    }
}

fn split_at_first(bytes: &[u8], separator: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(separator, bytes)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

/// What is no digit is skipped, padding too early included; padding that completes four digits is
/// required and ends the data.
fn decode(data: &[u8]) -> Option<Vec<u8>> {
    let mut digits = Vec::with_capacity(data.len());
    let mut padding = 0;
    for &byte in data {
        match byte {
            b'=' if digits.len() % 4 >= 2 => {
                padding += 1;
                if digits.len() % 4 + padding == 4 {
                    return LENIENT.decode(digits).ok();
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => {
                digits.push(byte);
                padding = 0;
            }
            _ => {}
        }
    }
    (digits.len() % 4 == 0)
        .then(|| LENIENT.decode(digits).ok())
        .flatten()
}

/// Digits alone, with bits behind the last byte that need not be zero.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values() {
        let good = |username: &[u8], password: &[u8]| {
            Ok(Credentials {
                username: username.to_vec(),
                password: password.to_vec(),
            })
        };
        for (value, expected) in [
            (&b"Basic dTpw"[..], good(b"u", b"p")),
            (b"Basic dTpwOng=", good(b"u", b"p:x")),
            (b"Basic Og==", good(b"", b"")),
            (b"Basic 6Tr/", good(b"\xe9", b"\xff")),
            // Blanks, other bytes and early padding count for nothing.
            (b"Basic  d=T\xff-p w", good(b"u", b"p")),
            (b"Basic d===Tpw", good(b"u", b"p")),
            // Bits that belong to no byte, and what is behind the padding.
            (b"Basic dTp=", good(b"u", b"")),
            (b"Basic dTp/", good(b"u", b"\x7f")),
            (b"Basic dTr=dTpw", good(b"u", b"")),
            (b"Basic dTpw====", good(b"u", b"p")),
            (b"Basic dTp", Err(BadCredentials::Base64)),
            (b"Basic d", Err(BadCredentials::Base64)),
            (b"Basic dQ==", Err(BadCredentials::NoColon)),
            (b"Basic ", Err(BadCredentials::NoColon)),
            (b"Basic", Err(BadCredentials::Missing)),
            (b"", Err(BadCredentials::Missing)),
            (
                b"basic dTpw",
                Err(BadCredentials::Scheme(b"basic".to_vec())),
            ),
            (b"Digest x", Err(BadCredentials::Scheme(b"Digest".to_vec()))),
        ] {
            let shown = value.escape_ascii();
            assert_eq!(Credentials::parse(value), expected, "{shown}");
        }
    }
}
