//! What becomes of a connection after an exchange. Everyone who has a say (the client, the framing of
//! the response, the handler, a wire script) contributes a [`Fate`], and [`Fate::join`] takes the
//! strongest. Only `server/connection.rs` acts on the result.

use crate::wire_script::{By, WireScript};

/// What becomes of the connection, from the weakest to the strongest. It only ever grows stronger.
///
/// | contributor | fate |
/// | --- | --- |
/// | HTTP/1.1 client, delimited response | `Keep` |
/// | client that sent `Connection: close`, or HTTP/1.0 without `keep-alive` | `Close` |
/// | response whose end only the end of the connection shows | `Close` |
/// | handler: `close_connection`, a fault or panic in the middle of a response | `Close` |
/// | wire script: `half_close`, `close`, `reset`, a `hold` or wait that the client ended | `Close` |
/// | wire script: `next` | `Next` |
/// | client gone, content that failed, `SystemExit` before anything was written | `Abort` |
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// The connection is kept, and the site answers the next request.
    #[default]
    Keep,
    /// FIN after the response, then what the client still sends is read for a bounded time.
    Close,
    /// The connection is kept, and the rest of a wire script continues with the next request.
    Next(By, WireScript),
    /// The connection ends as it is: a response that is not yet sent is not sent.
    Abort,
}

impl Fate {
    /// The stronger of both; of two that are equally strong, the later one.
    #[must_use]
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
            Self::Close | Self::Abort => true,
            Self::Keep | Self::Next(..) => false,
        }
    }

    fn strength(&self) -> u8 {
        match self {
            Self::Keep => 0,
            Self::Close => 1,
            Self::Next(..) => 2,
            Self::Abort => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fate::{Abort, Close, Keep};
    use super::*;

    fn next(event: &str) -> Fate {
        Fate::Next(By::Script, WireScript::new().set(event))
    }

    #[test]
    fn the_strongest_fate_wins() {
        let (first, second) = (|| next("first"), || next("second"));
        for (fate, later, expected) in [
            (Keep, Keep, Keep),
            (Keep, Close, Close),
            (Keep, second(), second()),
            (Keep, Abort, Abort),
            (Close, Keep, Close),
            (Close, Close, Close),
            (Close, second(), second()),
            (Close, Abort, Abort),
            (first(), Keep, first()),
            (first(), Close, first()),
            (first(), second(), second()),
            (first(), Abort, Abort),
            (Abort, Keep, Abort),
            (Abort, Close, Abort),
            (Abort, second(), Abort),
            (Abort, Abort, Abort),
        ] {
            let joined = fate.clone().join(later.clone());
            assert_eq!(joined, expected, "{fate:?} joined with {later:?}");
        }
    }

    #[test]
    fn the_order_of_contributions_matters_only_among_scripts() {
        let fates = [Keep, Close, next("only"), Abort];
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
    }
}
