//! `sub` fills in the template that the content is; `sub(none)` without escaping what goes in. What
//! a template may say is `template`'s business.

use crate::exchange::{Content, Response};

use super::template::{self, Escape};
use super::{Context, PipeError, WrongArguments, whole};

/// The pipe.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Sub {
    /// An escape, or a name that none has: that is an error once there is something to escape.
    escape: Result<Escape, String>,
}

impl Sub {
    pub(super) fn of(arguments: &[String]) -> Result<Self, WrongArguments> {
        let escape = match arguments {
            [] => Ok(Escape::Html),
            [name] if name == "html" => Ok(Escape::Html),
            [name] if name == "none" => Ok(Escape::None),
            [name] => Err(name.clone()),
            _ => {
                let (takes, given) = ("at most 1 argument", arguments.len());
                return Err(WrongArguments::Count { takes, given });
            }
        };
        Ok(Self { escape })
    }

    /// The pipe of a file that is a template by its name.
    pub(super) fn by_name(escape: Escape) -> Self {
        Self { escape: Ok(escape) }
    }

    pub(super) fn apply(
        self,
        response: &mut Response,
        context: &Context<'_>,
    ) -> Result<(), PipeError> {
        let content = whole::take(response)?;
        response.content = Content::Bytes(match self.escape {
            Ok(escape) => template::fill(&content, escape, context)?,
            Err(_) if !template::has_placeholder(&content) => content,
            Err(name) => return Err(PipeError::Escape(name)),
        });
        Ok(())
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
            (&["html", "none"], None),
        ] {
            let arguments: Vec<_> = arguments.iter().map(ToString::to_string).collect();
            let found = Sub::of(&arguments).ok().map(|sub| sub.escape);
            assert_eq!(found, sub, "{arguments:?}");
        }
    }
}
