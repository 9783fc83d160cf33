//! Bytes for failure messages: printable ASCII unchanged, other bytes escaped, and a line break after each
//! escaped LF.

use std::fmt::Write as _;

/// `bytes` escaped, each of their lines on a separate line, after `indent`.
pub fn lines(bytes: &[u8], indent: &str) -> String {
    if bytes.is_empty() {
        return format!("{indent}(nothing)");
    }
    bytes
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| format!("{indent}{}", line.escape_ascii()))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Both sides of a comparison, and the offset of the first difference.
pub fn difference(left_name: &str, left: &[u8], right_name: &str, right: &[u8]) -> String {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let mut text = String::new();
    for (name, bytes) in [(left_name, left), (right_name, right)] {
        let _ = writeln!(text, "  {name} ({} bytes):", bytes.len());
        let _ = writeln!(text, "{}", lines(bytes, "    "));
    }
    if left == right {
        text.push_str("  the bytes are equal\n");
    } else {
        let _ = writeln!(text, "  they differ after {same} bytes");
    }
    text
}
