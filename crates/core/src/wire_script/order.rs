//! The order of steps: no step follows one that ends the script, nothing is sent after a half-close, and
//! `else` and `on timeout` follow what they belong to. Of blocks that are played or not, the order assumes
//! what closes more; a repeated block must be able to follow itself. The `.wire` parser, the Rust builder and
//! Python's `script()` all ask [`Order`], so they refuse the same scripts with the same words.

use std::fmt;

use thiserror::Error;

use super::form::{Effect, Follows, Form};
use super::size::TooLarge;
use super::{Step, WireScript};

/// Where a step is written.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a `.wire` file, counted from 1.
    Line(usize),
    /// A position in a list of steps, counted from 1.
    Step(usize),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Step(number) => write!(f, "step {number}"),
        }
    }
}

/// A step that earlier steps make impossible.
///
/// ```
/// use wireserve::WireScript;
/// use wireserve::wire_script::{Misplaced, Step};
///
/// let steps = vec![Step::Reset, Step::Send(b"too late".to_vec())];
/// let error: Misplaced = WireScript::try_from(steps).expect_err("`reset` is the last step");
/// assert_eq!(error.to_string(), "unreachable: `reset` ends the script (step 1)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(transparent)]
pub struct Misplaced(Reason);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
enum Reason {
    /// The script has ended.
    #[error("unreachable: `{word}` ends the script ({place})")]
    Unreachable { word: &'static str, place: Place },
    /// The sending side is closed.
    #[error("cannot send: `half_close` closes the sending side ({place})")]
    CannotSend { place: Place },
    #[error("expected `else` after a block of `if`, `unless` or `first`, found it {0}")]
    NoCondition(After),
    #[error("expected `on timeout` after a step with `within`, found it {0}")]
    NoLimit(After),
    #[error(transparent)]
    TooLarge(TooLarge),
}

impl From<TooLarge> for Misplaced {
    fn from(error: TooLarge) -> Self {
        Self(Reason::TooLarge(error))
    }
}

/// The step before another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct After(Option<&'static str>);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(word) => write!(f, "after `{word}`"),
            None => f.write_str("at the beginning"),
        }
    }
}

/// Judges the steps of a script one after the other.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Order {
    state: State,
    /// Of the condition that was added last, for an `else`.
    branch: Option<Branch>,
}

/// What the steps so far leave of the connection.
#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Open,
    HalfClosed {
        place: Place,
    },
    Ended {
        word: &'static str,
        place: Place,
    },
}

/// The states before and after a block that may not be played.
#[derive(Clone, Copy, Debug)]
struct Branch {
    before: State,
    after: State,
}

/// The states before a block, for [`Order::leave`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Entered {
    before: State,
    /// After the block that is played instead.
    beside: Option<State>,
}

impl Order {
    /// Adds a step of this form after another step. Its block is entered next, if it has one.
    ///
    /// # Errors
    /// The steps so far make it impossible.
    pub(super) fn add(
        &mut self,
        form: &Form,
        last: Option<&Step>,
        place: Place,
    ) -> Result<(), Misplaced> {
        let follows = form.follows();
        if !follows.is_met(last) {
            let after = After(last.map(Step::name));
            return Err(Misplaced(match follows {
                Follows::Limit => Reason::NoLimit(after),
                Follows::Any | Follows::Condition => Reason::NoCondition(after),
            }));
        }
        self.state = match (self.state, form.effect) {
            (State::Ended { word, place }, _) => {
                return Err(Misplaced(Reason::Unreachable { word, place }));
            }
            (State::HalfClosed { place }, Effect::Sends) => {
                return Err(Misplaced(Reason::CannotSend { place }));
            }
            (_, Effect::Ends) => State::Ended {
                word: form.word,
                place,
            },
            (State::Open, Effect::HalfCloses) => State::HalfClosed { place },
            (state, Effect::Sends | Effect::Waits | Effect::HalfCloses) => state,
        };
        Ok(())
    }

