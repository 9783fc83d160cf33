//! The value of a template expression, and the variables that it sets for later expressions.

use std::collections::HashMap;
use std::rc::Rc;

use super::Wrong;
use super::functions;
use super::scope::Scope;
use super::tokens::{self, Index, Token};
use super::values::{Function, Value};

/// The variables set so far, by names that begin with `$`.
#[derive(Default)]
pub(super) struct Variables<'e>(HashMap<String, Value<'e>>);

/// The value of an expression as text.
#[cfg(test)]
pub(super) fn text<'e>(
    expression: &[u8],
    variables: &mut Variables<'e>,
    scope: &dyn Scope<'e>,
) -> Result<String, Wrong> {
    shown(expression, variables, scope, Value::text)
}

/// The value of an expression as `show` shows it.
pub(super) fn shown<'e, T>(
    expression: &[u8],
    variables: &mut Variables<'e>,
    scope: &dyn Scope<'e>,
    show: impl FnOnce(&Value<'e>) -> Result<T, Wrong>,
) -> Result<T, Wrong> {
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
        None => named(&name, scope)?,
    };
    for token in tokens {
        value = match token {
            Token::Index(index) => value.item(&index)?,
            Token::Arguments(arguments) => match value {
                Value::Function(function) => functions::call(function, &arguments, scope)?,
                _ => return Err(Wrong::NotCalled),
            },
            Token::Name(name) | Token::Assign(name) => return Err(Wrong::SecondName(name)),
        };
    }
    let text = show(&value)?;
    if let Some(variable) = variable {
        variables.0.insert(variable, value);
    }
    Ok(text)
}

/// The value of a name: a function, part of the request, or a key of the server's configuration, in this
/// order.
fn named<'e>(name: &str, scope: &dyn Scope<'e>) -> Result<Value<'e>, Wrong> {
    if let Some(function) = Function::named(name) {
        return Ok(Value::Function(function));
    }
    let config = |key: &str| {
        let value = scope.config(key)?;
        value.ok_or_else(|| Wrong::Undefined(name.to_owned()))
    };
    match name {
        "headers" => scope.headers(),
        "GET" => scope.parameters(),
        "hosts" => config("all_domains"),
        "domains" => config("all_domains")?.item(&Index::Key(String::new())),
        "host" => config("browser_host"),
        "location" | "url_base" => match scope.config(name)? {
            Some(value) => Ok(value),
            None if name == "location" => {
                let location = scope.location()?;
                Ok(Value::Object(Rc::new(location)))
            }
            None => scope.url_base().map(Value::Text),
        },
        name => config(name),
    }
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
