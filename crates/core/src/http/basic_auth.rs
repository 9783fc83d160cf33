//! Credentials of the Basic authentication scheme (RFC 7617), parsed as the reference does (reference
//! §8.8.4): the scheme is case-sensitive, base64 is as lenient as Python's `b64decode`, and the first
//! colon ends the user name. Both parts are bytes, since the encoding is unknown.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use thiserror::Error;

use crate::text::latin1::excerpt;

/// A user name and a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The bytes before the first colon.
    pub username: Vec<u8>,
    /// The bytes after the first colon; may contain more colons.
    pub password: Vec<u8>,
}

/// Why an `Authorization` field has no valid credentials of the Basic scheme.
#[doc(hidden)]
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BadCredentials {
    /// Another scheme, as received.
    #[error("expected the authentication scheme `Basic`, found {}", excerpt(.0))]
    Scheme(Vec<u8>),
    /// No space, and so no credentials after the scheme.
    #[error("invalid Authorization: expected credentials after the scheme")]
    Missing,
    /// The credentials are not valid base64.
    #[error("invalid Authorization: the credentials are not valid base64")]
    Base64,
    /// The decoded credentials contain no colon.
    #[error("invalid Authorization: expected a colon after the user name")]
    NoColon,
}

impl Credentials {
    /// Parses the value of an `Authorization` field.
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

/// Decodes base64 as Python's `b64decode` does: characters outside the alphabet and early padding are
/// skipped; padding that completes a group of four is required and ends the data.
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

/// No padding; the bits after the last byte need not be zero.
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
            // Characters outside the alphabet and early padding are skipped.
            (b"Basic  d=T\xff-p w", good(b"u", b"p")),
            (b"Basic d===Tpw", good(b"u", b"p")),
            // Trailing bits, and bytes after the padding.
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