    /// Adds the block of a step that was added.
    ///
    /// # Errors
    /// The steps so far make a step of the block impossible.
    pub(super) fn add_block(&mut self, step: &Step, place: Place) -> Result<(), Misplaced> {
        if let Some(block) = step.block() {
            let entered = self.enter(step.form());
            self.walk(block, place)?;
            self.leave(step, entered, place)?;
        }
        Ok(())
    }

    /// Begins the block of a step of this form; its steps are added next.
    pub(super) fn enter(&mut self, form: &Form) -> Entered {
        let branch = self.branch.take();
        match (form.follows(), branch) {
            (Follows::Condition, Some(Branch { before, after })) => {
                self.state = before;
                Entered {
                    before,
                    beside: Some(after),
                }
            }
            _ => Entered {
                before: self.state,
                beside: None,
            },
        }
    }

    /// Ends the block of a step.
    ///
    /// # Errors
    /// A block cannot be repeated.
    pub(super) fn leave(
        &mut self,
        step: &Step,
        entered: Entered,
        place: Place,
    ) -> Result<(), Misplaced> {
        let Entered { before, beside } = entered;
        let after = self.state;
        self.state = match step {
            Step::Repeat(0, _) => before,
            Step::Repeat(1, _) => after,
            Step::Repeat(_, block) => {
                self.walk(block, place)?;
                after
            }
            _ => beside.unwrap_or(before).join(after),
        };
        if is_condition(step) {
            self.branch = Some(Branch { before, after });
        }
        Ok(())
    }

    fn walk(&mut self, block: &WireScript, place: Place) -> Result<(), Misplaced> {
        let mut last = None;
        for step in block.steps() {
            self.add(step.form(), last, place)?;
            self.add_block(step, place)?;
            last = Some(step);
        }
        Ok(())
    }
}

impl State {
    /// What is certain after one of two blocks: that something can be sent only if it can after both.
    fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Ended { .. }, other) | (other, Self::Ended { .. }) => other,
            (Self::Open, other) => other,
            (half_closed, _) => half_closed,
        }
    }
}

impl Follows {
    /// Whether the step before is such a step.
    pub(super) fn is_met(self, last: Option<&Step>) -> bool {
        match self {
            Self::Any => true,
            Self::Condition => last.is_some_and(is_condition),
            Self::Limit => last.is_some_and(|step| step.parts().limit.is_some()),
        }
    }
}

