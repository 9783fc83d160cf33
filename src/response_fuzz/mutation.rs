//! One way to change a response: its name, what it does, what a client must do about it, and by which
//! clause. The lists of them are in `mutations/`.

use std::fmt;

use super::draft::Draft;
use super::random::Random;

/// One way to change a response. Each name has a meaning of its own, for ever.
#[derive(Debug)]
pub struct Mutation {
    /// A few words joined by hyphens.
    pub name: &'static str,
    /// What is done.
    pub what: &'static str,
    /// The clause, and what it says.
    pub rule: &'static str,
    /// What a client must do where nothing else is wrong.
    pub expectation: Expectation,
    pub(super) place: Place,
    /// Does it, or does nothing where the draft has no place for it.
    pub(super) apply: fn(&mut Draft, &mut Random) -> Option<()>,
}

/// What a client must do with a response to GET.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// With the response itself.
    pub outcome: Outcome,
    /// With the connection behind it.
    pub reuse: Reuse,
}

/// What a client must do with a response; of two, the later one is stricter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Take it, with the content that it has.
    Accept,
    /// Take it or fail, but never hang, and never take a part for the whole.
    Either,
    /// Fail, or read a space in the place of each bad byte.
    RejectOrSpace,
    /// Fail: the response is invalid or incomplete.
    Reject,
    /// End, somehow: what several mutations do to each other is not judged.
    Any,
}

/// Whether another request may go over the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reuse {
    /// As the response says.
    AsSaid,
    /// None may be answered by what stands behind this response.
    Never,
}

/// The part of a response that a mutation is about. Two of one part could excuse each other, so a
/// response that is judged has one of each at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Interim,
    StatusLine,
    Fields,
    /// The content and where it ends; what stands behind it.
    Body,
    /// Pieces and pauses.
    Pieces,
    /// All of the response, so that no other mutation would be seen.
    Whole,
}

impl Mutation {
    pub(super) const fn new(
        place: Place,
        name: &'static str,
        outcome: Outcome,
        what: &'static str,
        rule: &'static str,
        apply: fn(&mut Draft, &mut Random) -> Option<()>,
    ) -> Self {
        Self {
            name,
            what,
            rule,
            expectation: Expectation {
                outcome,
                reuse: Reuse::AsSaid,
            },
            place,
            apply,
        }
    }

    /// The same, but no request may follow on the connection.
    pub(super) const fn never_reused(mut self) -> Self {
        self.expectation.reuse = Reuse::Never;
        self
    }
}

impl Expectation {
    /// Of a response that nothing is wrong with.
    pub(super) const VALID: Self = Self {
        outcome: Outcome::Accept,
        reuse: Reuse::AsSaid,
    };

    /// Of both together.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            outcome: self.outcome.max(other.outcome),
            reuse: self.reuse.max(other.reuse),
        }
    }
}

/// In the words of docs/clients.md: `accept`, `reject|SP`, `accept:noreuse`.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.outcome {
            Outcome::Accept => "accept",
            Outcome::Either => "either",
            Outcome::RejectOrSpace => "reject|SP",
            Outcome::Reject => "reject",
            Outcome::Any => "any",
        })?;
        match (self.outcome, self.reuse) {
            // A client that has failed has no connection to use again.
            (Outcome::Accept | Outcome::Either, Reuse::Never) => f.write_str(":noreuse"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_expectations_the_stricter_one_holds() {
        let of = |outcome, reuse| Expectation { outcome, reuse };
        let accept = Expectation::VALID;
        let extra = of(Outcome::Accept, Reuse::Never);
        let either = of(Outcome::Either, Reuse::AsSaid);
        let reject = of(Outcome::Reject, Reuse::AsSaid);
        let space = of(Outcome::RejectOrSpace, Reuse::AsSaid);
        for (one, other, both) in [
            (accept, accept, "accept"),
            (accept, extra, "accept:noreuse"),
            (either, extra, "either:noreuse"),
            (either, space, "reject|SP"),
            (space, extra, "reject|SP"),
            (reject, space, "reject"),
            (extra, reject, "reject"),
        ] {
            assert_eq!(one.and(other).to_string(), both);
            assert_eq!(other.and(one).to_string(), both);
        }
    }
}
