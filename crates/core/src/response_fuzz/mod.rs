//! Fuzzed responses, for testing HTTP clients: a seed makes a valid response, changes its status line,
//! fields, framing, pieces, timing or end of connection, and states what a client must do with the result.
//! The result is a [`WireScript`], and the text of a `.wire` file that begins with the changes.
//!
//! **A seed is stable across releases**: the response depends on the seed alone, not on the request, the
//! machine, the clock or the release of wireserve. Tests pin it. Most responses have one mutation or two,
//! some have none, and some have many. New mutations come in a new [`Edition`].
//!
//! ```
//! use wireserve::response_fuzz::{Edition, FuzzedResponse, Seed};
//!
//! let response = FuzzedResponse::from_seed(3);
//! assert_eq!(wireserve::WireScript::parse(response.to_string().as_bytes())?, response.script);
//!
//! let response = FuzzedResponse::from_seed(Seed::parse(b"v2:318")?);
//! assert_eq!(response.seed.edition, Edition::V2);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```

mod delivery;
mod draft;
mod edition;
mod mutation;
mod mutations;
mod random;
mod to_script;
mod valid;

use std::fmt;
use std::time::Duration;

pub(crate) use edition::parse_number;
pub use edition::{Edition, Seed, SeedError};
pub use mutation::{Expectation, Mutation, Reaction, Reuse};

use crate::text::quoted::Quoted;
use crate::wire_script::WireScript;
use draft::Draft;
use mutation::Place;
use random::Random;

/// The most bytes of a response, with everything before and after it.
///
/// ```
/// use std::time::Duration;
///
/// use wireserve::response_fuzz::{
///     FuzzedResponse, MAX_BYTES, MAX_MUTATIONS, MAX_PAUSE, MAX_SENDS, MAX_TIME,
/// };
/// use wireserve::wire_script::Step;
///
/// let response = FuzzedResponse::from_seed(3);
/// let sends = response.script.steps().iter().filter(|step| matches!(step, Step::Send(_)));
/// assert!(sends.count() <= MAX_SENDS && response.to_string().len() <= 4 * MAX_BYTES);
/// assert!(response.mutations.len() <= MAX_MUTATIONS);
/// let timeout_of_a_client = MAX_TIME + MAX_PAUSE + Duration::from_secs(1);
/// ```
pub const MAX_BYTES: usize = 64 * 1024;

/// The longest pause, and the longest silence before the connection ends. Longer ones would test a client's
/// timeouts, not its parser.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_PAUSE: Duration = Duration::from_millis(500);

/// The most time that all pauses of a response take together, so that a run of many seeds ends soon.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_TIME: Duration = Duration::from_secs(2);

/// The most writes of a response. The last one sends the rest.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_SENDS: usize = 512;

/// The most mutations of a response.
///
/// See the example of [`MAX_BYTES`].
pub const MAX_MUTATIONS: usize = 8;

/// The most mutations of a response that is judged.
const JUDGED: usize = 2;

/// The most draws of a mutation for a response. A draw that does not apply to the response is repeated.
const TRIES: usize = 200;

/// The most bytes of content that are printed. Of longer content only the length is.
const SHOWN: usize = 60;

/// A response, and what a client must do with it.
///
/// ```
/// use wireserve::Server;
/// use wireserve::response_fuzz::{FuzzedResponse, Reaction};
///
/// let server = Server::start();
/// let response = FuzzedResponse::from_seed(9);
/// server.enqueue(response.script.clone()); // the answer to the next request
/// let must_have_read = match response.expectation.reaction {
///     Reaction::Accept => response.content,
///     _ => None,
/// };
/// assert_eq!(must_have_read, None, "seed {}: the client may fail", response.seed);
/// ```
#[derive(Debug)]
pub struct FuzzedResponse {
    /// The seed that it was made from.
    pub seed: Seed,
    /// What happens on the connection.
    pub script: WireScript,
    /// The changes to a valid response, in this order.
    pub mutations: Vec<&'static Mutation>,
    /// What a client must do with it, if the request was a GET.
    pub expectation: Expectation,
    /// The content, not decoded, if a client must accept the response.
    pub content: Option<Vec<u8>>,
}

impl FuzzedResponse {
    /// The response of a seed. A plain number is a seed of the first edition.
    ///
    /// See the example of [`FuzzedResponse`].
    pub fn from_seed(seed: impl Into<Seed>) -> Self {
        let seed = seed.into();
        let mut random = Random::new(seed.number);
        let count = match random.below(16) {
            0 | 1 => 0,
            2..=9 => 1,
            10..=13 => 2,
            _ => 3 + random.index(MAX_MUTATIONS - 2),
        };
        let mut draft = valid::response(&mut random);
        let mutations = mutate(&mut draft, seed.edition, count, &mut random);
        let expectation = match count {
            0..=JUDGED => judge(&mutations),
            _ => Expectation {
                reaction: Reaction::Any,
                reuse: Reuse::AsSaid,
            },
        };
        let is_accepted = expectation.reaction == Reaction::Accept;
        if !is_accepted {
            // A client that reads it differently must not wait for bytes that never come.
            draft.must_end();
        }
        Self {
            seed,
            script: to_script::script(&draft),
            mutations,
            expectation,
            content: is_accepted.then_some(draft.content),
        }
    }
}

