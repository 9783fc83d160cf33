//! The order of steps: no step follows one that ends the script, and nothing is sent after a
//! half-close. The `.wire` parser, the Rust builder and Python's `script()` all ask [`Order`], so they
//! refuse the same scripts with the same words.

use std::fmt;

use thiserror::Error;

use super::table::{Effect, Form};

/// Where a step is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
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
}

/// What the steps so far leave of the connection.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Order {
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

impl Order {
    /// Adds a step of this form.
    ///
    /// # Errors
    /// The steps so far make it impossible.
    pub(super) fn add(&mut self, form: &Form, place: Place) -> Result<(), Misplaced> {
        *self = match (*self, form.effect) {
            (Self::Ended { word, place }, _) => {
                return Err(Misplaced(Reason::Unreachable { word, place }));
            }
            (Self::HalfClosed { place }, Effect::Sends) => {
                return Err(Misplaced(Reason::CannotSend { place }));
            }
            (_, Effect::Ends) => Self::Ended {
                word: form.word,
                place,
            },
            (Self::Open, Effect::HalfCloses) => Self::HalfClosed { place },
            (order, Effect::Sends | Effect::Waits | Effect::HalfCloses) => order,
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire_script::table::{FORMS, sample};
    use crate::wire_script::{By, Step, WireScript};

    /// Each form after each other.
    #[test]
    fn what_may_follow_a_step() {
        for first in FORMS {
            for second in FORMS {
                let steps = vec![sample(first), sample(second)];
                let found = WireScript::try_from(steps).map_err(|error| error.to_string());
                let word = first.word;
                match (first.effect, second.effect) {
                    (Effect::Ends, _) => assert_eq!(
                        found,
                        Err(format!("unreachable: `{word}` ends the script (step 1)"))
                    ),
                    (Effect::HalfCloses, Effect::Sends) => assert_eq!(
                        found.as_ref().map_err(String::as_str),
                        Err("cannot send: `half_close` closes the sending side (step 1)")
                    ),
                    _ => assert!(found.is_ok(), "{found:?}"),
                }
            }
        }
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
