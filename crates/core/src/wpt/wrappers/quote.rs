//! Quoting text of a test for its wrapper.

/// Quotes the text of an element.
pub(super) fn element(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

/// Quotes the value of an attribute in double quotes.
pub(super) fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

/// Quotes a JavaScript string in double quotes. In a page, `<` could end the script element.
pub(super) fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '<' => quoted.push_str("\\u003c"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            _ => quoted.push(character),
        }
    }
    quoted
}

/// Quotes a JavaScript template without substitutions, for text in several lines. In a page, `<` could
/// end the script element.
pub(super) fn template(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '`' | '\\' | '$' => quoted.extend(['\\', character]),
            '<' => quoted.push_str("\\u003c"),
            // It would be read as LF.
            '\r' => quoted.push_str("\\r"),
            _ => quoted.push(character),
        }
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        for (text, in_element, in_attribute, in_string) in [
            (
                "/a/b.any.js?c='d'",
                "/a/b.any.js?c='d'",
                "/a/b.any.js?c='d'",
                "/a/b.any.js?c='d'",
            ),
            ("&lt;", "&amp;lt;", "&amp;lt;", "&lt;"),
            ("\"><i>", "\">&lt;i>", "&quot;><i>", "\\\">\\u003ci>"),
            ("\\\"\r\n", "\\\"\r\n", "\\&quot;\r\n", "\\\\\\\"\\r\\n"),
            (
                "</script>é",
                "&lt;/script>é",
                "</script>é",
                "\\u003c/script>é",
            ),
        ] {
            assert_eq!(element(text), in_element);
            assert_eq!(attribute(text), in_attribute);
            assert_eq!(string(text), in_string);
        }
    }

    #[test]
    fn templates() {
        for (text, quoted) in [
            ("await import(\"/a.js\");\n", "await import(\"/a.js\");\n"),
            ("`${a}\\n", "\\`\\${a}\\\\n"),
            ("</script>\r\n", "\\u003c/script>\\r\n"),
        ] {
            assert_eq!(template(text), quoted);
        }
    }
}
