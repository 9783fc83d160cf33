//! JSON strings in ASCII, as Python's `json.dumps` writes them: characters above U+007F become `\uXXXX`,
//! with surrogate pairs where needed. `serde_json` escapes the others.

use std::fmt::Write as _;

/// `text` as a JSON string, quotes included.
pub fn ascii_string(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    if quoted.is_ascii() {
        return quoted;
    }
    let mut out = String::with_capacity(quoted.len() * 2);
    for character in quoted.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("writing to a String cannot fail");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_as_python_writes_them() {
        for (text, json) in [
            ("", r#""""#),
            ("a\"\\/", r#""a\"\\/""#),
            (
                "\n\r\t\u{8}\u{c}\u{1}\u{7f}",
                "\"\\n\\r\\t\\b\\f\\u0001\u{7f}\"",
            ),
            ("é", r#""\u00e9""#),
            ("😀", r#""\ud83d\ude00""#),
        ] {
            assert_eq!(ascii_string(text), json);
        }
    }
}
