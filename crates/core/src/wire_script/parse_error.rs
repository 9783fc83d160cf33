//! [`ParseError`]: why a text is not a wire script. Tokens, items, operands and steps share it, and its
//! style: what was expected, then what was found.

use thiserror::Error;

/// A text that is not a wire script. Shown as `line 3: …`.
///
/// ```
/// use wireserve::WireScript;
///
/// let error = WireScript::parse(b"send \"ok\"\nsleep 2s").expect_err("there is no step `sleep`");
/// assert_eq!(error.line, 2);
/// assert!(error.to_string().starts_with("line 2: "));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct ParseError {
    /// The line of the error, counted from 1.
    pub line: usize,
    /// What was found, and what was expected.
    pub reason: String,
}

/// Choices as an error lists them: "a, b or c".
#[doc(hidden)]
pub fn one_of(choices: &[String]) -> String {
    match choices {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}
