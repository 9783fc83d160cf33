//! Responses to fuzz HTTP clients with. A seed stands for one: a valid response, changed in its status line,
//! fields, framing, pieces, times or ending, together with what a client must do about it. It comes as a
//! [`WireScript`], and as the text of a `.wire` file that opens with what was done.
//!
//! **A seed is a name that lasts**: what it stands for depends on nothing else, not on the request, the
//! machine, the clock or the version of wireserve. Tests pin it. Most responses have one mutation or two,
//! some none, and some many.
//!
//! ```
//! use wireserve::response_fuzz::FuzzedResponse;
//!
//! let response = FuzzedResponse::from_seed(3);
//! assert_eq!(wireserve::WireScript::parse(response.to_string().as_bytes())?, response.script);
//! # Ok::<_, wireserve::wire_script::ParseError>(())
//! ```

mod delivery;
mod draft;
mod mutation;
mod mutations;
mod random;
mod valid;

use std::fmt;
use std::time::Duration;

pub use mutation::{Expectation, Mutation, Outcome, Reuse};

use crate::text::quoted::Quoted;
use crate::wire_script::WireScript;
use draft::Draft;
use mutation::Place;
use mutations::LISTS;
use random::Random;

/// Bytes of a response at most, with all that stands in front of it and behind.
pub const MAX_BYTES: usize = 64 * 1024;

/// The longest pause, and the longest silence before an end: more tests a client's patience, not its
/// parser.
pub const MAX_PAUSE: Duration = Duration::from_millis(500);

/// What all pauses of a response take together at most, so that a run of many seeds comes to its end.
pub const MAX_TIME: Duration = Duration::from_secs(2);

/// Writes of a response at most; what is left goes out in the last one.
pub const MAX_SENDS: usize = 512;

/// Mutations of a response at most.
pub const MAX_MUTATIONS: usize = 8;

/// As many as a response that is still judged may have.
const JUDGED: usize = 2;

/// How often another mutation is looked for that a response has a place for.
const TRIES: usize = 200;

/// Bytes of content that are shown as they are; of more, how many there are.
const SHOWN: usize = 60;

/// What a seed stands for.
#[derive(Debug)]
pub struct FuzzedResponse {
    /// The seed.
    pub seed: u64,
    /// What happens on the connection.
    pub script: WireScript,
    /// What was done to a valid response, in this order.
    pub mutations: Vec<&'static Mutation>,
    /// What a client must do with it, if it has asked with GET.
    pub expectation: Expectation,
    /// The content, where a client must accept the response; not decoded.
    pub content: Option<Vec<u8>>,
}

impl FuzzedResponse {
    /// The response that this seed stands for.
    pub fn from_seed(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let count = match random.below(16) {
            0 | 1 => 0,
            2..=9 => 1,
            10..=13 => 2,
            _ => 3 + random.index(MAX_MUTATIONS - 2),
        };
        let mut draft = valid::response(&mut random);
        let mutations = mutate(&mut draft, count, &mut random);
        let expectation = match count {
            0..=JUDGED => judge(&mutations),
            _ => Expectation {
                outcome: Outcome::Any,
                reuse: Reuse::AsSaid,
            },
        };
        let is_accepted = expectation.outcome == Outcome::Accept;
        if !is_accepted {
            // Whoever reads it in another way must not wait for what never comes.
            draft.must_end();
        }
        Self {
            seed,
            script: delivery::script(&draft),
            mutations,
            expectation,
            content: is_accepted.then_some(draft.content),
        }
    }

    /// All mutations that there are.
    pub fn all_mutations() -> impl Iterator<Item = &'static Mutation> {
        LISTS.into_iter().flatten()
    }
}

/// A seed as users write it: decimal digits, for a number of 64 bits.
pub fn read_seed(text: &[u8]) -> Option<u64> {
    let is_number = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let text = is_number.then(|| std::str::from_utf8(text).ok())?;
    text?.parse().ok()
}

