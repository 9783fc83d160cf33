//! Numbers as Python's `int()` and `float()` parse them: surrounding whitespace, a sign, and single
//! underscores between digits are allowed. Unlike in Python, digits are ASCII only.

/// Parses an integer. Values beyond 128 bits are saturated.
pub fn int(text: &str) -> Option<i128> {
    let text = trimmed(text);
    let (sign, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    if !underscores_join_digits(digits) {
        return None;
    }
    let mut digits = digits.iter().filter(|&&byte| byte != b'_').peekable();
    digits.peek()?;
    digits.try_fold(0_i128, |number, &digit| {
        let value = i128::from(char::from(digit).to_digit(10)?);
        Some(number.saturating_mul(10).saturating_add(sign * value))
    })
}

/// Parses a floating-point number, including `inf` and `nan`.
pub fn float(text: &str) -> Option<f64> {
    let text = trimmed(text);
    if !underscores_join_digits(text.as_bytes()) {
        return None;
    }
    text.replace('_', "").parse().ok()
}

fn trimmed(text: &str) -> &str {
    // ASCII whitespace as in C; otherwise Unicode whitespace.
    text.trim_matches(|character: char| match character {
        '\t'..='\r' | ' ' => true,
        character => !character.is_ascii() && character.is_whitespace(),
    })
}

fn underscores_join_digits(text: &[u8]) -> bool {
    let is_digit = |at: Option<&u8>| at.is_some_and(u8::is_ascii_digit);
    (0..text.len()).filter(|&at| text[at] == b'_').all(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        is_digit(before) && is_digit(text.get(at + 1))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers() {
        for (text, number) in [
            ("0", Some(0)),
            (" +1_0\n", Some(10)),
            ("\u{a0}-7\u{2003}", Some(-7)),
            ("007", Some(7)),
            (&"9".repeat(50), Some(i128::MAX)),
            (&format!("-{}", "9".repeat(50)), Some(i128::MIN)),
            ("", None),
            ("-", None),
            ("_1", None),
            ("1_", None),
            ("1__0", None),
            ("+-1", None),
            ("+ 1", None),
            ("1.0", None),
            ("\u{1c}1", None),
            ("0x1", None),
        ] {
            assert_eq!(int(text), number, "{text:?}");
        }
    }

    #[test]
    fn numbers_with_a_fraction() {
        for (text, number) in [
            ("1", Some(1.0)),
            (" .5 ", Some(0.5)),
            ("5.", Some(5.0)),
            ("-1_0.0_1e1_0", Some(-10.01e10)),
            ("Infinity", Some(f64::INFINITY)),
            ("", None),
            (".", None),
            ("1_.5", None),
            ("1e", None),
            ("0x1", None),
            ("1 s", None),
        ] {
            assert_eq!(float(text), number, "{text:?}");
        }
        assert!(float("nan").is_some_and(f64::is_nan));
    }
}
