//! The notation for bytes in JSON data: a text whose characters are bytes (ISO 8859-1), or a list of such texts
//! and of runs `[character, count]`.

use serde::Deserialize;

/// Bytes in that notation.
#[derive(Deserialize)]
#[serde(from = "Written")]
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

impl From<Written> for Bytes {
    fn from(written: Written) -> Self {
        let text = match written {
            Written::Text(text) => text,
            Written::Pieces(pieces) => pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text,
                    Piece::Run(character, count) => String::from(character).repeat(count),
                })
                .collect(),
        };
        let byte = |character| u8::try_from(u32::from(character)).expect("ISO 8859-1");
        Self(text.chars().map(byte).collect())
    }
}
