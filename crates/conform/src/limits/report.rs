//! The limits of a client as a table, and as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::kinds::Kind;
use super::measure::{Limit, Reaction, Refusal};

/// The version of the JSON. It is increased when readers must be changed.
const VERSION: u32 = 1;

/// The longest words of a client in a table.
const SHOWN: usize = 240;

/// The table.
pub fn table(client: &str, limits: &[Limit], took: Duration) -> String {
    let rows: Vec<_> = limits.iter().map(row).collect();
    let width = |column: fn(&[String; 3]) -> &String| {
        let widths = rows.iter().map(|row| column(row).chars().count());
        widths.max().unwrap_or_default()
    };
    let (first, second) = (width(|row| &row[0]), width(|row| &row[1]));
    let mut text = String::new();
    for [title, taken, beyond] in &rows {
        let line = format!("{title:<first$}  {taken:>second$}  {beyond}");
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let seconds = took.as_secs_f64();
    let trials: usize = limits.iter().map(|limit| limit.found.trials).sum();
    let _ = writeln!(text, "\n{client}: {trials} responses in {seconds:.1} s");
    text
}

fn row(limit: &Limit) -> [String; 3] {
    let (kind, found) = (limit.kind, &limit.found);
    let taken = match found.taken {
        Some(taken) if found.refused.is_none() && found.unknown.is_none() => {
            format!("at least {}", sized(kind, taken))
        }
        Some(taken) => sized(kind, taken),
        None => "-".to_owned(),
    };
    let beyond = match (&found.refused, &found.unknown) {
        (_, Some(why)) => format!("unknown: {}", short(&why.words)),
        (Some((size, how)), None) if found.taken.is_some_and(|taken| taken + 1 < *size) => {
            let size = sized(kind, *size);
            format!("at {size}: {}", short(&how.words))
        }
        (Some((_, how)), None) => short(&how.words),
        (None, None) => String::new(),
    };
    [kind.title().to_owned(), taken, beyond]
}

/// A size with its unit, if it is not that of the title.
fn sized(kind: Kind, size: u64) -> String {
    let digits = size.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    match (kind.is_in_bytes(), size) {
        (true, 1) => text + " byte",
        (true, _) => text + " bytes",
        (false, _) => text,
    }
}

fn short(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default();
    match line.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line.to_owned(),
    }
}

/// The JSON, documented in `docs/conform.md`.
pub fn json(client: &str, limits: &[Limit]) -> String {
    let report = ReportData {
        version: VERSION,
        client,
        limits: limits.iter().map(LimitData::of).collect(),
    };
    // Numbers and texts can always be written.
    let text = serde_json::to_string_pretty(&report).unwrap_or_default();
    text + "\n"
}

#[derive(Serialize)]
struct ReportData<'l> {
    version: u32,
    client: &'l str,
    limits: Vec<LimitData<'l>>,
}

#[derive(Serialize)]
struct LimitData<'l> {
    limit: &'static str,
    unit: &'static str,
    /// The largest size that was tried, unless a smaller one was refused.
    bound: u64,
    taken: Option<u64>,
    beyond: Option<BeyondData<'l>>,
    unknown: Option<&'l str>,
    trials: usize,
    seconds: f64,
}

#[derive(Serialize)]
struct BeyondData<'l> {
    size: u64,
    reaction: Reaction,
    words: &'l str,
}

impl<'l> LimitData<'l> {
    fn of(limit: &'l Limit) -> Self {
        let Limit { kind, found, took } = limit;
        let beyond = |(size, Refusal { reaction, words }): &'l (u64, Refusal)| BeyondData {
            size: *size,
            reaction: *reaction,
            words,
        };
        Self {
            limit: kind.name(),
            unit: if kind.is_in_bytes() {
                "bytes"
            } else {
                "number"
            },
            bound: kind.bound(),
            taken: found.taken,
            beyond: found.refused.as_ref().map(beyond),
            unknown: found.unknown.as_ref().map(|why| why.words.as_str()),
            trials: found.trials,
            seconds: took.as_secs_f64(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::search::Found;

    fn limit(kind: Kind, taken: u64, refused: Option<(u64, Reaction, &str)>) -> Limit {
        let refused = refused.map(|(size, reaction, words)| {
            let words = words.to_owned();
            (size, Refusal { reaction, words })
        });
        Limit {
            kind,
            found: Found {
                taken: Some(taken),
                refused,
                unknown: None,
                trials: 20,
            },
            took: Duration::from_millis(1500),
        }
    }

    #[test]
    fn a_table_and_json() {
        let limits = [
            limit(
                Kind::FieldLine,
                65_535,
                Some((65_536, Reaction::Error, "error LineTooLong: got more")),
            ),
            limit(Kind::Fields, 100, Some((150, Reaction::Hang, "it hangs"))),
            limit(Kind::ChunkExtension, 16_777_216, None),
        ];
        let text = table("model 1", &limits, Duration::from_secs(2));
        assert_eq!(
            text,
            "field line                    65,535 bytes  error LineTooLong: got more\n\
             fields                                 100  at 150: it hangs\n\
             chunk extension  at least 16,777,216 bytes\n\
             \n\
             model 1: 60 responses in 2.0 s\n"
        );
        let json: serde_json::Value = serde_json::from_str(&json("model 1", &limits)).unwrap();
        assert_eq!(json["limits"][0]["beyond"]["reaction"], "error");
        assert_eq!(json["limits"][0]["taken"], 65_535);
        assert_eq!(json["limits"][2]["beyond"], serde_json::Value::Null);
    }

    #[test]
    fn words_are_short() {
        assert_eq!(short("one\ntwo"), "one");
        assert_eq!(short(&"é".repeat(300)).chars().count(), SHOWN + 3);
    }
}
