//! `sub` and `sub(html)` fill in the content as a template, and escape the values for markup; `sub(none)`
//! does not escape. `template` is the language.

use bytes::Bytes;

use crate::exchange::Content;

use super::response::whole;
use super::template::{self, Escape, Scope};
use super::{Pipe, PipeError, PipedResponse, WrongArguments};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sub {
    /// An unknown name is an error only if there is a placeholder, as in the reference.
    escape: Result<Escape, String>,
}

impl Pipe for Sub {
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments> {
        let name = arguments.first().map_or(HTML, String::as_str);
        Ok(Self {
            escape: escape_named(name),
        })
    }

    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        scope: &dyn Scope<'_>,
    ) -> Result<(), PipeError> {
        let content = whole(response, scope)?;
        let filled = fill(content, self.escape, scope)?;
        response.set_content(Content::Bytes(filled))
    }
}

/// The name of the escape for markup.
pub(super) const HTML: &str = "html";

/// The name of no escape.
pub(super) const NONE: &str = "none";

fn escape_named(name: &str) -> Result<Escape, String> {
    match name {
        HTML => Ok(Escape::Html),
        NONE => Ok(Escape::None),
        _ => Err(name.to_owned()),
    }
}

/// Fills in a template with the escape of this name.
///
/// # Errors
/// A placeholder without a value, or an unknown escape if there is a placeholder.
pub fn fill_escaped(
    content: Bytes,
    escape: &str,
    scope: &dyn Scope<'_>,
) -> Result<Vec<u8>, PipeError> {
    fill(content, escape_named(escape), scope)
}

fn fill(
    content: Bytes,
    escape: Result<Escape, String>,
    scope: &dyn Scope<'_>,
) -> Result<Vec<u8>, PipeError> {
    match escape {
        Ok(escape) => Ok(template::fill(&content, escape, scope)?),
        Err(_) if !template::has_placeholder(&content) => Ok(content.into()),
        Err(name) => Err(PipeError::Escape(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes() {
        for (arguments, sub) in [
            (&[][..], Some(Ok(Escape::Html))),
            (&["html"], Some(Ok(Escape::Html))),
            (&["none"], Some(Ok(Escape::None))),
            (&["null"], Some(Err("null".to_owned()))),
            (&[""], Some(Err(String::new()))),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let found = Sub::parse(&arguments).ok().map(|sub| sub.escape);
            assert_eq!(found, sub, "{arguments:?}");
        }
    }
}