fn is_condition(step: &Step) -> bool {
    matches!(step, Step::If(..) | Step::Unless(..) | Step::First(..))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::wire_script::BlockSteps as _;
    use crate::wire_script::table::{FORMS, before, sample};
    use crate::wire_script::{By, MAX_DEPTH};

    /// Each form after each other. A block that follows sends something.
    #[test]
    fn what_may_follow_a_step() {
        for first in FORMS {
            let before = before(first);
            let number = before.steps().len() + 1;
            for second in FORMS.iter().filter(|form| form.follows() == Follows::Any) {
                let found = before.clone().step(sample(first)).add(sample(second));
                let found = found.map_err(|error| error.to_string());
                let word = first.word;
                match (first.effect, second.effect) {
                    (Effect::Ends, _) => assert_eq!(
                        found,
                        Err(format!(
                            "unreachable: `{word}` ends the script (step {number})"
                        ))
                    ),
                    (Effect::HalfCloses, effect)
                        if effect == Effect::Sends || sample(second).block().is_some() =>
                    {
                        assert_eq!(
                            found.as_ref().map_err(String::as_str),
                            Err("cannot send: `half_close` closes the sending side (step 1)")
                        );
                    }
                    _ => assert!(found.is_ok(), "{found:?}"),
                }
            }
        }
    }

    /// A script may end in one of two blocks; after both, it has ended.
    #[test]
    fn blocks_that_may_not_be_played() {
        let new = WireScript::new;
        let ends = || new().if_method("A", new().close());
        for (script, next, expected) in [
            (ends(), Step::Reset, Ok(())),
            (ends().otherwise(new().set("a")), Step::Reset, Ok(())),
            (
                ends().otherwise(new().reset()),
                Step::Reset,
                Err("unreachable: `reset` ends the script (step 2)"),
            ),
            (
                new().unless_field("A", new().half_close()),
                Step::Else(new().send("a")),
                Ok(()),
            ),
            (
                new().unless_field("A", new().half_close()),
                Step::Send(vec![1]),
                Err("cannot send: `half_close` closes the sending side (step 1)"),
            ),
            (
                new()
                    .read(1)
                    .within(Duration::ZERO)
                    .on_timeout(new().close()),
                Step::Send(vec![1]),
                Ok(()),
            ),
            (
                new().half_close(),
                Step::Repeat(1, new().repeat(1, new().send("a"))),
                Err("cannot send: `half_close` closes the sending side (step 1)"),
            ),
            (
                new(),
                Step::Repeat(2, new().send("a").half_close()),
                Err("cannot send: `half_close` closes the sending side (step 1)"),
            ),
            (new(), Step::Repeat(1, new().send("a").half_close()), Ok(())),
            (
                new().repeat(0, new().close()),
                Step::Repeat(1 << 40, new().repeat(0, new())),
                Err("expected at most 100000 steps with all repetitions, found more"),
            ),
        ] {
            let shown = format!("{script}{next}");
            let found = script
                .add(next)
                .map(drop)
                .map_err(|error| error.to_string());
            assert_eq!(
                found.as_ref().map_err(String::as_str),
                expected.as_ref().map_err(|text| *text),
                "{shown}"
            );
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth| {
            let within = |block| WireScript::new().repeat(1, block);
            (0..depth).fold(WireScript::new(), |block, _| within(block))
        };
        let deepest = nested(MAX_DEPTH);
        let text = deepest.to_string();
        assert_eq!(WireScript::parse(text.as_bytes()).as_ref(), Ok(&deepest));
        let error = "expected at most 32 nested blocks, found more";
        let deeper = WireScript::try_from(vec![Step::Repeat(1, deepest)]);
        assert_eq!(deeper.unwrap_err().to_string(), error);
        let text = format!("repeat 1 {{\n{text}}}").replace('\n', "\n  ");
        let found = WireScript::parse(text.as_bytes()).unwrap_err();
        assert_eq!(found.reason, error);
    }

    /// The parser and the builder refuse the same scripts with the same words. Python's `script()` is
    /// held to the same in `tests/`.
    #[test]
    fn the_parser_and_the_builder_judge_alike() {
        for steps in [
            vec![Step::Close, Step::Next(By::Script)],
            vec![Step::Set("a".to_owned()), Step::Hold(None), Step::Reset],
            vec![Step::HalfClose, Step::Next(By::Script), Step::Send(vec![1])],
            vec![Step::HalfClose, Step::Next(By::Site)],
            vec![Step::HalfClose, Step::HalfClose, Step::Close],
        ] {
            let text: String = steps.iter().map(|step| format!("{step}\n")).collect();
            let count = steps.len();
            let parsed = WireScript::parse(text.as_bytes());
            match WireScript::try_from(steps) {
                Ok(script) => assert_eq!(parsed, Ok(script)),
                Err(error) => {
                    let error = error.to_string().replace("step", "line");
                    let expected = format!("line {count}: {error}");
                    assert_eq!(parsed.unwrap_err().to_string(), expected);
                }
            }
        }
    }

    #[test]
    #[should_panic(expected = "step 3: unreachable: `close` ends the script (step 2)")]
    fn the_builder_refuses_what_is_unreachable() {
        let _ = WireScript::new().send("a").close().send("b");
    }

    #[test]
    #[should_panic(expected = "step 2: unreachable: `reset` ends the script (line 3)")]
    fn the_builder_knows_where_a_parsed_script_ends() {
        let parsed = WireScript::parse(b"# a\n\nreset\n").unwrap();
        let _ = parsed.close();
    }
}
