//! The parser of blocks in `.wire` files: steps in braces, or one step after the step that it belongs to.

use super::form::{Form, Takes};
use super::forms::{BLOCK, FIRST, arguments};
use super::limits::MAX_DEPTH;
use super::parse::{Lines, Parser};
use super::parse_error::{ParseError, similar_words};
use super::table::{self, FORMS};
use super::tokens::{Token, wrong};
use super::{Place, Step, WireScript};

impl Parser<'_> {
    /// A step, and what belongs to it on the same line: `on timeout` and `else`.
    pub(super) fn statement(&mut self, lines: Lines) -> Result<(), ParseError> {
        self.line()?;
        while let Token::Word(word @ ("on" | "else")) = *self.tokens.first() {
            if lines == Lines::Shared && !self.script.can_be_followed_by(word) {
                break;
            }
            self.line()?;
        }
        Ok(())
    }

    /// The rest of a condition that ends with bytes.
    pub(super) fn containing(
        &mut self,
        form: &Form,
        name: String,
        line: usize,
    ) -> Result<(), ParseError> {
        let is_alike = |other: &&Form| (other.word, other.qualifier) == (form.word, form.qualifier);
        let makes = FORMS.iter().filter(is_alike).map(|form| form.takes);
        let make = makes.into_iter().find_map(|takes| match takes {
            Takes::Containing(make) => Some(make),
            _ => None,
        });
        let (Some(make), Token::Bytes(bytes)) = (make, self.tokens.first()) else {
            return self.tokens.expected("a string");
        };
        let bytes = bytes.clone();
        self.tokens.take()?;
        self.block(form, |block| make(name, bytes, block, None), line)
    }

    /// The rest of a step whose qualifier follows a number. Of one request, it may be in the singular.
    pub(super) fn first(&mut self, line: usize) -> Result<(), ParseError> {
        let count = self.tokens.count()?;
        let forms = || FORMS.iter().filter(|form| form.word == FIRST);
        let is_this = |word: &str| {
            *self.tokens.first() == Token::Word(word)
                || word.strip_suffix('s').map(Token::Word).as_ref() == Some(self.tokens.first())
        };
        let form = forms().find(|form| form.qualifier.is_some_and(is_this));
        let Some((form, Takes::First(make))) = form.map(|form| (form, form.takes)) else {
            return self.tokens.expected(&arguments(FIRST, None));
        };
        self.tokens.take()?;
        self.admit(form, line)?;
        self.block(form, |block| make(count, block, None), line)
    }

    /// A block, in braces or as one step, and the step to which it belongs.
    pub(super) fn block(
        &mut self,
        form: &Form,
        make: impl FnOnce(WireScript) -> Step,
        line: usize,
    ) -> Result<(), ParseError> {
        if self.blocks == MAX_DEPTH {
            return wrong(
                line,
                format!("expected at most {MAX_DEPTH} nested blocks, found more"),
            );
        }
        self.blocks += 1;
        let (inner, entered) = self.script.enter(form);
        let outer = std::mem::replace(&mut self.script, inner);
        if self.tokens.take_if(&Token::Sign('{'))? {
            while self.tokens.take_if(&Token::StepBegins)? {
                self.statement(Lines::Own)?;
                let ends = [Token::StepBegins, Token::Sign('}'), Token::End];
                if !ends.contains(self.tokens.first()) {
                    return self.tokens.expected("the end of the step");
                }
            }
            if !self.tokens.take_if(&Token::Sign('}'))? {
                let found = match self.tokens.first() {
                    Token::End => "the end of the script".to_owned(),
                    other => other.to_string(),
                };
                return self.tokens.wrong(format!(
                    "expected `}}` to end the block that begins in line {line}, found {found}"
                ));
            }
        } else if matches!(self.tokens.first(), Token::Word(word) if may_begin_a_step(word)) {
            self.statement(Lines::Shared)?;
        } else {
            return self.tokens.expected(BLOCK);
        }
        let block = std::mem::replace(&mut self.script, outer);
        self.blocks -= 1;
        self.count_step(line)?;
        let left = self.script.leave(entered, block, make, Place::Line(line));
        left.or_else(|error| wrong(line, error.to_string()))
    }
}

/// Whether a word begins a step, or was perhaps meant to.
fn may_begin_a_step(word: &str) -> bool {
    let words: Vec<_> = ["let"].into_iter().chain(table::words()).collect();
    !similar_words(&words, word).is_empty()
}
