//! The syntax of pipe expressions, `a(x,y)|b` (reference §7.4): text in, calls out. Nothing is trimmed. A
//! missing `)` and additional `|` are accepted, and `f()` has one empty argument. Within parentheses, `\n`,
//! `\r` and `\t` are line ends and a tab, and a backslash before any other character is that character.

use std::str::Chars;

use super::PipeError;

/// The name of a pipe and its arguments, both unchecked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The name.
    pub name: String,
    /// Empty without parentheses.
    pub arguments: Vec<String>,
}

/// The calls of an expression.
///
/// # Errors
/// A backslash at the end.
pub fn calls(expression: &str) -> Result<Vec<Call>, PipeError> {
    let mut calls = Vec::new();
    let mut characters = expression.chars();
    let mut name = String::new();
    loop {
        let character = characters.next();
        let arguments = match character {
            Some('(') => arguments(&mut characters)?,
            Some('|') | None if !name.is_empty() => Vec::new(),
            Some('|') => continue,
            Some(character) => {
                name.push(character);
                continue;
            }
            None => return Ok(calls),
        };
        let name = std::mem::take(&mut name);
        calls.push(Call { name, arguments });
    }
}

/// The arguments up to the `)`, which is consumed.
fn arguments(characters: &mut Chars<'_>) -> Result<Vec<String>, PipeError> {
    let mut arguments = Vec::new();
    let mut argument = String::new();
    loop {
        match characters.next() {
            None | Some(')') => {
                arguments.push(argument);
                return Ok(arguments);
            }
            Some(',') => arguments.push(std::mem::take(&mut argument)),
            Some('\\') => argument.push(match characters.next() {
                None => return Err(PipeError::Backslash),
                Some('n') => '\n',
                Some('r') => '\r',
                Some('t') => '\t',
                Some(character) => character,
            }),
            Some(character) => argument.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(expression: &str) -> Vec<(String, Vec<String>)> {
        let calls = calls(expression).expect(expression).into_iter();
        calls.map(|call| (call.name, call.arguments)).collect()
    }

    #[test]
    fn expressions() {
        type Expected<'a> = &'a [(&'a str, &'a [&'a str])];
        let table: &[(&str, Expected<'_>)] = &[
            ("", &[]),
            ("||", &[]),
            ("a", &[("a", &[])]),
            ("|a||b|", &[("a", &[]), ("b", &[])]),
            ("a()", &[("a", &[""])]),
            ("a(", &[("a", &[""])]),
            ("a(,)", &[("a", &["", ""])]),
            ("a( x,y )|b(z", &[("a", &[" x", "y "]), ("b", &["z"])]),
            ("a(x)b(y)", &[("a", &["x"]), ("b", &["y"])]),
            ("a(x))", &[("a", &["x"]), (")", &[])]),
            ("(x)", &[("", &["x"])]),
            (r"a(\,\)\\\n\r\tx\é)", &[("a", &[",)\\\n\r\txé"])]),
            (r"a\(x|y)", &[("a\\", &["x|y"])]),
            ("a(b(c)", &[("a", &["b(c"])]),
        ];
        for (expression, expected) in table {
            let expected: Vec<_> = expected
                .iter()
                .map(|(pipe, arguments)| {
                    let arguments = arguments.iter().map(ToString::to_string);
                    (pipe.to_string(), arguments.collect())
                })
                .collect();
            assert_eq!(shown(expression), expected, "{expression}");
        }
        assert!(matches!(calls("a|b(\\"), Err(PipeError::Backslash)));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Calls that are written with escapes are read back.
        #[test]
        fn what_is_written_is_read(
            expected in proptest::collection::vec(
                ("[^(|]{1,5}", proptest::collection::vec("(?s).{0,5}", 1..4)), 0..4),
        ) {
            let escaped = |argument: &String| {
                argument.chars().flat_map(|character| match character {
                    '\n' => vec!['\\', 'n'],
                    ',' | ')' | '\\' => vec!['\\', character],
                    character => vec![character],
                }).collect::<String>()
            };
            let written: Vec<_> = expected.iter().map(|(pipe, arguments)| {
                let arguments: Vec<_> = arguments.iter().map(escaped).collect();
                format!("{pipe}({})", arguments.join(","))
            }).collect();
            prop_assert_eq!(&shown(&written.join("|")), &expected);
            prop_assert_eq!(shown(&written.concat()), expected);
        }

        /// An expression has at most one call for each end of a name, and only a backslash is an error.
        #[test]
        fn anything_can_be_read(expression in "(?s)([a(|,)\\\\]|.){0,30}") {
            match calls(&expression) {
                Ok(calls) => {
                    let ends = expression.chars().filter(|c| "(|".contains(*c)).count();
                    prop_assert!(calls.len() <= ends + 1);
                }
                Err(_) => prop_assert!(expression.ends_with('\\')),
            }
        }
    }
}
