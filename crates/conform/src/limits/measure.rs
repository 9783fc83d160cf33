//! Measuring the limits of a client: several at a time, each with a client of its own.

use std::io;
use std::thread;
use std::time::{Duration, Instant};

use rustix_futex_sync::Mutex;

use super::kinds::{CONTENT, FIELD, Kind};
use super::search::{Found, Trial, search};
use crate::client::{Client, Connect};
use crate::lag::Lag;
use crate::outcome::{Ended, Outcome, content_words};
use crate::stage::{Patience, Stage};

/// How often a size is tried on a machine that is too busy to tell.
pub(super) const TRIES: usize = 3;

/// A limit of a client.
#[derive(Clone, Debug)]
pub struct Limit {
    pub kind: Kind,
    pub found: Found<Refusal>,
    pub took: Duration,
}

impl Limit {
    /// Why nothing was found, not even for the smallest size.
    pub fn unknown(&self) -> Option<&str> {
        let Found {
            taken,
            refused,
            unknown,
            ..
        } = &self.found;
        let is_unknown = taken.is_none() && refused.is_none();
        let why = unknown.as_ref().filter(|_| is_unknown);
        why.map(|why| why.words.as_str())
    }
}

/// What a client does with a response that it does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub reaction: Reaction,
    /// In the client's own words.
    pub words: String,
}

/// The kind of reaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reaction {
    /// It fails, as it should.
    Error,
    /// It returns the response without the fields, or with parts of them, which RFC 9110 §5.4 allows.
    DropsFields,
    /// It returns the response before the last one: an interim response, or a redirect.
    Stops,
    /// It returns a part of the content as if it were all, or other content.
    WrongContent,
    Hang,
    Crash,
    /// It cannot be asked, or broke the protocol.
    Unknown,
}

impl Reaction {
    /// Whether a client must not do so.
    pub fn is_wrong(self) -> bool {
        matches!(self, Self::WrongContent | Self::Hang | Self::Crash)
    }
}

/// Measures these limits, and returns them in the same order. `done` is called after each.
///
/// # Errors
/// When a client cannot be started, or a server has no port.
pub fn measure(
    kinds: &[Kind],
    client: &dyn Connect,
    jobs: usize,
    patience: Patience,
    done: &(dyn Fn(&Limit) + Sync),
) -> io::Result<Vec<Limit>> {
    let waiting = Mutex::new(kinds.iter().rev().copied().enumerate().collect::<Vec<_>>());
    let results = Mutex::new(Vec::new());
    let failure = Mutex::new(None);
    let lag = Lag::start();
    let work = || -> io::Result<()> {
        let mut own = None;
        loop {
            // Released before the next limit is measured.
            let next = waiting.lock().pop();
            let Some((index, kind)) = next else {
                return Ok(());
            };
            let client = match &mut own {
                Some(client) => client,
                None => own.insert(client.connect()?),
            };
            let limit = one(kind, &mut **client, patience, &lag)?;
            done(&limit);
            results.lock().push((index, limit));
        }
    };
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, kinds.len().max(1)) {
            scope.spawn(|| {
                if let Err(error) = work() {
                    waiting.lock().clear();
                    failure.lock().get_or_insert(error);
                }
            });
        }
    });
    if let Some(error) = failure.into_inner() {
        return Err(error);
    }
    let mut results = results.into_inner();
    results.sort_by_key(|(index, _)| std::cmp::Reverse(*index));
    Ok(results.into_iter().map(|(_, limit)| limit).collect())
}

fn one(kind: Kind, client: &mut dyn Client, patience: Patience, lag: &Lag) -> io::Result<Limit> {
    let began = Instant::now();
    let mut error = None;
    let found = search(kind.least(), kind.bound(), |size| {
        match attempt(kind, size, client, patience, lag) {
            Ok(trial) => trial,
            Err(reason) => {
                let words = reason.to_string();
                error = Some(reason);
                Trial::Unknown(Refusal {
                    reaction: Reaction::Unknown,
                    words,
                })
            }
        }
    });
    match error {
        Some(error) => Err(error),
        None => Ok(Limit {
            kind,
            found,
            took: began.elapsed(),
        }),
    }
}

fn attempt(
    kind: Kind,
    size: u64,
    client: &mut dyn Client,
    patience: Patience,
    lag: &Lag,
) -> io::Result<Trial<Refusal>> {
    let case = kind.case(size);
    let mut tries = 1;
    loop {
        let began = Instant::now();
        let mut stage = Stage::of(&case)?;
        stage.begin();
        let outcome = client.ask(&case.request, &case.target(), &stage, patience);
        let is_late = outcome.ended == Ended::TimedOut && lag.since(began) > patience.timeout / 3;
        if is_late && tries < TRIES {
            tries += 1;
            continue;
        }
        let is_asked = stage.seen().requests().next().is_some();
        return Ok(trial(kind, size, &outcome, is_asked, is_late));
    }
}

