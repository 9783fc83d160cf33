//! A client that is a command: it runs once for each case, with the URL in its arguments. Its standard output
//! is the content of the response, and an exit status other than 0 a failure.

use std::io;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::time::Instant;

use super::group::Group;
use super::output::{self, MAX_OUTPUT, Whole};
use super::words::Words;
use super::{Client, Connect};
use crate::case::Ask;
use crate::outcome::{Ended, Outcome, Response};
use crate::stage::{Patience, Stage};

/// The placeholder for the URL of the case.
pub const URL: &str = "{url}";

/// The placeholder for the method. Without it, the command sends GET.
pub const METHOD: &str = "{method}";

/// A command with placeholders in its arguments.
#[derive(Clone, Debug)]
pub struct CommandLine {
    program: String,
    arguments: Vec<String>,
}

impl CommandLine {
    /// The command, or `None` if no argument has the placeholder for the URL.
    pub fn of(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        arguments
            .iter()
            .any(|word| word.contains(URL))
            .then(|| Self {
                program: program.clone(),
                arguments: arguments.to_vec(),
            })
    }

    fn has(&self, placeholder: &str) -> bool {
        self.arguments.iter().any(|word| word.contains(placeholder))
    }

    fn filled(&self, request: &Ask, stage: &Stage, target: &str) -> Vec<String> {
        let url = stage.url(&request.reference(target));
        let values = [(URL, url), (METHOD, request.method.clone())];
        let fill = |word: &String| {
            let filled = values.iter();
            filled.fold(word.clone(), |word, (name, value)| {
                word.replace(name, value)
            })
        };
        self.arguments.iter().map(fill).collect()
    }
}

impl Connect for CommandLine {
    fn name(&self) -> String {
        let file = self.program.rsplit('/').next();
        file.unwrap_or(&self.program).to_owned()
    }

    fn connect(&self) -> io::Result<Box<dyn Client + '_>> {
        Ok(Box::new(self.clone()))
    }
}

impl Client for CommandLine {
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        if request.method != "GET" && !self.has(METHOD) {
            let needs = format!("add {METHOD} to the command to send {}", request.method);
            return Outcome::without_response(Ended::Unable(needs), Default::default());
        }
        let plain = Ask {
            method: request.method.clone(),
            fragment: request.fragment.clone(),
            ..Ask::default()
        };
        if *request != plain {
            let needs = "a command can be told neither to send fields and content nor to drop a response; use a driver";
            return Outcome::without_response(Ended::Unable(needs.into()), Default::default());
        }
        let began = Instant::now();
        let mut outcome = match self.run(request, target, stage, patience) {
            Ok(outcome) => outcome,
            Err(error) => {
                Outcome::without_response(Ended::Broke(error.to_string()), Default::default())
            }
        };
        outcome.took = began.elapsed();
        outcome
    }

    fn keeps_connections(&self) -> bool {
        false
    }
}

impl CommandLine {
    fn run(
        &self,
        request: &Ask,
        target: &str,
        stage: &Stage,
        patience: Patience,
    ) -> io::Result<Outcome> {
        let arguments = self.filled(request, stage, target);
        let (group, mut child) = Group::start(&self.program, &arguments)?;
        drop(child.stdin.take());
        let stdout = child.stdout.take().map(Whole::of);
        let stderr = child.stderr.take().map(Words::of);
        let (Some(stdout), Some(stderr)) = (stdout, stderr) else {
            return Err(io::Error::other("the child has no pipes"));
        };
        let exited = output::in_thread(move || child.wait());
        let mut is_flooded = false;
        let status = output::wait(
            &exited,
            || stage.deadline(patience),
            || {
                is_flooded |= stdout.is_flooded();
                is_flooded
            },
        );
        group.kill();
        let ended = match status {
            _ if is_flooded || stdout.is_flooded() => flooded(),
            None => Ended::TimedOut,
            Some(status) => ended(status?),
        };
        // A child that was killed is waited for by its thread.
        stderr.wait();
        let printed = stderr.take();
        let content = match ended {
            Ended::Broke(_) => None,
            _ => Some(stdout.end()),
        };
        let response = Response {
            content,
            ..Response::default()
        };
        Ok(Outcome {
            ended: with_words(ended, &printed),
            response,
            took: Default::default(),
            printed,
        })
    }
}

fn flooded() -> Ended {
    let mib = MAX_OUTPUT / 1024 / 1024;
    Ended::Broke(format!("printed more than {mib} MiB"))
}

fn ended(status: ExitStatus) -> Ended {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ended::Complete,
        (Some(code), _) => Ended::Failed {
            kind: format!("exit status {code}"),
            text: String::new(),
        },
        (None, signal) => Ended::Crashed(format!("ended by signal {}", signal.unwrap_or_default())),
    }
}

/// Adds the last line on standard error to a failure.
fn with_words(ended: Ended, printed: &str) -> Ended {
    match ended {
        Ended::Failed { kind, .. } => Ended::Failed {
            kind,
            text: printed.lines().last().unwrap_or_default().to_owned(),
        },
        ended => ended,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_url() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert!(CommandLine::of(&words("curl -s {url}")).is_some());
        assert!(CommandLine::of(&words("curl -s --url={url}")).is_some());
        assert!(CommandLine::of(&words("python driver.py")).is_none());
        assert!(CommandLine::of(&[]).is_none());
    }

    #[test]
    fn an_exit_status_is_an_outcome() {
        for (raw, is_complete) in [(0, true), (22 << 8, false), (9, false)] {
            let ended = ended(ExitStatus::from_raw(raw));
            assert_eq!(ended == Ended::Complete, is_complete, "{ended:?}");
        }
        assert!(matches!(ended(ExitStatus::from_raw(11)), Ended::Crashed(_)));
        let failed = with_words(ended(ExitStatus::from_raw(256)), "a\ncurl: (8) Weird");
        let Ended::Failed { kind, text } = failed else {
            panic!("{failed:?}");
        };
        assert_eq!((&*kind, &*text), ("exit status 1", "curl: (8) Weird"));
    }
}
