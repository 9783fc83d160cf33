//! Fuzzed responses as cases: the same judge, with what the seed says a client must do.

use wireserve_core::response_fuzz::{FuzzedResponse, Reaction, Reuse, Seed};
use wireserve_core::wire_script::Step;

use super::{Accepted, Ask, Case, Expect, Level, Next, Played, Waiting};

/// The case of a seed.
pub fn case(seed: Seed) -> Case {
    let response = FuzzedResponse::from_seed(seed);
    let mutations = &response.mutations;
    let names: Vec<_> = mutations.iter().map(|mutation| mutation.name).collect();
    let rules: Vec<_> = mutations.iter().map(|mutation| mutation.rule).collect();
    let clauses = rules
        .iter()
        .map(|rule| rule.split_once(": ").map_or(*rule, |(clause, _)| clause));
    let expect = match response.expectation.reaction {
        Reaction::Accept => Expect::Accept,
        Reaction::Either => Expect::Either,
        Reaction::RejectOrSpace => Expect::RejectOrSpace,
        Reaction::Reject => Expect::Reject,
        Reaction::Any => Expect::Any,
    };
    let is_closed = response.script.steps().last().is_some_and(Step::is_last);
    let next = match (response.expectation.reuse, is_closed, expect) {
        (Reuse::AsSaid, false, Expect::Accept) => Next::Answered,
        (Reuse::AsSaid, true, _) => Next::Reconnects,
        _ => Next::NotPoisoned,
    };
    Case {
        id: format!("FZ-{seed}"),
        title: match names.is_empty() {
            true => "valid".to_owned(),
            false => names.join(", "),
        },
        clause: match rules.is_empty() {
            true => "RFC 9112 §2".to_owned(),
            false => clauses.collect::<Vec<_>>().join("; "),
        },
        level: level(expect, &rules),
        rule: match rules.is_empty() {
            true => "valid".to_owned(),
            false => rules.join("; "),
        },
        expect,
        request: Ask::default(),
        accepted: Accepted {
            contents: None,
            ..Accepted::default()
        },
        waiting: Waiting::MustNot,
        next,
        then: Ask::default(),
        redirect: None,
        is_unasked: false,
        played: Played::Script(response.script),
    }
    .with_content(response.content)
}

/// Whether an id has the form of those of fuzzed responses.
pub fn is_id(id: &str) -> bool {
    let seed = id.strip_prefix("FZ-");
    seed.is_some_and(|seed| Seed::parse(seed.as_bytes()).is_ok())
}

/// The level that the rules of the mutations have in words: `rule` of each names what a client must or should
/// do. A response that a clause only calls invalid may be recovered (RFC 9110 §2.4).
fn level(expect: Expect, rules: &[&str]) -> Level {
    const REQUIRED: [&str; 4] = [
        "client must",
        "user agent must",
        "is incomplete",
        "a bare CR",
    ];
    let is_required = |rule: &&str| REQUIRED.iter().any(|words| rule.contains(words));
    match expect {
        Expect::Accept if rules.iter().any(|rule| rule.contains(" should ")) => Level::Should,
        Expect::Accept => Level::Must,
        Expect::Reject | Expect::RejectOrSpace if rules.iter().any(is_required) => Level::Must,
        _ => Level::Unspecified,
    }
}

impl Case {
    /// Judges the content too, unless a content coding changes it.
    fn with_content(mut self, content: Option<Vec<u8>>) -> Self {
        let Played::Script(script) = &self.played else {
            return self;
        };
        let sent = script.steps().iter().filter_map(|step| match step {
            Step::Send(bytes) => Some(bytes.to_ascii_lowercase()),
            _ => None,
        });
        let sent: Vec<u8> = sent.flatten().collect();
        let is_coded = memchr::memmem::find(&sent, b"content-encoding").is_some();
        self.accepted.contents = content.filter(|_| !is_coded).map(|content| vec![content]);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_a_case() {
        let valid = (0..).map(|number| case(Seed::from(number)));
        let valid = valid.into_iter().find(|case| case.title == "valid");
        assert_eq!(valid.map(|case| case.level), Some(Level::Must));
        let case = case(Seed::parse(b"v2:318").unwrap());
        assert_eq!(case.id, "FZ-v2:318");
        assert!(is_id(&case.id) && !is_id("FZ-x") && !is_id("SL-01"));
        assert_eq!(case.group(), "FZ");
        assert!(case.clause.starts_with("RFC "), "{}", case.clause);
    }
}