fn trial(
    kind: Kind,
    size: u64,
    outcome: &Outcome,
    is_asked: bool,
    is_late: bool,
) -> Trial<Refusal> {
    let refusal = |reaction, words: String| Refusal { reaction, words };
    match &outcome.ended {
        Ended::Unable(why) | Ended::Broke(why) => {
            Trial::Unknown(refusal(Reaction::Unknown, why.clone()))
        }
        _ if !is_asked => {
            let words = format!("it sent no request, and reported: {}", outcome.words());
            Trial::Unknown(refusal(Reaction::Unknown, words))
        }
        Ended::TimedOut if is_late => {
            let words = "the machine was too busy to tell".to_owned();
            Trial::Unknown(refusal(Reaction::Unknown, words))
        }
        Ended::TimedOut => Trial::Hung(refusal(Reaction::Hang, "it hangs".to_owned())),
        Ended::Crashed(how) => Trial::Hung(refusal(Reaction::Crash, how.clone())),
        Ended::Failed { .. } => Trial::Refused(refusal(Reaction::Error, outcome.words())),
        Ended::Complete => match deviation(kind, size, outcome) {
            Some(refused) => Trial::Refused(refused),
            None => Trial::Taken,
        },
    }
}

/// What is missing in a response that the client considers complete.
fn deviation(kind: Kind, size: u64, outcome: &Outcome) -> Option<Refusal> {
    let response = &outcome.response;
    let refusal = |reaction, words| Some(Refusal { reaction, words });
    let status = response.status.unwrap_or(200);
    if status != 200 {
        return refusal(Reaction::Stops, format!("it returns the {status}"));
    }
    let content = response.content.as_deref();
    if let Some(found) = content.filter(|found| *found != CONTENT) {
        // A command shows no status: the content of a redirect is empty.
        let is_redirect = kind == Kind::Redirects && found.is_empty() && response.status.is_none();
        return match is_redirect {
            true => refusal(Reaction::Stops, "it returns a redirect".to_owned()),
            false => refusal(
                Reaction::WrongContent,
                format!("it returns the content {}", content_words(found)),
            ),
        };
    }
    let fields = response.fields.as_ref()?;
    match kind {
        Kind::FieldLine => {
            let mut own = fields
                .iter()
                .filter(|(name, _)| name.eq_ignore_ascii_case(FIELD));
            let length = own
                .next()
                .map(|(name, value)| name.len() + 2 + value.chars().count());
            match length {
                Some(length) if length as u64 == size => None,
                Some(length) => refusal(
                    Reaction::DropsFields,
                    format!("it returns {length} bytes of the line"),
                ),
                None => refusal(
                    Reaction::DropsFields,
                    "it returns the response without the field".to_owned(),
                ),
            }
        }
        Kind::Fields if fields.len() as u64 != size => refusal(
            Reaction::DropsFields,
            format!("it returns {} fields", fields.len()),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::evidence::{complete, ended, failed, with_fields};

    fn reaction(kind: Kind, outcome: &Outcome) -> Option<Reaction> {
        match trial(kind, 8, outcome, true, false) {
            Trial::Taken => None,
            Trial::Refused(how) | Trial::Hung(how) | Trial::Unknown(how) => Some(how.reaction),
        }
    }

    #[test]
    fn what_a_client_does_beyond_its_limit() {
        let head = Kind::Head;
        assert_eq!(reaction(head, &complete(200, "ok")), None);
        assert_eq!(
            reaction(head, &complete(200, "o")),
            Some(Reaction::WrongContent)
        );
        assert_eq!(
            reaction(Kind::Redirects, &complete(302, "")),
            Some(Reaction::Stops)
        );
        assert_eq!(reaction(head, &failed()), Some(Reaction::Error));
        assert_eq!(
            reaction(head, &ended(Ended::TimedOut)),
            Some(Reaction::Hang)
        );
        let crashed = ended(Ended::Crashed("exited".to_owned()));
        assert_eq!(reaction(head, &crashed), Some(Reaction::Crash));
        let unable = ended(Ended::Unable("no".to_owned()));
        assert_eq!(reaction(head, &unable), Some(Reaction::Unknown));
        for (value, wanted) in [("aaa", None), ("aa", Some(Reaction::DropsFields))] {
            let shown = with_fields("ok", &[("x-t", value)]);
            assert_eq!(reaction(Kind::FieldLine, &shown), wanted);
        }
        let without = with_fields("ok", &[]);
        assert_eq!(
            reaction(Kind::FieldLine, &without),
            Some(Reaction::DropsFields)
        );
        assert_eq!(
            reaction(Kind::Fields, &without),
            Some(Reaction::DropsFields)
        );
        assert_eq!(reaction(Kind::TrailerSection, &without), None);
    }

    #[test]
    fn a_busy_machine_is_no_hang() {
        let hang = ended(Ended::TimedOut);
        for (is_asked, is_late) in [(true, true), (false, false)] {
            let trial = trial(Kind::Head, 8, &hang, is_asked, is_late);
            assert!(matches!(trial, Trial::Unknown(_)));
        }
    }
}