/// Changes a draft `count` times, or less often if no more mutations apply.
fn mutate(
    draft: &mut Draft,
    edition: Edition,
    count: usize,
    random: &mut Random,
) -> Vec<&'static Mutation> {
    let mut done: Vec<&'static Mutation> = Vec::new();
    for _ in 0..TRIES {
        if done.len() == count {
            break;
        }
        let topic = random.pick(edition.topics());
        let mutation = &topic[random.index(topic.len())];
        if fits(mutation, &done, count) && (mutation.apply)(draft, random).is_some() {
            done.push(mutation);
            if mutation.place == Place::Whole {
                break;
            }
        }
    }
    done
}

/// Whether a mutation may be added to others: it must not undo them, and must not change the expectation of a
/// response that is judged.
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

    /// Seeds of each edition that are checked one by one.
    const SEEDS: u64 = 10_000;

    fn numbers() -> impl Iterator<Item = u64> {
        let large = [u64::MAX, 1 << 63, 0xdead_beef_dead_beef];
        (0..SEEDS).chain(large)
    }

    fn responses_of(edition: Edition) -> impl Iterator<Item = FuzzedResponse> {
        numbers().map(move |number| FuzzedResponse::from_seed(Seed { edition, number }))
    }

    /// The responses of all editions.
    fn responses() -> impl Iterator<Item = FuzzedResponse> {
        Edition::ALL.into_iter().flat_map(responses_of)
    }

    /// A change that breaks this test, or the next one, breaks every seed that somebody has written down.
    #[test]
    fn seeds_of_v1_are_stable() {
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
        assert_eq!(
            digest_of_steps(Edition::V1),
            "a04ebd40ce723822161b5e3798ec9302a664210693791fe7e4426fbd9f98b21a"
        );
    }

    #[test]
    fn seeds_of_v2_are_stable() {
        assert_eq!(
            digest_of_steps(Edition::V2),
            "bc86b3acbb55cbdfb1ccd4ad9e780596e037972a0f5994af9baffca71ba605aa"
        );
    }

    /// Of ten thousand seeds and more. The text around the steps may change.
    fn digest_of_steps(edition: Edition) -> String {
        let mut all = Sha256::new();
        for step in responses_of(edition).flat_map(|response| response.script.steps().to_vec()) {
            all.update(match step {
                Step::Send(bytes) => {
                    let length = (bytes.len() as u64).to_be_bytes();
                    [&b"send "[..], &length, &bytes].concat()
                }
                step => step.to_string().into_bytes(),
            });
        }
        hex(&all.finalize())
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The mutations of all editions, each once: an edition repeats those of the one before.
    fn all_mutations() -> impl Iterator<Item = &'static Mutation> {
        let mut seen = BTreeSet::new();
        let all = Edition::ALL.into_iter().flat_map(Edition::mutations);
        all.filter(move |mutation| seen.insert(mutation.name))
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
        Edition::ALL.into_iter().for_each(check_frequencies);
    }

    fn check_frequencies(edition: Edition) {
        let names = edition.mutations().map(|mutation| mutation.name);
        let mut missing: BTreeSet<_> = names.collect();
        assert_eq!(missing.len(), edition.mutations().count());
        let mut counts = [0; 1 + MAX_MUTATIONS];
        let mut expectations = BTreeSet::new();
        for response in responses_of(edition).take(3000) {
            let count = response.mutations.len();
            counts[count] += 1;
            expectations.insert(response.expectation.to_string());
            // Many mutations of one response may hide each other.
            if count <= JUDGED {
                let names = response.mutations.iter().map(|mutation| mutation.name);
                names.for_each(|name| _ = missing.remove(name));
            }
        }
        assert_eq!(missing, BTreeSet::new(), "{edition:?}");
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
        assert_eq!(expectations, all.map(str::to_owned).into());
    }

    /// A client that reads a response differently must not wait for bytes that never come.
    #[test]
    fn only_what_must_be_accepted_leaves_the_connection_open() {
        let mut open = 0;
        for response in responses() {
            let ends = response.script.steps().last().is_some_and(Step::is_last);
            let is_accepted = response.expectation.reaction == Reaction::Accept;
            assert!(ends || is_accepted, "{response}");
            assert_eq!(response.content.is_some(), is_accepted);
            open += u64::from(!ends);
        }
        assert!(open > 2 * SEEDS / 10, "{open}");
    }

    #[test]
    fn a_mutation_that_does_not_apply_changes_nothing() {
        for seed in 0..200 {
            for mutation in all_mutations() {
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
        for mutation in all_mutations() {
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
}
