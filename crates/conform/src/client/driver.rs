//! A client that is a driver: a program that runs for many cases, reads a request a line and writes an outcome
//! a line ([`protocol`]). A driver that exits, hangs or breaks the protocol is ended, and another one is
//! started for the next request.

use std::io::{self, Write as _};
use std::process::{Child, ChildStdin};
use std::thread;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use super::group::Group;
use super::output::{Line, Lines, MAX_OUTPUT};
use super::protocol::{self, Greeting, RequestLine};
use super::words::Words;
use super::{Client, Connect};
use crate::case::Ask;
use crate::outcome::{Ended, Outcome};
use crate::stage::{Patience, Stage};

/// How long a driver may take to greet. Some start a virtual machine, on a busy computer.
const GREETING: Duration = Duration::from_secs(60);

/// How long a driver that has closed its output may take to exit.
const EXIT: Duration = Duration::from_secs(1);

/// How often it is asked whether it has exited, or read its input.
const STEP: Duration = Duration::from_millis(5);

/// Bytes that an empty pipe takes at once (pipe(7)).
const PIPE: usize = 64 * 1024;

/// A driver's command.
pub struct Driver {
    program: String,
    arguments: Vec<String>,
    /// What it calls its client, once one has started.
    name: Mutex<Option<String>>,
}

impl Driver {
    /// The driver that this command starts; `None` if there is no command.
    pub fn of(words: &[String]) -> Option<Self> {
        let (program, arguments) = words.split_first()?;
        Some(Self {
            program: program.clone(),
            arguments: arguments.to_vec(),
            name: Mutex::default(),
        })
    }
}

impl Connect for Driver {
    fn name(&self) -> String {
        let name = self.name.lock();
        name.clone().unwrap_or_else(|| self.program.clone())
    }

    fn connect(&self) -> io::Result<Box<dyn Client + '_>> {
        let running = Running::start(self)?;
        Ok(Box::new(Restarting {
            driver: self,
            running: Some(running),
        }))
    }
}

/// A driver that is started again after it has ended.
struct Restarting<'d> {
    driver: &'d Driver,
    running: Option<Running>,
}

impl Client for Restarting<'_> {
    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        let began = Instant::now();
        let running = match self.running.take() {
            Some(running) => Ok(running),
            None => Running::start(self.driver),
        };
        let mut running = match running {
            Ok(running) => running,
            Err(error) => {
                let broke = Ended::Broke(error.to_string());
                return Outcome::without_response(broke, began.elapsed());
            }
        };
        let outcome = running.ask(request, target, stage, patience);
        // After its own time limit, a driver goes on.
        let goes_on = match &outcome.ended {
            Ended::TimedOut => running.is_waiting_for_requests,
            Ended::Crashed(_) | Ended::Broke(_) => false,
            Ended::Complete | Ended::Failed { .. } | Ended::Unable(_) => true,
        };
        if goes_on {
            self.running = Some(running);
        }
        outcome
    }

    fn keeps_connections(&self) -> bool {
        true
    }
}

/// A driver that runs.
struct Running {
    group: Group,
    child: Child,
    stdin: ChildStdin,
    lines: Lines,
    words: Words,
    requests: u64,
    is_waiting_for_requests: bool,
}

