//! What becomes of a connection after an exchange. The client, the framing of the response, the
//! handler and wire scripts each contribute a [`Fate`], and [`Fate::join`] takes the strongest.
//! Only `server/connection` acts on the result.

use crate::wire_script::{By, Cursor};

/// What becomes of the connection, from the weakest to the strongest. It only ever grows stronger.
/// docs/architecture.md lists who contributes what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// The connection is kept, and the site answers the next request.
    #[default]
    Keep,
    /// FIN after the response, then what the client still sends is read for a bounded time.
    Close,
    /// The connection is kept, and the rest of a wire script continues with the next request.
    Next(By, Box<Cursor>),
    /// The connection ends as it is: a response that is not yet sent is not sent.
    Abort,
    /// RST, because the client would mistake FIN for the end of a response that was broken off.
    Reset,
}

impl Fate {
    /// The stronger of both; of two that are equally strong, the later one.
    #[must_use]
    #[inline(always)]
    pub fn join(self, later: Self) -> Self {
        if later.strength() < self.strength() {
            self
        } else {
            later
        }
    }

    /// Whether no other request is read from the connection.
    pub fn ends_connection(&self) -> bool {
        match self {
            Self::Close | Self::Abort | Self::Reset => true,
            Self::Keep | Self::Next(..) => false,
        }
    }

    #[inline(always)]
    fn strength(&self) -> u8 {
        match self {
            Self::Keep => 0,
            Self::Close => 1,
            Self::Next(..) => 2,
            Self::Abort => 3,
            Self::Reset => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fate::{Abort, Close, Keep, Reset};
    use super::*;
    use crate::wire_script::WireScript;

    fn next(event: &str) -> Fate {
        let rest = Cursor::new(&WireScript::new().set(event));
        Fate::Next(By::Script, Box::new(rest))
    }

    /// The table of docs/architecture.md: a row for the first fate, a column for the later one.
    #[test]
    fn fates_join_as_the_documented_table_says() {
        let named = |name: &str, event: &str| match name {
            "keep" => Keep,
            "close" => Close,
            "next script" => next(event),
            "abort" => Abort,
            "reset" => Reset,
            other => panic!("expected the name of a fate, found {other:?}"),
        };
        let cells = |line: &'static str| -> Vec<&'static str> {
            line.trim_matches('|').split('|').map(str::trim).collect()
        };
        let mut lines = include_str!("../../../../docs/architecture.md")
            .lines()
            .skip_while(|line| !line.starts_with("| joined with |"));
        let header = cells(lines.next().expect("the table of fates"));
        let rows: Vec<_> = lines.skip(1).take(header.len() - 1).map(cells).collect();
        assert_eq!(
            header[1..],
            rows.iter().map(|row| row[0]).collect::<Vec<_>>()
        );
        for row in rows {
            for (later, joined) in header[1..].iter().zip(&row[1..]) {
                let fate = named(row[0], "first").join(named(later, "second"));
                let expected = match (row[0], *later) {
                    ("next script", "keep" | "close") => named(joined, "first"),
                    _ => named(joined, "second"),
                };
                assert_eq!(fate, expected, "{} joined with {later}", row[0]);
            }
        }
    }

    #[test]
    fn the_order_of_contributions_matters_only_among_scripts() {
        let fates = [Keep, Close, next("only"), Abort, Reset];
        for a in &fates {
            for b in &fates {
                for c in &fates {
                    let left = a.clone().join(b.clone()).join(c.clone());
                    let right = c.clone().join(a.clone().join(b.clone()));
                    assert_eq!(left, right, "{a:?}, {b:?}, {c:?}");
                }
            }
        }
    }

    #[test]
    fn which_fates_end_the_connection() {
        assert!(!Keep.ends_connection());
        assert!(Close.ends_connection());
        assert!(!next("event").ends_connection());
        assert!(Abort.ends_connection());
        assert!(Reset.ends_connection());
    }
}