/// Changes a draft so many times, or less often where it has no place for more.
fn mutate(draft: &mut Draft, count: usize, random: &mut Random) -> Vec<&'static Mutation> {
    let mut done: Vec<&'static Mutation> = Vec::new();
    for _ in 0..TRIES {
        if done.len() == count {
            break;
        }
        let list = random.pick(&LISTS);
        let mutation = &list[random.index(list.len())];
        if fits(mutation, &done, count) && (mutation.apply)(draft, random).is_some() {
            done.push(mutation);
            if mutation.place == Place::Whole {
                break;
            }
        }
    }
    done
}

/// Whether one more mutation leaves what was done before as it is; and one that is judged, its judgement.
fn fits(mutation: &Mutation, done: &[&Mutation], count: usize) -> bool {
    let is_whole = mutation.place == Place::Whole;
    match count {
        0..=JUDGED if is_whole => done.is_empty(),
        0..=JUDGED => done.iter().all(|other| other.place != mutation.place),
        _ => !is_whole && done.iter().all(|other| other.name != mutation.name),
    }
}

fn judge(mutations: &[&Mutation]) -> Expectation {
    let all = mutations.iter().map(|mutation| mutation.expectation);
    all.fold(Expectation::VALID, Expectation::and)
}

/// A `.wire` file: comments, and the script.
impl fmt::Display for FuzzedResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "# wireserve fuzz {}", self.seed)?;
        writeln!(f, "# expect: {}", self.expectation)?;
        match &self.content {
            Some(content) if content.len() <= SHOWN => {
                writeln!(f, "# content: {}", Quoted(content))?;
            }
            Some(content) => writeln!(f, "# content: {} bytes", content.len())?,
            None => {}
        }
        if self.mutations.is_empty() {
            writeln!(f, "#\n# A valid response.")?;
        }
        for mutation in &self.mutations {
            let Mutation {
                name, what, rule, ..
            } = mutation;
            writeln!(f, "#\n# {name}: {what}.\n# {rule}.")?;
        }
        write!(f, "\n{}", self.script)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use sha2::{Digest as _, Sha256};

    use super::*;
    use crate::wire_script::Step;

    /// Seeds that are looked at one by one.
    const SEEDS: u64 = 10_000;

    fn responses() -> impl Iterator<Item = FuzzedResponse> {
        let large = [u64::MAX, 1 << 63, 0xdead_beef_dead_beef];
        (0..SEEDS).chain(large).map(FuzzedResponse::from_seed)
    }

    /// Whatever makes this fail gives other bytes to people who have written down a seed.
    #[test]
    fn a_seed_is_the_same_response_for_ever() {
        for (seed, digest) in [
            (0, "702c1b29499d9d39"),
            (1, "7a8f20736d02e296"),
            (2, "ccfa1669817efca9"),
            (3, "4bc3d2b7bd5907cf"),
            (4, "a435f0f4662642f1"),
            (7, "c17506cba4681694"),
            (42, "25ec24e5c9e7d201"),
            (318, "f91fc6d24f738aef"),
            (9999, "ad990374a9630f27"),
            (u64::MAX, "49ba9166c400352e"),
        ] {
            let text = FuzzedResponse::from_seed(seed).to_string();
            let found = hex(&Sha256::digest(&text));
            assert_eq!(&found[..16], digest, "{seed}:\n{text}");
        }
        // Steps alone: the words around them may change.
        let mut all = Sha256::new();
        for step in responses().flat_map(|response| response.script.steps().to_vec()) {
            all.update(match step {
                Step::Send(bytes) => {
                    let length = (bytes.len() as u64).to_be_bytes();
                    [&b"send "[..], &length, &bytes].concat()
                }
                step => step.to_string().into_bytes(),
            });
        }
        assert_eq!(
            hex(&all.finalize()),
            "a04ebd40ce723822161b5e3798ec9302a664210693791fe7e4426fbd9f98b21a"
        );
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn every_response_stays_within_the_limits() {
        for response in responses() {
            let seed = response.seed;
            let (mut bytes, mut sends, mut time) = (0, 0, Duration::ZERO);
            for step in response.script.steps() {
                match step {
                    Step::Send(part) => {
                        assert!(!part.is_empty(), "{seed}");
                        (bytes, sends) = (bytes + part.len(), sends + 1);
                    }
                    Step::Pause(pause) | Step::Hold(Some(pause)) => {
                        assert!(!pause.is_zero() && *pause <= MAX_PAUSE, "{seed}");
                        time += *pause;
                    }
                    Step::HalfClose | Step::Close | Step::Reset => {}
                    step => panic!("{seed}: {step}"),
                }
            }
            assert!(bytes <= MAX_BYTES, "{seed}: {bytes} bytes");
            assert!(sends <= MAX_SENDS, "{seed}: {sends} sends");
            assert!(time <= MAX_TIME, "{seed}: {time:?}");
            assert!(response.mutations.len() <= MAX_MUTATIONS, "{seed}");
        }
    }

    #[test]
    fn every_response_is_read_again_from_what_it_prints() {
        for response in responses() {
            let text = response.to_string();
            let read = WireScript::parse(text.as_bytes());
            assert_eq!(read.as_ref(), Ok(&response.script), "{text}");
        }
    }

    #[test]
    fn most_are_nearly_valid_and_every_mutation_comes_up_soon() {
        let names = FuzzedResponse::all_mutations().map(|mutation| mutation.name);
        let mut missing: BTreeSet<_> = names.collect();
        assert_eq!(missing.len(), FuzzedResponse::all_mutations().count());
        let mut counts = [0; 1 + MAX_MUTATIONS];
        let mut outcomes = BTreeSet::new();
        for response in responses().take(3000) {
            let count = response.mutations.len();
            counts[count] += 1;
            outcomes.insert(response.expectation.to_string());
            // Those of a response with many of them may hide each other.
            if count <= JUDGED {
                let names = response.mutations.iter().map(|mutation| mutation.name);
                names.for_each(|name| _ = missing.remove(name));
            }
        }
        assert_eq!(missing, BTreeSet::new());
        let [none, one, two, many @ ..] = counts;
        let many: u32 = many.iter().sum();
        let is_so = none > 300 && one > 1200 && two > 500 && many > 300;
        assert!(is_so, "{counts:?}");
        let all = [
            "accept",
            "accept:noreuse",
            "any",
            "either",
            "either:noreuse",
            "reject",
            "reject|SP",
        ];
        assert_eq!(outcomes, all.map(str::to_owned).into());
    }

    /// A client that reads a response in another way must not be left waiting.
    #[test]
    fn only_what_must_be_accepted_leaves_the_connection_open() {
        let mut open = 0;
        for response in responses() {
            let ends = response.script.steps().last().is_some_and(Step::is_last);
            let is_accepted = response.expectation.outcome == Outcome::Accept;
            assert!(ends || is_accepted, "{response}");
            assert_eq!(response.content.is_some(), is_accepted);
            open += u64::from(!ends);
        }
        assert!(open > SEEDS / 10, "{open}");
    }

    #[test]
    fn a_mutation_without_a_place_changes_nothing() {
        for seed in 0..200 {
            for mutation in FuzzedResponse::all_mutations() {
                let mut random = Random::new(seed);
                let before = valid::response(&mut random);
                let mut after = before.clone();
                let done = (mutation.apply)(&mut after, &mut random);
                let name = mutation.name;
                assert_eq!(done.is_some(), after != before, "{name} of {seed}");
            }
        }
    }

    #[test]
    fn a_mutation_has_a_name_and_a_rule() {
        for mutation in FuzzedResponse::all_mutations() {
            let name = mutation.name;
            let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_of_name);
            assert!(name.split('-').all(is_word), "{name}");
            assert!(mutation.rule.starts_with("RFC "), "{name}");
            for text in [mutation.what, mutation.rule] {
                assert!(!text.ends_with('.') && !text.contains('\n'), "{name}");
            }
        }
    }

    #[test]
    fn seeds_as_users_write_them() {
        for (text, seed) in [
            ("0", Some(0)),
            ("18446744073709551615", Some(u64::MAX)),
            ("007", Some(7)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            (" 1", None),
            ("1.0", None),
            ("0x1", None),
            ("\u{661}", None),
        ] {
            assert_eq!(read_seed(text.as_bytes()), seed, "{text:?}");
        }
    }
}