impl Running {
    fn start(driver: &Driver) -> io::Result<Self> {
        let (group, mut child) = Group::start(&driver.program, &driver.arguments)?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(stdin), Some(stdout), Some(stderr)) = pipes else {
            return Err(io::Error::other("the driver has no pipes"));
        };
        let mut running = Self {
            group,
            child,
            stdin,
            lines: Lines::of(stdout),
            words: Words::of(stderr),
            requests: 0,
            is_waiting_for_requests: true,
        };
        let deadline = Instant::now() + GREETING;
        let greeting = match running.lines.next(|| deadline) {
            Some(Line::Text(line)) => protocol::greeting(&line),
            Some(Line::TooLong) => Err(too_long()),
            Some(Line::Ended) => Err(format!("expected a greeting, but it {}", running.exited())),
            None => Err(format!(
                "expected a greeting within {GREETING:?}, found none"
            )),
        };
        match greeting {
            Ok(Greeting { client, .. }) => {
                driver.name.lock().get_or_insert(client);
                Ok(running)
            }
            Err(what) => {
                running.group.kill();
                running.words.wait();
                let words = last_words(&running.words.take());
                Err(io::Error::other(format!(
                    "driver {}: {what}{words}",
                    driver.program
                )))
            }
        }
    }

    fn ask(&mut self, request: &Ask, target: &str, stage: &Stage, patience: Patience) -> Outcome {
        let began = Instant::now();
        self.requests += 1;
        let (ended, response) = match self.exchange(request, target, stage, patience) {
            Ok(found) => found,
            Err(ended) => (ended, Default::default()),
        };
        let took = began.elapsed();
        if let Ended::Crashed(_) = ended {
            // What it has started may still have its standard error open.
            self.group.kill();
            self.words.wait();
        }
        let printed = self.words.take();
        let ended = match ended {
            Ended::Crashed(how) => Ended::Crashed(how + &last_words(&printed)),
            ended => ended,
        };
        Outcome {
            ended,
            response,
            took,
            printed,
        }
    }

    fn exchange(
        &mut self,
        request: &Ask,
        target: &str,
        stage: &Stage,
        patience: Patience,
    ) -> Result<(Ended, crate::outcome::Response), Ended> {
        match self.lines.waiting() {
            Some(Line::Text(line)) => {
                let line = protocol::excerpt(&line);
                return Err(Ended::Broke(format!(
                    "wrote a line without a request: {line}"
                )));
            }
            Some(Line::TooLong) => return Err(Ended::Broke(too_long())),
            Some(Line::Ended) | None => {}
        }
        let url = stage.url(&request.reference(target));
        let line = RequestLine::of(self.requests, request, target, url, patience);
        let mut text =
            serde_json::to_vec(&line).map_err(|error| Ended::Broke(error.to_string()))?;
        text.push(b'\n');
        match self.write(&text, || stage.deadline(patience)) {
            Some(Ok(())) => {}
            Some(Err(_)) => return Err(Ended::Crashed(self.exited())),
            None => {
                self.is_waiting_for_requests = false;
                return Err(Ended::TimedOut);
            }
        }
        match self.lines.next(|| stage.deadline(patience)) {
            Some(Line::Text(line)) => protocol::outcome(&line, self.requests).map_err(Ended::Broke),
            Some(Line::TooLong) => Err(Ended::Broke(too_long())),
            Some(Line::Ended) => Err(Ended::Crashed(self.exited())),
            None => {
                self.is_waiting_for_requests = false;
                Err(Ended::TimedOut)
            }
        }
    }

    /// Writes a line; `None` if the driver has not read all of it in time, after which it is killed.
    fn write(&mut self, line: &[u8], deadline: impl Fn() -> Instant) -> Option<io::Result<()>> {
        // The driver has read all lines before this one, so the pipe is empty.
        if line.len() <= PIPE {
            return Some(self.stdin.write_all(line));
        }
        let (stdin, group) = (&mut self.stdin, &mut self.group);
        thread::scope(|scope| {
            let writing = scope.spawn(|| stdin.write_all(line));
            while !writing.is_finished() {
                if Instant::now() >= deadline() {
                    group.kill();
                    let _ = writing.join();
                    return None;
                }
                thread::sleep(STEP);
            }
            writing.join().ok()
        })
    }

    /// How it exited.
    fn exited(&mut self) -> String {
        let deadline = Instant::now() + EXIT;
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return format!("exited ({status})"),
                Ok(None) if Instant::now() < deadline => thread::sleep(STEP),
                _ => return "closed its output".to_owned(),
            }
        }
    }
}

/// A driver ends when its input does; one that does not is killed with its group.
impl Drop for Running {
    fn drop(&mut self) {
        self.group.kill();
        let _ = self.child.wait();
    }
}

/// The last line on standard error, as the end of a sentence.
fn last_words(printed: &str) -> String {
    let last = printed.lines().rev().find(|line| !line.trim().is_empty());
    let words = last.map(|last| format!("; its last words: {last}"));
    words.unwrap_or_default()
}

fn too_long() -> String {
    let mib = MAX_OUTPUT / 1024 / 1024;
    format!("expected a line of at most {mib} MiB, found a longer one")
}
