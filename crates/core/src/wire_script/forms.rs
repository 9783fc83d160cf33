//! Which form of a step a `.wire` file has: by the first word, the qualifier and the token after them; and what
//! an error says that may follow. The forms are those of `table.rs`.

use super::form::{Form, Takes};
use super::items::{ITEM, begins_item};
use super::one_of;
use super::operands::{COUNT, EVENT, NAME, TIME};
use super::table::{FORMS, takes_argument};
use super::tokens::Token;

/// The word whose qualifier follows a number.
pub(super) const FIRST: &str = "first";

/// A block, as errors name it.
pub(super) const BLOCK: &str = "`{` or a step";

/// The form with this word and qualifier to which the next token belongs, or the form that comes closest.
pub(super) fn form_of(
    word: &str,
    qualifier: Option<&str>,
    first: &Token<'_>,
) -> Option<&'static Form> {
    let forms = || {
        let is_alike = |form: &&Form| form.word == word && form.qualifier == qualifier;
        FORMS.iter().filter(is_alike)
    };
    let with_argument = || forms().find(|form| takes_argument(form) && fits(form, first));
    let without = || forms().find(|form| !takes_argument(form));
    with_argument().or_else(without).or_else(|| forms().next())
}

/// Whether a token begins the argument of a form, if it has one.
pub(super) fn fits(form: &Form, token: &Token<'_>) -> bool {
    match form.takes {
        Takes::Nothing(_) => true,
        Takes::Bytes(_) | Takes::Data(_) => begins_item(token) || *token == Token::Word("by"),
        Takes::Pattern(_) | Takes::Fields(_) | Takes::Frame(_) => begins_item(token),
        Takes::Event(_) | Takes::Named(_) | Takes::Containing(_) => {
            matches!(token, Token::Bytes(_))
        }
        Takes::Count(_) | Takes::Time(_) | Takes::Close(_) | Takes::Repeat(_) | Takes::First(_) => {
            matches!(token, Token::Number(_))
        }
        Takes::Block(_) => matches!(token, Token::Sign('{') | Token::Word(_)),
    }
}

/// What may follow the first word of a step, or its qualifier, for an error.
pub(super) fn arguments(word: &str, qualifier: Option<&str>) -> String {
    let left = |form: &Form| match qualifier {
        Some(_) => None,
        None => form.qualifier,
    };
    let of_form = |form: &Form| match (left(form), form.takes) {
        (Some(qualifier), _) => format!("`{qualifier}`"),
        (None, Takes::Nothing(_)) => "the end of the step".to_owned(),
        (None, Takes::Bytes(_) | Takes::Pattern(_) | Takes::Fields(_) | Takes::Data(_)) => {
            ITEM.to_owned()
        }
        (None, Takes::Frame(_)) => format!("an option or {ITEM}"),
        (None, Takes::Close(_)) => "a code".to_owned(),
        (None, Takes::Event(_)) => EVENT.to_owned(),
        (None, Takes::Count(_) | Takes::Repeat(_) | Takes::First(_)) => COUNT.to_owned(),
        (None, Takes::Time(_)) => TIME.to_owned(),
        (None, Takes::Named(_) | Takes::Containing(_)) => NAME.to_owned(),
        (None, Takes::Block(_)) => BLOCK.to_owned(),
    };
    let is_alike =
        |form: &&Form| form.word == word && (qualifier.is_none() || form.qualifier == qualifier);
    let mut choices: Vec<_> = FORMS.iter().filter(is_alike).map(of_form).collect();
    choices.dedup();
    one_of(&choices)
}
