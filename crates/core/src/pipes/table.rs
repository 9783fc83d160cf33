//! The table of pipes. A new pipe is a file in this folder that implements [`Pipe`], a row here, and a
//! row in `docs/files.md`, which a test compares with this table.

use std::ops::RangeInclusive;

use super::gzip::Gzip;
use super::header::Header;
use super::slice::Slice;
use super::status::Status;
use super::sub::Sub;
use super::syntax::Call;
use super::template::Scope;
use super::trickle::Trickle;
use super::{PipeError, PipedResponse, WrongArguments};

/// Every pipe, by name.
pub const PIPES: &[Row] = &[
    Row::new::<Gzip>("gzip", 0..=0),
    Row::new::<Header>("header", 2..=3),
    Row::new::<Slice>("slice", 1..=2),
    Row::new::<Status>("status", 1..=1),
    Row::new::<Sub>("sub", 0..=1),
    Row::new::<Trickle>("trickle", 1..=1),
];

/// A pipe with its arguments, ready to change a response.
pub trait Pipe {
    /// Parses the arguments. Their number has been checked against the table.
    ///
    /// # Errors
    /// An argument that the pipe does not accept.
    fn parse(arguments: &[String]) -> Result<Self, WrongArguments>
    where
        Self: Sized;

    /// Changes a response.
    ///
    /// # Errors
    /// A response or a template that fails. The response is then of no further use.
    fn apply(
        self: Box<Self>,
        response: &mut dyn PipedResponse,
        scope: &dyn Scope<'_>,
    ) -> Result<(), PipeError>;
}

/// Parses the arguments of a pipe.
type Parse = fn(&[String]) -> Result<Box<dyn Pipe>, WrongArguments>;

/// One pipe of the table.
#[derive(Debug)]
pub struct Row {
    /// The name in expressions.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arguments: RangeInclusive<usize>,
    parse: Parse,
}

impl Row {
    const fn new<P: Pipe + 'static>(name: &'static str, arguments: RangeInclusive<usize>) -> Self {
        Self {
            name,
            arguments,
            parse: |arguments| Ok(Box::new(P::parse(arguments)?)),
        }
    }

    /// The pipe with these arguments.
    ///
    /// # Errors
    /// Too few or too many arguments, or one that the pipe does not accept.
    pub fn pipe(&self, arguments: &[String]) -> Result<Box<dyn Pipe>, PipeError> {
        let wrong = |wrong| PipeError::Arguments(self.name.to_owned(), wrong);
        if !self.arguments.contains(&arguments.len()) {
            return Err(wrong(WrongArguments::Count {
                expected: self.arguments.clone(),
                found: arguments.len(),
            }));
        }
        (self.parse)(arguments).map_err(wrong)
    }
}

/// The row of a pipe.
pub fn row(name: &str) -> Option<&'static Row> {
    PIPES.iter().find(|row| row.name == name)
}

/// The pipe that an expression calls.
///
/// # Errors
/// An unknown name, or arguments that the pipe does not accept.
pub fn pipe(call: &Call) -> Result<Box<dyn Pipe>, PipeError> {
    row(&call.name)
        .ok_or_else(|| PipeError::Unknown(call.name.clone()))?
        .pipe(&call.arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first cell of each row in the table of pipes, such as `slice(start[,end])`.
    fn documented() -> Vec<&'static str> {
        let page = include_str!("../../../../docs/files.md");
        let (_, section) = page.split_once("\n## Pipes\n").unwrap();
        let lines = section.lines().take_while(|line| !line.starts_with("## "));
        lines
            .filter_map(|line| line.strip_prefix("| `")?.split('`').next())
            .collect()
    }

    #[test]
    fn every_pipe_and_its_arguments_are_documented() {
        let mut documented: Vec<_> = documented()
            .into_iter()
            .map(|usage| {
                let (name, arguments) = usage.split_once('(').unwrap_or((usage, ""));
                let words = |text: &str| {
                    let letters = |c: char| !c.is_ascii_alphabetic();
                    text.split(letters).filter(|word| !word.is_empty()).count()
                };
                let needed = arguments.split('[').next().unwrap_or_default();
                (name, words(needed)..=words(arguments))
            })
            .collect();
        documented.sort_by_key(|(name, _)| *name);
        let table: Vec<_> = PIPES
            .iter()
            .map(|row| (row.name, row.arguments.clone()))
            .collect();
        assert_eq!(documented, table);
    }

    #[test]
    fn the_number_of_arguments_is_checked() {
        for row in PIPES {
            let fewest = *row.arguments.start();
            let wrong = [fewest.checked_sub(1), Some(row.arguments.end() + 1)];
            for count in wrong.into_iter().flatten() {
                let arguments = vec!["1".to_owned(); count];
                let expected = WrongArguments::Count {
                    expected: row.arguments.clone(),
                    found: count,
                };
                match row.pipe(&arguments) {
                    Err(PipeError::Arguments(name, found)) => {
                        assert_eq!((name.as_str(), found), (row.name, expected));
                    }
                    _ => panic!("{} accepts {count} arguments", row.name),
                }
            }
        }
    }
}
