//! For any edition and seed, the fuzzed response is within the limits of `response_fuzz`, is reproducible, and
//! is parsed as the same script from its printed `.wire` file.
//!
//! Input: a seed in eight bytes, which is checked in all editions.

#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use wireserve::WireScript;
use wireserve::response_fuzz::{Edition, FuzzedResponse, Reaction, Seed};
use wireserve::response_fuzz::{MAX_BYTES, MAX_MUTATIONS, MAX_PAUSE, MAX_SENDS, MAX_TIME};
use wireserve::wire_script::Step;

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|input: &[u8]| holds(input));

pub(crate) fn holds(input: &[u8]) {
    let mut seed = [0; 8];
    let length = input.len().min(seed.len());
    seed[..length].copy_from_slice(&input[..length]);
    let number = u64::from_le_bytes(seed);
    for edition in Edition::ALL {
        seed_holds(Seed { edition, number });
    }
}

fn seed_holds(seed: Seed) {
    assert_eq!(Seed::parse(seed.to_string().as_bytes()), Ok(seed));

    let response = FuzzedResponse::from_seed(seed);
    let steps = response.script.steps();
    assert!(!steps.is_empty() && steps.len() <= 2 * MAX_SENDS + 2);
    let sends: Vec<_> = steps.iter().filter_map(sent).collect();
    assert!(sends.len() <= MAX_SENDS);
    assert!(sends.iter().sum::<usize>() <= MAX_BYTES);
    assert!(steps.iter().map(time).sum::<Duration>() <= MAX_TIME);
    assert!(steps.iter().all(|step| time(step) <= MAX_PAUSE));
    assert!(response.mutations.len() <= MAX_MUTATIONS);

    let is_accepted = response.expectation.reaction == Reaction::Accept;
    assert!(is_accepted || steps.last().is_some_and(Step::is_last));
    assert_eq!(response.content.is_some(), is_accepted);

    let printed = response.to_string();
    assert_eq!(FuzzedResponse::from_seed(seed).to_string(), printed);
    let read = WireScript::parse(printed.as_bytes());
    assert_eq!(read.as_ref(), Ok(&response.script), "{printed}");
    let head = printed.lines().take_while(|line| line.starts_with('#'));
    assert_eq!(
        head.filter(|line| line.starts_with("# RFC ")).count(),
        response.mutations.len()
    );
}

fn sent(step: &Step) -> Option<usize> {
    match step {
        Step::Send(bytes) => Some(bytes.len()),
        _ => None,
    }
}

fn time(step: &Step) -> Duration {
    match step {
        Step::Pause(time) | Step::Hold(Some(time)) => *time,
        _ => Duration::ZERO,
    }
}
