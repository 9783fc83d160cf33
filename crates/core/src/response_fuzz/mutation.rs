//! A mutation: one way to change a response, with its name, what it does, what a client must do about it,
//! and by which clause. `mutations/` has all of them.

use std::fmt;

use super::draft::Draft;
use super::random::Random;

/// One way to change a response. Names are stable across releases and editions.
///
/// ```
/// use wireserve::response_fuzz::{Edition, Expectation, Reaction, Reuse};
///
/// let mut all = Edition::V1.mutations();
/// let Some(mutation) = all.find(|one| one.rule.contains("RFC 9112 §6.3")) else {
///     panic!("expected a mutation of the framing")
/// };
/// assert!(!mutation.name.is_empty() && !mutation.what.ends_with('.'));
/// let refused = Expectation { reaction: Reaction::Reject, reuse: Reuse::AsSaid };
/// assert_eq!(refused.to_string(), "reject");
/// assert!(Reaction::Accept < mutation.expectation.reaction.max(Reaction::Either));
/// ```
#[derive(Debug)]
pub struct Mutation {
    /// A few words joined by hyphens.
    pub name: &'static str,
    /// The change, as a sentence without its full stop.
    pub what: &'static str,
    /// The clause that decides the expectation, and what it says.
    pub rule: &'static str,
    /// What a client must do if nothing else is wrong.
    pub expectation: Expectation,
    pub(super) place: Place,
    /// Changes the draft, or returns `None` and leaves it as it is if the mutation does not apply.
    pub(super) apply: fn(&mut Draft, &mut Random) -> Option<()>,
}

/// What a client must do with a response to GET.
///
/// See the example of [`Mutation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// With the response.
    pub reaction: Reaction,
    /// With the connection afterwards.
    pub reuse: Reuse,
}

/// What a client must do with a response. A later variant is stricter than an earlier one.
///
/// See the example of [`Mutation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reaction {
    /// Accept it, with the content that it has.
    Accept,
    /// Accept it or fail, but not hang, and not treat part of a response as complete.
    Either,
    /// Fail, or replace each bad byte by a space.
    RejectOrSpace,
    /// Fail: the response is invalid or incomplete.
    Reject,
    /// End in any way: combinations of many mutations are not judged.
    Any,
}

/// Whether the connection may be used for another request.
///
/// See the example of [`Mutation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reuse {
    /// As the response says.
    AsSaid,
    /// The bytes after this response must not be used as the answer to another request.
    Never,
}

/// The part of a response that a mutation changes. Two mutations of one part could hide each other, so a
/// response that is judged has at most one for each part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Interim,
    StatusLine,
    Fields,
    /// The content and how it is delimited; bytes after the response.
    Body,
    /// Pieces and pauses.
    Pieces,
    /// The whole response, so that no other mutation would be seen.
    Whole,
}

impl Mutation {
    pub(super) const fn new(
        place: Place,
        name: &'static str,
        reaction: Reaction,
        what: &'static str,
        rule: &'static str,
        apply: fn(&mut Draft, &mut Random) -> Option<()>,
    ) -> Self {
        Self {
            name,
            what,
            rule,
            expectation: Expectation {
                reaction,
                reuse: Reuse::AsSaid,
            },
            place,
            apply,
        }
    }

    /// Adds that the connection must not be used again.
    pub(super) const fn never_reused(mut self) -> Self {
        self.expectation.reuse = Reuse::Never;
        self
    }
}

impl Expectation {
    /// The expectation for a valid response.
    pub(super) const VALID: Self = Self {
        reaction: Reaction::Accept,
        reuse: Reuse::AsSaid,
    };

    /// The expectation where both hold: the stricter of each part.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            reaction: self.reaction.max(other.reaction),
            reuse: self.reuse.max(other.reuse),
        }
    }
}

/// As in docs/clients.md: `accept`, `reject|SP`, `accept:noreuse`.
impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reaction {
            Reaction::Accept => "accept",
            Reaction::Either => "either",
            Reaction::RejectOrSpace => "reject|SP",
            Reaction::Reject => "reject",
            Reaction::Any => "any",
        })?;
        match (self.reaction, self.reuse) {
            // A client that has failed does not use the connection again.
            (Reaction::Accept | Reaction::Either, Reuse::Never) => f.write_str(":noreuse"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_expectations_the_stricter_one_holds() {
        let of = |reaction, reuse| Expectation { reaction, reuse };
        let accept = Expectation::VALID;
        let extra = of(Reaction::Accept, Reuse::Never);
        let either = of(Reaction::Either, Reuse::AsSaid);
        let reject = of(Reaction::Reject, Reuse::AsSaid);
        let space = of(Reaction::RejectOrSpace, Reuse::AsSaid);
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
