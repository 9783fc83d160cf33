//! [`ParseError`]: why a text is not a wire script. Tokens, items, operands and steps share it, and its
//! style: what was expected, then what was found.

use strsim::osa_distance;
use thiserror::Error;

/// How many letters a misspelt word may have wrong, missing, too many or swapped.
const MISSPELT: usize = 2;

/// Words of other tools and languages, and those of scripts that mean the same.
const SYNONYMS: [(&str, &str); 5] = [
    ("delay", "pause"),
    ("receive", "read"),
    ("recv", "read"),
    ("sleep", "pause"),
    ("write", "send"),
];

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

/// Words that were expected: those that `found` may stand for, or all.
#[doc(hidden)]
pub fn expected_words(kind: &str, words: &[&str], found: &str) -> String {
    let quoted = |words: &[&str]| {
        let words: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        one_of(&words)
    };
    match &*similar_words(words, found) {
        [] => format!("{kind}, {}", quoted(words)),
        similar => format!("{kind} such as {}", quoted(similar)),
    }
}

/// The words that `found` may be a misspelling of, begins, or means.
pub(super) fn similar_words<'a>(words: &[&'a str], found: &str) -> Vec<&'a str> {
    let found = found.to_ascii_lowercase();
    // Of a short word, most letters must be right.
    let most = MISSPELT.min(found.chars().count() / 2);
    let distances = words.iter().map(|word| osa_distance(word, &found));
    let least = distances.min().filter(|&least| least <= most);
    // `wait` for `wait_for`.
    let is_begun = |word: &str| {
        let rest = word.strip_prefix(&*found);
        !found.is_empty() && rest.is_some_and(|rest| rest.starts_with('_'))
    };
    let is_similar = |word: &&str| {
        least == Some(osa_distance(word, &found))
            || is_begun(word)
            || SYNONYMS.contains(&(&*found, *word))
    };
    words.iter().copied().filter(is_similar).collect()
}

#[cfg(test)]
mod tests {
    use super::expected_words;

    #[test]
    fn a_misspelt_word_has_the_similar_ones_shown() {
        let words = ["read", "reset", "send", "set", "wait_for"];
        for (found, shown) in [
            ("SEND", "a step such as `send`"),
            ("wait", "a step such as `wait_for`"),
            (
                "wai",
                "a step, `read`, `reset`, `send`, `set` or `wait_for`",
            ),
            ("sned", "a step such as `send`"),
            ("Send", "a step such as `send`"),
            ("sends", "a step such as `send`"),
            ("sett", "a step such as `set`"),
            ("rend", "a step such as `read` or `send`"),
            ("write", "a step such as `send`"),
            ("Receive", "a step such as `read`"),
            // There is no `pause` among these words.
            (
                "sleep",
                "a step, `read`, `reset`, `send`, `set` or `wait_for`",
            ),
            ("x", "a step, `read`, `reset`, `send`, `set` or `wait_for`"),
            ("", "a step, `read`, `reset`, `send`, `set` or `wait_for`"),
        ] {
            let expected = expected_words("a step", &words, found);
            assert_eq!(expected, shown, "{found}");
        }
    }
}
