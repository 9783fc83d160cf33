//! The search for a limit: sizes are doubled until one is refused, and then the space between is halved.

/// How often a client may hang before the search is given up: each takes the whole time limit, and the client has
/// to be started again.
const MAX_HANGS: usize = 3;

/// What a client does with one size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trial<R> {
    Taken,
    /// Refused, in this way.
    Refused(R),
    /// It hangs, or crashes: as refused, but costly to try again.
    Hung(R),
    /// Nothing can be said.
    Unknown(R),
}

/// The end of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<R> {
    /// The largest size that is taken.
    pub taken: Option<u64>,
    /// The smallest size that is not, and what happens there; `None` if even the bound is taken.
    pub refused: Option<(u64, R)>,
    /// Why the search ended early, if nothing could be said of a size.
    pub unknown: Option<R>,
    pub trials: usize,
}

/// Searches from `least` to `bound`.
pub fn search<R>(least: u64, bound: u64, mut attempt: impl FnMut(u64) -> Trial<R>) -> Found<R> {
    let mut found = Found {
        taken: None,
        refused: None,
        unknown: None,
        trials: 0,
    };
    let mut hangs = 0;
    let mut size = least;
    loop {
        found.trials += 1;
        match attempt(size) {
            Trial::Taken => found.taken = Some(size),
            Trial::Refused(how) => found.refused = Some((size, how)),
            Trial::Hung(how) => {
                hangs += 1;
                found.refused = Some((size, how));
            }
            Trial::Unknown(why) => {
                found.unknown = Some(why);
                return found;
            }
        }
        size = match (found.taken, &found.refused) {
            (None, _) => return found,
            (Some(taken), None) if taken >= bound => return found,
            (Some(taken), None) => taken.saturating_mul(2).min(bound),
            (Some(taken), Some((refused, _))) if taken + 1 >= *refused || hangs >= MAX_HANGS => {
                return found;
            }
            (Some(taken), Some((refused, _))) => taken + (refused - taken) / 2,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_found_exactly() {
        for limit in [16, 17, 31, 32, 33, 100, 65_535, 65_536, 999_999, 1_000_000] {
            let found = search(16, 1_000_000, |size| match size <= limit {
                true => Trial::Taken,
                false => Trial::Refused(size),
            });
            assert_eq!(found.taken, Some(limit));
            let refused = (limit < 1_000_000).then_some((limit + 1, limit + 1));
            assert_eq!(found.refused, refused);
            assert!(found.trials < 45, "{}", found.trials);
        }
        let none = search(16, 99, |_| Trial::Refused("no"));
        assert_eq!((none.taken, none.refused), (None, Some((16, "no"))));
    }

    #[test]
    fn hangs_end_the_search_with_a_range() {
        let found = search(1, 1_000_000, |size| match size <= 10_000 {
            true => Trial::Taken,
            false => Trial::Hung("hangs"),
        });
        let (refused, _) = found.refused.unwrap();
        assert!(found.taken.unwrap() <= 10_000 && refused > 10_000);
        assert!(refused - found.taken.unwrap() <= 16_384 / 4);
    }

    #[test]
    fn what_cannot_be_told_ends_it() {
        let found = search(1, 100, |size| match size < 8 {
            true => Trial::Taken,
            false => Trial::Unknown("busy"),
        });
        assert_eq!((found.taken, found.unknown), (Some(4), Some("busy")));
    }
}
