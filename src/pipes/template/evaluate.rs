//! The value of a template expression, and the variables that it sets for later expressions.

use std::collections::HashMap;

use super::Wrong;
use super::scope::Scope;
use super::tokens::{self, Token};
use super::values::Value;

/// The variables set so far, by names that begin with `$`.
#[derive(Default)]
pub(super) struct Variables<'e>(HashMap<String, Value<'e>>);

/// The value of an expression as text.
pub(super) fn text<'e>(
    expression: &[u8],
    variables: &mut Variables<'e>,
    scope: &dyn Scope<'e>,
) -> Result<String, Wrong> {
    let mut tokens = tokens::scan(expression)?.into_iter();
    let mut first = tokens.next();
    let variable = match &mut first {
        Some(Token::Assign(name)) => {
            let name = std::mem::take(name);
            first = tokens.next();
            Some(name)
        }
        _ => None,
    };
    let Some(Token::Name(name)) = first else {
        return Err(Wrong::NoName);
    };
    let mut value = match variables.0.get(&name) {
        Some(value) => value.clone(),
        None => Value::named(&name, scope)?,
    };
    for token in tokens {
        value = match token {
            Token::Index(index) => value.item(&index)?,
            Token::Arguments(arguments) => value.call(&arguments, scope)?,
            Token::Name(name) | Token::Assign(name) => return Err(Wrong::SecondName(name)),
        };
    }
    let text = value.text()?;
    if let Some(variable) = variable {
        variables.0.insert(variable, value);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipes::template::Fixture;

    #[test]
    fn variables_are_values() {
        let fixture = Fixture::new("GET / HTTP/1.1\r\nX-A: ab\r\n\r\n");
        let mut variables = Variables::default();
        for (expression, expected) in [
            ("$a:headers[X-A]", Ok("ab")),
            // Bytes still, not text: their items are numbers.
            ("$a[0]", Ok("97")),
            ("$b:$a[1]", Ok("98")),
            ("$b", Ok("98")),
            ("$b[0]", Err(Wrong::NotIndexed)),
            ("$a:host", Ok("a.test")),
            ("$a", Ok("a.test")),
            ("$c:ports", Err(Wrong::NotText)),
            ("$c", Err(Wrong::Undefined("$c".to_owned()))),
            ("$a:", Err(Wrong::NoName)),
            ("$a:$b:host", Err(Wrong::NoName)),
            ("$a:[0]", Err(Wrong::NoName)),
            ("host$a", Err(Wrong::SecondName("$a".to_owned()))),
            ("host$a:", Err(Wrong::SecondName("$a".to_owned()))),
        ] {
            let text = text(expression.as_bytes(), &mut variables, &fixture.context());
            assert_eq!(text, expected.map(str::to_owned), "{expression}");
        }
    }
}
