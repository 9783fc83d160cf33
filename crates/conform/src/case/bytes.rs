//! The notation for bytes in the catalogue: a text whose characters are bytes (ISO 8859-1), or a list of such
//! texts and of runs `[character, count]`.

use serde::Deserialize;

use wireserve_core::text::latin1;

/// Bytes in that notation.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct Bytes(pub Vec<u8>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Text(String),
    Pieces(Vec<Piece>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Text(String),
    Run(char, usize),
}

impl TryFrom<Written> for Bytes {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Text(text) => text,
            Written::Pieces(pieces) => pieces.into_iter().map(Piece::text).collect(),
        };
        latin1::encode(&text).map(Self).map_err(|character| {
            format!("expected a character up to U+00FF for each byte, found {character:?}")
        })
    }
}

impl Piece {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Run(character, count) => String::from(character).repeat(count),
        }
    }
}

/// Bytes in which every occurrence of a pattern is replaced.
pub(crate) fn replaced(bytes: &[u8], pattern: &[u8], by: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for start in memchr::memmem::find_iter(bytes, pattern) {
        out.extend_from_slice(&bytes[from..start]);
        out.extend_from_slice(by);
        from = start + pattern.len();
    }
    out.extend_from_slice(&bytes[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_runs() {
        for (json, bytes) in [
            (r#""a\u00e9""#, Some(&b"a\xe9"[..])),
            (r#"["x", ["y", 3], "z"]"#, Some(b"xyyyz")),
            ("[]", Some(b"")),
            (r#""\u20ac""#, None),
            (r#"[["y"]]"#, None),
        ] {
            let read = serde_json::from_str::<Bytes>(json).ok();
            assert_eq!(read.map(|read| read.0).as_deref(), bytes, "{json}");
        }
    }

    #[test]
    fn every_occurrence_is_replaced() {
        for (bytes, wanted) in [
            ("", ""),
            ("%", "%"),
            ("a%P%b%P%", "a80b80"),
            ("%P%P%", "80P%"),
        ] {
            assert_eq!(replaced(bytes.as_bytes(), b"%P%", b"80"), wanted.as_bytes());
        }
    }
}
