//! Query strings and urlencoded forms (reference §8.8.1): pairs are separated by `&` only, empty pairs
//! are skipped, `a` equals `a=`, and values are bytes.

use crate::text::percent;

/// The percent-decoded pairs of a query string, in order.
pub fn pairs(query: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query
        .split(|&byte| byte == b'&')
        .filter(|piece| !piece.is_empty())
        .map(|piece| {
            let (name, value) = match memchr::memchr(b'=', piece) {
                Some(at) => (&piece[..at], &piece[at + 1..]),
                None => (piece, &piece[..0]),
            };
            (percent::decode_plus(name), percent::decode_plus(value))
        })
}

/// A name and a value, decoded.
pub type Pair = (Vec<u8>, Vec<u8>);

/// There are more pairs than this limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooMany(pub usize);

/// The pairs of a query or a form, which are decoded only if there are at most `limit`.
///
/// # Errors
/// [`TooMany`].
pub fn pairs_within(query: &[u8], limit: usize) -> Result<Vec<Pair>, TooMany> {
    let pieces = query.split(|&byte| byte == b'&');
    match pieces.filter(|piece| !piece.is_empty()).nth(limit) {
        Some(_) => Err(TooMany(limit)),
        None => Ok(pairs(query).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries() {
        let pair = |name: &[u8], value: &[u8]| (name.to_vec(), value.to_vec());
        for (query, expected) in [
            (&b""[..], vec![]),
            (b"&&", vec![]),
            (b"a", vec![pair(b"a", b"")]),
            (b"a=&=b", vec![pair(b"a", b""), pair(b"", b"b")]),
            (
                b"a=b=c;d&a=%41+%zz",
                vec![pair(b"a", b"b=c;d"), pair(b"a", b"A %zz")],
            ),
            (b"\xff=%ff%00", vec![pair(b"\xff", b"\xff\0")]),
        ] {
            assert_eq!(pairs(query).collect::<Vec<_>>(), expected);
            let count = expected.len();
            assert_eq!(pairs_within(query, count), Ok(expected));
            if count > 0 {
                assert_eq!(pairs_within(query, count - 1), Err(TooMany(count - 1)));
            }
        }
    }
}
