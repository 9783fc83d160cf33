//! The tokens of a template expression: `$name:`, `name`, `[index]`, `(arguments)`. Anything after the
//! last token is ignored, as in the reference. `name` is `\$?\w+` in ASCII.

use crate::text::number;

use super::Wrong;

/// A part of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `$name:`; the dollar sign is part of the name.
    Assign(String),
    /// `name` or `$name`.
    Name(String),
    /// `[index]`.
    Index(Index),
    /// `(a, b)`, without the blanks after commas.
    Arguments(Vec<String>),
}

/// An index into a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Index {
    /// The number of an item, from the end if it is negative.
    Number(i128),
    /// A key: anything but a whole number.
    Key(String),
}

/// The tokens of an expression, up to the first byte that does not begin one.
///
/// # Errors
/// An index or arguments that are not UTF-8.
pub(super) fn scan(expression: &[u8]) -> Result<Vec<Token>, Wrong> {
    let mut tokens = Vec::new();
    let mut rest = expression;
    while let Some((token, length)) = first(rest)? {
        tokens.push(token);
        rest = &rest[length..];
    }
    Ok(tokens)
}

/// The first token and its length.
fn first(rest: &[u8]) -> Result<Option<(Token, usize)>, Wrong> {
    let (token, length) = match rest.first() {
        Some(b'[') => {
            let Some(text) = enclosed(rest, b']')? else {
                return Ok(None);
            };
            let index =
                number::int(text).map_or_else(|| Index::Key(text.to_owned()), Index::Number);
            (Token::Index(index), text.len() + 2)
        }
        Some(b'(') => {
            let Some(text) = enclosed(rest, b')')? else {
                return Ok(None);
            };
            (Token::Arguments(arguments(text)), text.len() + 2)
        }
        _ => {
            let dollar = usize::from(rest.starts_with(b"$"));
            let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
            let length = dollar + rest[dollar..].iter().take_while(is_word).count();
            if length == dollar {
                return Ok(None);
            }
            let name = String::from_utf8_lossy(&rest[..length]).into_owned();
            match rest.get(length) {
                Some(b':') if dollar == 1 => (Token::Assign(name), length + 1),
                _ => (Token::Name(name), length),
            }
        }
    };
    Ok(Some((token, length)))
}

/// The text between the first byte and the closing one.
fn enclosed(rest: &[u8], closing: u8) -> Result<Option<&str>, Wrong> {
    let end = memchr::memchr(closing, rest);
    end.map(|end| std::str::from_utf8(&rest[1..end]).map_err(|_| Wrong::NotUtf8))
        .transpose()
}

fn arguments(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let (first, others) = text
        .split_once(',')
        .map_or((text, None), |(first, others)| (first, Some(others)));
    let others = others.into_iter().flat_map(|others| others.split(','));
    let others = others.map(str::trim_start);
    std::iter::once(first)
        .chain(others)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: &str) -> Token {
        Token::Name(text.to_owned())
    }

    fn assign(text: &str) -> Token {
        Token::Assign(text.to_owned())
    }

    fn number(number: i128) -> Token {
        Token::Index(Index::Number(number))
    }

    fn key(text: &str) -> Token {
        Token::Index(Index::Key(text.to_owned()))
    }

    fn call(texts: &[&str]) -> Token {
        Token::Arguments(texts.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn expressions() {
        for (expression, tokens) in [
            ("", vec![]),
            (" host", vec![]),
            ("host", vec![name("host")]),
            ("host port", vec![name("host")]),
            ("host:x", vec![name("host")]),
            ("_a9.b", vec![name("_a9")]),
            ("$a", vec![name("$a")]),
            ("$a:b", vec![assign("$a"), name("b")]),
            ("$:b", vec![]),
            ("a$b:$c", vec![name("a"), assign("$b"), name("$c")]),
            ("$$a", vec![]),
            ("é", vec![]),
            ("a[b][0]", vec![name("a"), key("b"), number(0)]),
            ("a[]", vec![name("a"), key("")]),
            ("a[ -1_0 ]", vec![name("a"), number(-10)]),
            ("a[é(]", vec![name("a"), key("é(")]),
            ("a[b", vec![name("a")]),
            ("a]", vec![name("a")]),
            ("a()", vec![name("a"), call(&[])]),
            ("a( )", vec![name("a"), call(&[" "])]),
            ("a( b,  c ,d)", vec![name("a"), call(&[" b", "c ", "d"])]),
            ("a(,)", vec![name("a"), call(&["", ""])]),
            ("a(b(c)d)", vec![name("a"), call(&["b(c"]), name("d")]),
            ("a(b", vec![name("a")]),
            ("[0]()", vec![number(0), call(&[])]),
        ] {
            assert_eq!(scan(expression.as_bytes()), Ok(tokens), "{expression}");
        }
        for expression in [&b"a[\xff]"[..], b"a(\xff)", b"a[b] [c](\xff)[d](\xff"] {
            let expected = if expression.starts_with(b"a[b] ") {
                Ok(vec![name("a"), key("b")])
            } else {
                Err(Wrong::NotUtf8)
            };
            assert_eq!(scan(expression), expected);
        }
    }

    /// The bytes of a token that is written in one way only.
    fn written(token: &Token) -> String {
        match token {
            Token::Assign(name) => format!("{name}:"),
            Token::Name(name) => name.clone(),
            Token::Index(Index::Number(number)) => format!("[{number}]"),
            Token::Index(Index::Key(key)) => format!("[{key}]"),
            Token::Arguments(arguments) => format!("({})", arguments.join(", ")),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]

        /// Tokens that cannot run into each other are read as they were written.
        #[test]
        fn what_is_written_is_read(
            begins in prop_oneof![
                "\\$[a-z_]{1,4}".prop_map(Token::Assign),
                "\\$?[a-z_]{1,4}".prop_map(Token::Name),
            ],
            follow in proptest::collection::vec(prop_oneof![
                any::<i64>().prop_map(|number| Token::Index(Index::Number(number.into()))),
                "[^0-9\\]]{0,4}".prop_map(|key| Token::Index(Index::Key(key))),
                Just(Token::Arguments(Vec::new())),
                proptest::collection::vec("[^,)\\s]{1,4}", 1..4).prop_map(Token::Arguments),
            ], 0..5),
            rest in "([ .)\\]].{0,5})?",
        ) {
            let expected: Vec<_> = std::iter::once(begins).chain(follow).collect();
            let text: String = expected.iter().map(written).collect();
            prop_assert_eq!(scan((text + &rest).as_bytes()), Ok(expected));
        }

        #[test]
        fn any_bytes_can_be_read(expression in proptest::collection::vec(any::<u8>(), 0..30)) {
            if let Ok(tokens) = scan(&expression) {
                prop_assert!(tokens.len() <= expression.len());
            }
        }
    }
}
