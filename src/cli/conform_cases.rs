//! The cases of `wireserve conform`: by id, as a list, and those of fuzz seeds.

use crate::catalogue;
use crate::conform::case::{Case, Level, fuzzed};
use crate::conform::select::select;
use crate::response_fuzz::Seed;

use super::error::CommandError;

/// The most fuzz seeds of one run.
const MAX_SEEDS: u64 = 1_000_000;

/// A range of fuzz seeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seeds {
    first: Seed,
    count: u64,
}

impl Seeds {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected A..B or EDITION:A..B with A < B, found {text:?}");
        let (first, end) = text.split_once("..").ok_or_else(wrong)?;
        let first = Seed::parse(first.as_bytes()).map_err(|error| error.to_string())?;
        let end: u64 = end.parse().map_err(|_| wrong())?;
        match end.checked_sub(first.number) {
            Some(count @ 1..=MAX_SEEDS) => Ok(Self { first, count }),
            Some(0) | None => Err(wrong()),
            Some(_) => Err(format!(
                "expected at most {MAX_SEEDS} seeds, found {text:?}"
            )),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = Seed> {
        let Seed { edition, number } = self.first;
        (number..number + self.count).map(move |number| Seed { edition, number })
    }
}

/// Whether all of these are ids of cases, or which one is not.
pub(super) fn known_cases<'i>(ids: impl Iterator<Item = &'i str>) -> Result<(), String> {
    let cases = all_cases();
    let is_known = |id: &str| fuzzed::is_id(id) || cases.iter().any(|case| case.id == id);
    match ids.into_iter().find(|id| !is_known(id)) {
        Some(other) => Err(format!("expected the ids of cases, found {other:?}")),
        None => Ok(()),
    }
}

/// The cases for clients and for proxies.
fn all_cases() -> Vec<Case> {
    let mut cases = catalogue::cases();
    cases.extend(catalogue::for_proxies());
    cases
}

pub(super) fn case(id: &str) -> Result<Case, CommandError> {
    let cases = select(all_cases(), &[id.to_owned()], &[]).map_err(CommandError::Case)?;
    let mut cases = cases
        .into_iter()
        .filter(|case| case.id.eq_ignore_ascii_case(id));
    let found = cases.next();
    found.ok_or_else(|| CommandError::Case(format!("expected the id of a case, found {id:?}")))
}

pub(super) fn list(cases: &[Case]) -> String {
    let level = Level::ALL.iter().map(|level| level.word().len()).max();
    let level = level.unwrap_or_default();
    let id = cases
        .iter()
        .map(|case| case.id.len())
        .max()
        .unwrap_or_default();
    let line = |case: &Case| {
        let clause = &case.clause;
        let not_played = match case.is_unplayed() {
            true => ", not played",
            false => "",
        };
        format!(
            "{:<id$}  {:<level$}  {} ({clause}){not_played}\n",
            case.id, case.level, case.title
        )
    };
    cases.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_a_range() {
        let seeds = Seeds::parse("v2:3..6").unwrap();
        let all: Vec<_> = seeds.all().map(|seed| seed.to_string()).collect();
        assert_eq!(all, ["v2:3", "v2:4", "v2:5"]);
        for text in ["3", "6..3", "3..3", "a..b", "0..9999999", "v9:0..1"] {
            assert!(Seeds::parse(text).is_err(), "{text}");
        }
    }
}
