//! Whether a message lets its connection carry another one (RFC 9112 §9.3). Client and server each say so.

use httparse::Header;

use crate::http::list;

/// Whether a connection ends with the message of this version of HTTP, 1.`version`, and these fields.
pub fn closes(version: Option<u8>, fields: &[Header<'_>]) -> bool {
    let has = |option| {
        let of_name = |field: &&Header<'_>| field.name.eq_ignore_ascii_case("connection");
        let mut connection = fields.iter().filter(of_name);
        connection.any(|field| list::contains([field.value], option))
    };
    has("close") || (version == Some(0) && !has("keep-alive"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_outweighs_keep_alive_and_the_version() {
        for (version, values, expected) in [
            (1, &[][..], false),
            (1, &["keep-alive"], false),
            (1, &["a, Close"], true),
            (1, &["close, keep-alive"], true),
            (1, &["close", "keep-alive"], true),
            (0, &[], true),
            (0, &["a"], true),
            (0, &["a, Keep-Alive"], false),
            (0, &["keep-alive", "close"], true),
        ] {
            let field = |value: &&'static str| Header {
                name: "connection",
                value: value.as_bytes(),
            };
            let fields: Vec<_> = values.iter().map(field).collect();
            assert_eq!(
                closes(Some(version), &fields),
                expected,
                "1.{version}, {values:?}"
            );
        }
    }
}
